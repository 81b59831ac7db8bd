// The specification's own actions. Nicira's are in nicira_codec.cc.
#include "openflow/action_codec.h"

#include "openflow/oxm.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

// Section 7.2.5, ofp_action_type.
enum : std::uint16_t {
  kTypeOutput = 0,
  kTypePushVlan = 17,
  kTypePopVlan = 18,
  kTypeGroup = 22,
  kTypeSetField = 25,
  kTypeExperimenter = 0xffff,
};
constexpr std::size_t kMinLength = 8;

bool decode_set_field(ByteReader& body, Actions& out, Fault& fault) {
  SetField set;
  if (!decode_unmasked(body, set.field, set.value, fault)) return false;
  if (body.remaining() >= 8) return fault.raise(kBadLength, body.offset(), "set_field longer than its field");
  body.skip(body.remaining());
  out.emplace_back(set);
  return true;
}

// One action; `body` is what follows type and length, and must be read to its end.
bool decode_action(std::uint16_t type, ByteReader& body, Actions& out, Fault& fault) {
  const std::size_t at = body.offset() - 4;
  switch (type) {
    case kTypeOutput: {
      const OfPort port(body.u32());
      out.emplace_back(Output{port, body.u16()});
      body.skip(6);
      return true;
    }
    case kTypePushVlan:
      out.emplace_back(PushVlan{body.u16()});
      body.skip(2);
      return true;
    case kTypePopVlan:
      out.emplace_back(PopVlan{});
      body.skip(4);
      return true;
    case kTypeGroup:
      out.emplace_back(GroupAction{GroupId(body.u32())});
      return true;
    case kTypeSetField:
      return decode_set_field(body, out, fault);
    case kTypeExperimenter:
      if (body.u32() == kExperimenterNicira) return decode_nicira_action(body, out, fault);
      break;
    default:
      break;
  }
  return fault.raise(kUnsupported, at, "action that we do not know");
}

struct Encoder {
  WireWriter& out;

  void operator()(const Output& a) const {
    header(kTypeOutput, 16);
    out.u32(a.port.value());
    out.u16(a.max_len);
    out.zeros(6);
  }
  void operator()(const PushVlan& a) const {
    header(kTypePushVlan, 8);
    out.u16(a.eth_type);
    out.zeros(2);
  }
  void operator()(const PopVlan&) const {
    header(kTypePopVlan, 8);
    out.zeros(4);
  }
  void operator()(const GroupAction& a) const {
    header(kTypeGroup, 8);
    out.u32(a.group.value());
  }
  void operator()(const SetField& a) const {
    const std::size_t length = 8u + spec(a.field).bytes;
    header(kTypeSetField, static_cast<std::uint16_t>(length + padding(length)));
    encode_unmasked(a.field, a.value, out);
    out.zeros(padding(length));
  }
  template <class Nicira>
  void operator()(const Nicira& a) const {
    encode_action(a, out);
  }

 private:
  void header(std::uint16_t type, std::uint16_t length) const {
    out.u16(type);
    out.u16(length);
  }
};

}  // namespace

bool decode_actions(ByteReader& in, Actions& out, Fault& fault) {
  ByteReader ahead = in;
  out.reserve(count_structures(ahead.rest(), 2, kMinLength));
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::uint16_t type = in.u16();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "action");
    if (length < kMinLength || length % 8 != 0) return fault.raise(kBadLength, at, "length of an action");
    ByteReader body = in.sub(length - 4);
    if (!in.ok()) return fault.truncated(in, "action");
    if (!decode_action(type, body, out, fault)) return false;
    if (!body.ok() || !body.empty()) return fault.raise(kBadLength, at, "length of an action");
  }
  return true;
}

void encode_actions(const Actions& actions, WireWriter& out) {
  for (const Action& action : actions) std::visit(Encoder{out}, action);
}

}  // namespace dcportals::openflow
