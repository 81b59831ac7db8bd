// Packets to and from the controller (OpenFlow 1.3 sections 7.3.7, 7.4.1) and Nicira's richer packet-in.
//
// NXT_PACKET_IN2 (Open vSwitch 3.1, include/openflow/nicira-ext.h) is a list of properties, each padded to 8 bytes; properties
// that we do not know are passed over, as the format intends.
#include "openflow/action_codec.h"
#include "openflow/message_codec.h"
#include "openflow/oxm.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

// enum nx_packet_in2_prop_type.
enum : std::uint16_t {
  kPropertyPacket = 0,
  kPropertyFullLen = 1,
  kPropertyBufferId = 2,
  kPropertyTableId = 3,
  kPropertyCookie = 4,
  kPropertyReason = 5,
  kPropertyMetadata = 6,
  kPropertyUserdata = 7,
};

bool decode_reason(ByteReader& in, PacketInReason& out, Fault& fault) {
  const std::size_t at = in.offset();
  const std::uint8_t number = in.u8();
  if (number > static_cast<std::uint8_t>(PacketInReason::kPacketOut)) return fault.raise(kBadValue, at, "packet-in reason");
  out = static_cast<PacketInReason>(number);
  return true;
}

bool decode_property(std::uint16_t type, ByteReader& value, PacketIn& out, Fault& fault) {
  switch (type) {
    case kPropertyPacket:
      out.data = rest_of(value);
      return true;
    case kPropertyFullLen: {
      const std::size_t at = value.offset();
      const std::uint32_t length = value.u32();
      if (length > 0xffff) return fault.raise(kBadValue, at, "packet longer than any frame");
      out.total_len = static_cast<std::uint16_t>(length);
      return true;
    }
    case kPropertyBufferId:
      out.buffer_id = BufferId(value.u32());
      return true;
    case kPropertyTableId:
      out.table_id = TableId(value.u8());
      return true;
    case kPropertyCookie:
      value.skip(4);
      out.cookie = Cookie(value.u64());
      return true;
    case kPropertyReason:
      return decode_reason(value, out.reason, fault);
    case kPropertyMetadata:
      return decode_fields(value, out.match, fault, UnknownFields::kSkip);
    case kPropertyUserdata:
      out.userdata = rest_of(value);
      return true;
    default:
      value.skip(value.remaining());
      return true;
  }
}

// OVS leaves the cookie away when no flow sent the packet; the standard packet-in then has all ones.
constexpr Cookie kNoCookie{~std::uint64_t{0}};

// Writes type and length, then the value by `write`, then the padding that is not part of the length.
template <class Write>
void property(WireWriter& out, std::uint16_t type, Write write) {
  const std::size_t start = out.size();
  out.u16(type);
  out.u16(0);
  write();
  mend_length(out, start, start + 2);
  out.pad_to(start, 8);
}

void encode_packet_in2(const PacketIn& m, WireWriter& out) {
  property(out, kPropertyPacket, [&] { out.bytes(m.data); });
  if (m.total_len != m.data.size()) property(out, kPropertyFullLen, [&] { out.u32(m.total_len); });
  if (m.buffer_id != kNoBuffer) property(out, kPropertyBufferId, [&] { out.u32(m.buffer_id.value()); });
  property(out, kPropertyTableId, [&] { out.u8(m.table_id.value()); });
  property(out, kPropertyCookie, [&] {
    out.zeros(4);
    out.u64(m.cookie.value());
  });
  property(out, kPropertyReason, [&] { out.u8(static_cast<std::uint8_t>(m.reason)); });
  property(out, kPropertyMetadata, [&] { encode_fields(m.match, out); });
  property(out, kPropertyUserdata, [&] { out.bytes(m.userdata); });
}

}  // namespace

bool decode_body(ByteReader& in, PacketIn& out, Fault& fault) {
  out.buffer_id = BufferId(in.u32());
  out.total_len = in.u16();
  if (!decode_reason(in, out.reason, fault)) return false;
  out.table_id = TableId(in.u8());
  out.cookie = Cookie(in.u64());
  if (!decode_match(in, out.match, fault, UnknownFields::kSkip)) return false;
  in.skip(2);
  out.data = rest_of(in);
  return true;
}

bool decode_packet_in2(ByteReader& in, PacketIn& out, Fault& fault) {
  bool full_len = false;
  out.cookie = kNoCookie;
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::uint16_t type = in.u16();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "packet-in property");
    if (length < 4) return fault.raise(kBadLength, at, "length of a packet-in property");
    ByteReader value = in.sub(length - 4);
    in.skip(padding(length));
    if (!in.ok()) return fault.truncated(in, "packet-in property");
    if (!decode_property(type, value, out, fault)) return false;
    if (!value.ok() || !value.empty()) return fault.raise(kBadLength, at, "length of a packet-in property");
    full_len |= type == kPropertyFullLen;
  }
  if (!full_len) out.total_len = static_cast<std::uint16_t>(out.data.size());
  return true;
}

void encode_body(const PacketIn& m, WireWriter& out) {
  if (!m.userdata.empty()) return encode_packet_in2(m, out);
  out.u32(m.buffer_id.value());
  out.u16(m.total_len);
  out.u8(static_cast<std::uint8_t>(m.reason));
  out.u8(m.table_id.value());
  out.u64(m.cookie.value());
  encode_match(m.match, out);
  out.zeros(2);
  out.bytes(m.data);
}

bool decode_body(ByteReader& in, PacketOut& out, Fault& fault) {
  out.buffer_id = BufferId(in.u32());
  out.in_port = OfPort(in.u32());
  const std::size_t actions_len = in.u16();
  in.skip(6);
  ByteReader actions = in.sub(actions_len);
  if (!in.ok()) return fault.truncated(in, "actions of a packet-out");
  if (!decode_actions(actions, out.actions, fault)) return false;
  out.data = rest_of(in);
  return true;
}

void encode_body(const PacketOut& m, WireWriter& out) {
  out.u32(m.buffer_id.value());
  out.u32(m.in_port.value());
  const std::size_t length_at = out.size();
  out.zeros(8);
  const std::size_t start = out.size();
  encode_actions(m.actions, out);
  mend_length(out, start, length_at);
  out.bytes(m.data);
}

bool decode_body(ByteReader& in, SetPacketInFormat& out, Fault& fault) {
  const std::size_t at = in.offset();
  const std::uint32_t number = in.u32();
  if (number > static_cast<std::uint32_t>(PacketInFormat::kNxtPacketIn2)) return fault.raise(kBadValue, at, "packet-in format");
  out.format = static_cast<PacketInFormat>(number);
  return true;
}

void encode_body(const SetPacketInFormat& m, WireWriter& out) {
  out.u32(static_cast<std::uint32_t>(m.format));
}

}  // namespace dcportals::openflow
