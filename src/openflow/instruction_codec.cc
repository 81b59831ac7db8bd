// Instructions (OpenFlow 1.3 section 7.2.4): each kind at most once, read in any order, written in the order in which OVS does.
#include "openflow/action_codec.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

enum : std::uint16_t {
  kTypeGotoTable = 1,
  kTypeWriteMetadata = 2,
  kTypeWriteActions = 3,
  kTypeApplyActions = 4,
  kTypeClearActions = 5,
  kTypeMeter = 6,
};
constexpr std::size_t kMinLength = 8;

bool decode_action_list(ByteReader& body, Actions& out, Fault& fault) {
  body.skip(4);
  return body.ok() && decode_actions(body, out, fault);
}

bool decode_instruction(std::uint16_t type, ByteReader& body, Instructions& out, Fault& fault) {
  switch (type) {
    case kTypeGotoTable:
      out.go_to = TableId(body.u8());
      body.skip(3);
      return true;
    case kTypeWriteMetadata: {
      body.skip(4);
      const std::uint64_t value = body.u64();
      out.metadata = WriteMetadata{value, body.u64()};
      return true;
    }
    case kTypeWriteActions:
      return decode_action_list(body, out.write, fault);
    case kTypeApplyActions:
      return decode_action_list(body, out.apply, fault);
    case kTypeClearActions:
      body.skip(4);
      out.clear_actions = true;
      return true;
    case kTypeMeter:
      out.meter = MeterId(body.u32());
      return true;
    default:
      return fault.raise(kUnsupported, body.offset() - 4, "instruction that we do not know");
  }
}

void encode_action_list(std::uint16_t type, const Actions& actions, WireWriter& out) {
  if (actions.empty()) return;
  const std::size_t start = out.size();
  out.u16(type);
  out.zeros(6);
  encode_actions(actions, out);
  mend_length(out, start, start + 2);
}

}  // namespace

bool decode_instructions(ByteReader& in, Instructions& out, Fault& fault) {
  unsigned seen = 0;
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::uint16_t type = in.u16();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "instruction");
    if (length < kMinLength || length % 8 != 0) return fault.raise(kBadLength, at, "length of an instruction");
    ByteReader body = in.sub(length - 4);
    if (!in.ok()) return fault.truncated(in, "instruction");
    if (type < 32 && (seen >> type & 1) != 0) return fault.raise(kBadValue, at, "instruction given twice");
    if (!decode_instruction(type, body, out, fault)) return false;
    if (!body.ok() || !body.empty()) return fault.raise(kBadLength, at, "length of an instruction");
    seen |= 1u << type;
  }
  return true;
}

void encode_instructions(const Instructions& i, WireWriter& out) {
  if (i.meter) {
    out.u16(kTypeMeter);
    out.u16(8);
    out.u32(i.meter->value());
  }
  encode_action_list(kTypeApplyActions, i.apply, out);
  if (i.clear_actions) {
    out.u16(kTypeClearActions);
    out.u16(8);
    out.zeros(4);
  }
  encode_action_list(kTypeWriteActions, i.write, out);
  if (i.metadata) {
    out.u16(kTypeWriteMetadata);
    out.u16(24);
    out.zeros(4);
    out.u64(i.metadata->value);
    out.u64(i.metadata->mask);
  }
  if (i.go_to) {
    out.u16(kTypeGotoTable);
    out.u16(8);
    out.u8(i.go_to->value());
    out.zeros(3);
  }
}

}  // namespace dcportals::openflow
