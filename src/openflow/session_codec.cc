// Messages that set up and keep up a connection (OpenFlow 1.3 sections 7.3.1, 7.3.2, 7.3.9, 7.5).
#include <algorithm>

#include "openflow/message_codec.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::uint16_t kElementVersionBitmap = 1;  // OFPHET_VERSIONBITMAP
constexpr std::uint16_t kErrorExperimenter = 0xffff;

// Words of 32 versions, the lowest first. Versions are 8-bit numbers, so only eight words can say something.
void decode_version_bitmap(ByteReader& bitmap, std::vector<std::uint8_t>& versions) {
  for (unsigned base = 0; base < 256 && bitmap.remaining() >= 4; base += 32) {
    const std::uint32_t word = bitmap.u32();
    for (unsigned bit = 0; bit < 32; ++bit) {
      if ((word >> bit & 1) != 0) versions.push_back(static_cast<std::uint8_t>(base + bit));
    }
  }
}

bool decode_config(ByteReader& in, SwitchConfig& out) {
  out.flags = in.u16();
  out.miss_send_len = in.u16();
  return true;
}

void encode_config(const SwitchConfig& config, WireWriter& out) {
  out.u16(config.flags);
  out.u16(config.miss_send_len);
}

bool decode_role(ByteReader& in, ControllerRole& role, std::uint64_t& generation_id, Fault& fault) {
  const std::size_t at = in.offset();
  const std::uint32_t number = in.u32();
  in.skip(4);
  generation_id = in.u64();
  if (number > static_cast<std::uint32_t>(ControllerRole::kSlave)) return fault.raise(kBadValue, at, "controller role");
  role = static_cast<ControllerRole>(number);
  return true;
}

void encode_role(ControllerRole role, std::uint64_t generation_id, WireWriter& out) {
  out.u32(static_cast<std::uint32_t>(role));
  out.zeros(4);
  out.u64(generation_id);
}

}  // namespace

// Elements exist since 1.3; what an older version's hello carries must be ignored. Unknown elements are passed over.
bool decode_body(ByteReader& in, Hello& out, Fault& fault) {
  if (out.version < kVersion13) {
    in.skip(in.remaining());
    return true;
  }
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::uint16_t type = in.u16();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "hello element");
    if (length < 4) return fault.raise(kBadLength, at, "length of a hello element");
    ByteReader body = in.sub(length - 4);
    if (!in.ok()) return fault.truncated(in, "hello element");
    in.skip(std::min(padding(length), in.remaining()));
    if (type == kElementVersionBitmap && out.versions.empty()) decode_version_bitmap(body, out.versions);
  }
  return true;
}

void encode_body(const Hello& m, WireWriter& out) {
  if (m.versions.empty()) return;
  const unsigned words = *std::ranges::max_element(m.versions) / 32u + 1;
  const std::size_t length = 4 + words * 4;
  out.u16(kElementVersionBitmap);
  out.u16(static_cast<std::uint16_t>(length));
  for (unsigned i = 0; i < words; ++i) {
    std::uint32_t word = 0;
    for (const unsigned version : m.versions) {
      if (version / 32 == i) word |= 1u << version % 32;
    }
    out.u32(word);
  }
  out.zeros(padding(length));
}

bool decode_body(ByteReader& in, ErrorMessage& out, Fault&) {
  out.type = in.u16();
  out.code = in.u16();
  if (out.type == kErrorExperimenter) out.experimenter = in.u32();
  out.data = rest_of(in);
  return true;
}

void encode_body(const ErrorMessage& m, WireWriter& out) {
  out.u16(m.type);
  out.u16(m.code);
  if (m.type == kErrorExperimenter) out.u32(m.experimenter.value_or(0));
  out.bytes(m.data);
}

bool decode_body(ByteReader& in, EchoRequest& out, Fault&) {
  out.data = rest_of(in);
  return true;
}
bool decode_body(ByteReader& in, EchoReply& out, Fault&) {
  out.data = rest_of(in);
  return true;
}
void encode_body(const EchoRequest& m, WireWriter& out) {
  out.bytes(m.data);
}
void encode_body(const EchoReply& m, WireWriter& out) {
  out.bytes(m.data);
}

bool decode_body(ByteReader& in, FeaturesReply& out, Fault&) {
  out.dpid = Dpid(in.u64());
  out.n_buffers = in.u32();
  out.n_tables = in.u8();
  out.auxiliary_id = in.u8();
  in.skip(2);
  out.capabilities = in.u32();
  in.skip(4);
  return true;
}

void encode_body(const FeaturesReply& m, WireWriter& out) {
  out.u64(m.dpid.value());
  out.u32(m.n_buffers);
  out.u8(m.n_tables);
  out.u8(m.auxiliary_id);
  out.zeros(2);
  out.u32(m.capabilities);
  out.zeros(4);
}

bool decode_body(ByteReader& in, GetConfigReply& out, Fault&) {
  return decode_config(in, out.config);
}
bool decode_body(ByteReader& in, SetConfig& out, Fault&) {
  return decode_config(in, out.config);
}
void encode_body(const GetConfigReply& m, WireWriter& out) {
  encode_config(m.config, out);
}
void encode_body(const SetConfig& m, WireWriter& out) {
  encode_config(m.config, out);
}

bool decode_body(ByteReader& in, RoleRequest& out, Fault& fault) {
  return decode_role(in, out.role, out.generation_id, fault);
}
bool decode_body(ByteReader& in, RoleReply& out, Fault& fault) {
  return decode_role(in, out.role, out.generation_id, fault);
}
void encode_body(const RoleRequest& m, WireWriter& out) {
  encode_role(m.role, m.generation_id, out);
}
void encode_body(const RoleReply& m, WireWriter& out) {
  encode_role(m.role, m.generation_id, out);
}

}  // namespace dcportals::openflow
