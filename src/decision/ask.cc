#include "decision/ask.h"

namespace dcportals::decision {
namespace {

constexpr std::uint8_t kExperimenter = 4;     // OFPT_EXPERIMENTER
constexpr std::uint32_t kPacketIn2 = 30;      // NXT_PACKET_IN2 (Open vSwitch 3.1, include/openflow/nicira-ext.h)
constexpr std::uint32_t kOxmInPort = 0x80000004;    // class, field 0, 4 bytes
constexpr std::uint32_t kOxmMetadata = 0x80000408;  // class, field 2, 8 bytes

// enum nx_packet_in2_prop_type.
enum : std::uint16_t {
  kPropertyPacket = 0,
  kPropertyFullLen = 1,
  kPropertyMetadata = 6,
  kPropertyUserdata = 7,
};

struct Found {
  Ask ask;
  bool in_port = false;
  bool ask_class = false;
  std::optional<std::uint32_t> full_length;
};

bool read_fields(ByteReader& in, Found& out) {
  while (!in.empty()) {
    const std::uint32_t header = in.u32();
    ByteReader value = in.sub(header & 0xff);
    if (!in.ok()) return false;
    if (header == kOxmInPort) {
      out.ask.in_port = openflow::OfPort(value.u32());
      out.in_port = true;
    } else if (header == kOxmMetadata) {
      out.ask.metadata = value.u64();
    }
  }
  return true;
}

bool read_class(ByteReader& in, Found& out) {
  const std::uint8_t number = in.u8();
  if (!in.ok() || !in.empty() || number == 0 || number >= kAskClasses) return false;
  out.ask.ask_class = static_cast<AskClass>(number);
  out.ask_class = true;
  return true;
}

bool read_property(std::uint16_t type, ByteReader& value, Found& out) {
  switch (type) {
    case kPropertyPacket: out.ask.frame = value.rest(); return true;
    case kPropertyFullLen: out.full_length = value.u32(); return value.ok();
    case kPropertyMetadata: return read_fields(value, out);
    case kPropertyUserdata: return read_class(value, out);
    default: return true;
  }
}

}  // namespace

std::optional<Ask> read_ask(ByteSpan message) {
  ByteReader in(message);
  const std::uint8_t version = in.u8(), type = in.u8();
  const std::size_t length = in.u16();
  in.skip(4);
  const std::uint32_t experimenter = in.u32(), subtype = in.u32();
  if (!in.ok() || version != openflow::kVersion13 || type != kExperimenter || length != message.size()) return std::nullopt;
  if (experimenter != openflow::kExperimenterNicira || subtype != kPacketIn2) return std::nullopt;
  Found found;
  while (!in.empty()) {
    const std::uint16_t property = in.u16();
    const std::size_t size = in.u16();
    if (!in.ok() || size < 4) return std::nullopt;
    ByteReader value = in.sub(size - 4);
    in.skip((8 - size % 8) % 8);
    if (!in.ok() || !read_property(property, value, found)) return std::nullopt;
  }
  if (!found.in_port || !found.ask_class) return std::nullopt;
  found.ask.truncated = found.full_length && *found.full_length != found.ask.frame.size();
  return found.ask;
}

}  // namespace dcportals::decision
