// OXM decoding and encoding. The field table of field.h says what a field looks like; here is only how it is framed.
#include "openflow/oxm.h"

#include <algorithm>

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::uint16_t kMatchTypeOxm = 1;  // OFPMT_OXM

// Section 7.2.3.2: class 16 bits, field 7, has-mask 1, length 8.
struct Header {
  std::uint16_t oxm_class;
  std::uint8_t field;
  bool masked;
  std::uint8_t length;

  explicit Header(std::uint32_t bits)
      : oxm_class(static_cast<std::uint16_t>(bits >> 16)),
        field(static_cast<std::uint8_t>(bits >> 9 & 0x7f)),
        masked((bits >> 8 & 1) != 0),
        length(static_cast<std::uint8_t>(bits)) {}
};

std::uint32_t header_bits(std::uint16_t oxm_class, std::uint8_t field, bool masked, std::size_t length) {
  return std::uint32_t{oxm_class} << 16 | std::uint32_t{field} << 9 | (masked ? 0x100u : 0u) | static_cast<std::uint32_t>(length);
}

bool inside(FieldValue value, FieldValue mask) {
  return (value & ~mask) == FieldValue{};
}

FieldValue decode_value(ByteReader& in, std::size_t width) {
  switch (width) {
    case 1:
      return in.u8();
    case 2:
      return in.u16();
    case 4:
      return in.u32();
    case 6: {
      const std::uint64_t high = in.u16();
      return high << 32 | in.u32();
    }
    case 8:
      return in.u64();
    default: {
      const std::uint64_t high = in.u64();
      return {high, in.u64()};
    }
  }
}

// `value` must fit the width.
void put_value(FieldValue value, std::size_t width, WireWriter& out) {
  switch (width) {
    case 1:
      return out.u8(static_cast<std::uint8_t>(value.low));
    case 2:
      return out.u16(static_cast<std::uint16_t>(value.low));
    case 4:
      return out.u32(static_cast<std::uint32_t>(value.low));
    case 6:
      out.u16(static_cast<std::uint16_t>(value.low >> 32));
      return out.u32(static_cast<std::uint32_t>(value.low));
    case 8:
      return out.u64(value.low);
    default:
      out.u64(value.high);
      return out.u64(value.low);
  }
}

// One known field with its value and mask; `at` is where its header began.
bool decode_field(Header header, Field field, ByteReader body, std::size_t at, Match& out, Fault& fault) {
  const FieldSpec& s = spec(field);
  if (header.length != s.bytes * (header.masked ? 2u : 1u)) return fault.raise(kBadLength, at, "length of a match field");
  const FieldValue full = full_mask(field);
  const FieldValue value = decode_value(body, s.bytes);
  // Mask bits that the field does not have say nothing.
  const FieldValue mask = header.masked ? decode_value(body, s.bytes) & full : full;
  if (!inside(value, mask)) return fault.raise(kBadValue, at, "value bits outside the field or its mask");
  if (!s.maskable && mask != full && mask != FieldValue{}) return fault.raise(kBadValue, at, "mask on a field that has none");
  if (out.find(field) != nullptr) return fault.raise(kBadValue, at, "match field given twice");
  out.set_masked(field, value, mask);
  return true;
}

}  // namespace

bool decode_fields(ByteReader& in, Match& out, Fault& fault, UnknownFields unknown) {
  out.reserve(std::min(kFieldCount, in.remaining() / 6));
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const Header header(in.u32());
    ByteReader body = in.sub(header.length);
    if (!in.ok()) return fault.truncated(in, "match field");
    const auto field = find_field(header.oxm_class, header.field);
    if (field) {
      if (!decode_field(header, *field, body, at, out, fault)) return false;
    } else if (unknown == UnknownFields::kRefuse) {
      return fault.raise(kUnsupported, at, "match field that we do not know");
    }
  }
  if (unknown == UnknownFields::kRefuse && first_without_prerequisite(out)) {
    return fault.raise(kBadValue, in.offset(), "match field without its prerequisite");
  }
  return true;
}

bool frame_match(ByteReader& in, ByteReader& fields, Fault& fault) {
  const std::size_t at = in.offset();
  const std::uint16_t type = in.u16();
  const std::size_t length = in.u16();
  if (!in.ok()) return fault.truncated(in, "match");
  if (type != kMatchTypeOxm) return fault.raise(kBadValue, at, "match that is not OXM");
  if (length < 4) return fault.raise(kBadLength, at, "match shorter than its header");
  fields = in.sub(length - 4);
  in.skip(padding(length));
  return in.ok() || fault.truncated(in, "match");
}

bool decode_match(ByteReader& in, Match& out, Fault& fault, UnknownFields unknown) {
  ByteReader fields{{}};
  return frame_match(in, fields, fault) && decode_fields(fields, out, fault, unknown);
}

void encode_fields(const Match& match, WireWriter& out) {
  for (const FieldMatch& f : match.fields()) {
    const FieldSpec& s = spec(f.field);
    const bool masked = f.mask != full_mask(f.field);
    out.u32(header_bits(s.oxm_class, s.oxm_field, masked, s.bytes * (masked ? 2u : 1u)));
    put_value(f.value, s.bytes, out);
    if (masked) put_value(f.mask, s.bytes, out);
  }
}

void encode_match(const Match& match, WireWriter& out) {
  const std::size_t start = out.size();
  out.u16(kMatchTypeOxm);
  out.u16(0);
  encode_fields(match, out);
  mend_length(out, start, start + 2);
  out.pad_to(start, 8);
}

void encode_raw_match(ByteSpan fields, WireWriter& out) {
  const std::size_t start = out.size();
  out.u16(kMatchTypeOxm);
  out.u16(0);
  out.bytes(fields);
  mend_length(out, start, start + 2);
  out.pad_to(start, 8);
}

bool decode_unmasked(ByteReader& in, Field& field, FieldValue& value, Fault& fault) {
  const std::size_t at = in.offset();
  const Header header(in.u32());
  if (!in.ok()) return fault.truncated(in, "set_field");
  const auto known = find_field(header.oxm_class, header.field);
  if (!known || !spec(*known).writable) return fault.raise(kUnsupported, at, "field that we do not know or that cannot be set");
  if (header.masked) return fault.raise(kBadValue, at, "set_field with a mask");
  if (header.length != spec(*known).bytes) return fault.raise(kBadLength, at, "length of the field to set");
  field = *known;
  value = decode_value(in, header.length);
  if (!in.ok()) return fault.truncated(in, "set_field");
  if (!inside(value, full_mask(field))) return fault.raise(kBadValue, at, "value wider than its field");
  return true;
}

void encode_unmasked(Field field, FieldValue value, WireWriter& out) {
  const FieldSpec& s = spec(field);
  out.u32(header_bits(s.oxm_class, s.oxm_field, false, s.bytes));
  put_value(value & full_mask(field), s.bytes, out);
}

bool decode_action_header(ByteReader& in, Field& field, Fault& fault) {
  const std::size_t at = in.offset();
  const Header header(in.u32());
  if (!in.ok()) return fault.truncated(in, "field of a Nicira action");
  const auto known = find_field(header.oxm_class, header.field);
  if (!known) return fault.raise(kUnsupported, at, "field that we do not know");
  if (header.masked) return fault.raise(kBadValue, at, "field of a Nicira action with a mask");
  if (header.length != spec(*known).bytes) return fault.raise(kBadLength, at, "length of the field of a Nicira action");
  field = *known;
  return true;
}

void encode_action_header(Field field, WireWriter& out) {
  const FieldSpec& s = spec(field);
  out.u32(header_bits(s.nxm_class, s.nxm_field, false, s.bytes));
}

}  // namespace dcportals::openflow
