// Nicira's actions (Open vSwitch 3.1, ovs-actions(7) and lib/ofp-actions.c): experimenter 0x2320, then a 16-bit subtype.
//
// Port numbers in them are OpenFlow 1.0's 16 bits. Of CONTROLLER (subtype 20), which OVS sends for `controller(id=...)` without
// user data or meter, we read what CONTROLLER2 says too; we always write the latter.
#include <stdexcept>

#include "openflow/action_codec.h"
#include "openflow/oxm.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

enum : std::uint16_t {
  kSubtypeRegMove = 6,
  kSubtypeRegLoad = 7,
  kSubtypeResubmitTable = 14,
  kSubtypeController = 20,
  kSubtypeController2 = 37,
};

// Properties of CONTROLLER2, in the order in which OVS writes them.
enum : std::uint16_t {
  kPropertyMaxLen = 0,
  kPropertyControllerId = 1,
  kPropertyReason = 2,
  kPropertyUserdata = 3,
  kPropertyMeterId = 5,
};

constexpr std::uint32_t kReserved32 = 0xffffff00;
constexpr std::uint16_t kReserved16 = 0xff00;

OfPort port_of(std::uint16_t port) {
  return OfPort(port < kReserved16 ? port : 0xffff0000u | port);
}

std::uint16_t port16(OfPort port) {
  if (port.value() >= kReserved16 && port.value() < kReserved32)
    throw std::invalid_argument("resubmit: port has no 16-bit number");
  return static_cast<std::uint16_t>(port.value());
}

bool decode_move(ByteReader& body, Actions& out, Fault& fault) {
  const std::size_t at = body.offset();
  RegMove move;
  move.bits = body.u16();
  move.source_offset = body.u16();
  move.destination_offset = body.u16();
  if (!decode_action_header(body, move.source, fault) || !decode_action_header(body, move.destination, fault)) return false;
  if (move.bits == 0 || std::size_t{move.source_offset} + move.bits > subfield_bits(move.source) ||
      std::size_t{move.destination_offset} + move.bits > subfield_bits(move.destination)) {
    return fault.raise(kBadValue, at, "move outside its fields");
  }
  if (!spec(move.destination).writable) return fault.raise(kBadValue, at, "move into a field that cannot be set");
  out.emplace_back(move);
  return true;
}

bool decode_load(ByteReader& body, Actions& out, Fault& fault) {
  const std::size_t at = body.offset();
  RegLoad load;
  const std::uint16_t place = body.u16();
  load.offset = static_cast<std::uint16_t>(place >> 6);
  load.bits = static_cast<std::uint16_t>((place & 0x3f) + 1);
  if (!decode_action_header(body, load.destination, fault)) return false;
  load.value = body.u64();
  if (std::size_t{load.offset} + load.bits > subfield_bits(load.destination)) {
    return fault.raise(kBadValue, at, "load outside its field");
  }
  if (load.bits < 64 && load.value >> load.bits != 0) return fault.raise(kBadValue, at, "load of a value wider than its bits");
  if (!spec(load.destination).writable) return fault.raise(kBadValue, at, "load into a field that cannot be set");
  out.emplace_back(load);
  return true;
}

bool decode_property(std::uint16_t type, std::size_t at, ByteReader& value, ControllerAction& out, Fault& fault) {
  switch (type) {
    case kPropertyMaxLen:
      out.max_len = value.u16();
      break;
    case kPropertyControllerId:
      out.controller_id = value.u16();
      break;
    case kPropertyReason:
      out.reason = value.u8();
      break;
    case kPropertyUserdata:
      out.userdata = rest_of(value);
      break;
    case kPropertyMeterId:
      out.meter = MeterId(value.u32());
      break;
    default:
      return fault.raise(kUnsupported, at, "property of a controller action that we do not know");
  }
  // OVS counts two bytes of padding into the length of 16-bit values, but none of an 8-bit one.
  if (value.remaining() < 4) value.skip(value.remaining());
  return (value.ok() && value.empty()) || fault.raise(kBadLength, at, "length of a property of a controller action");
}

bool decode_controller2(ByteReader& body, Actions& out, Fault& fault) {
  ControllerAction action;
  body.skip(6);
  while (body.ok() && !body.empty()) {
    const std::size_t at = body.offset();
    const std::uint16_t type = body.u16();
    const std::size_t length = body.u16();
    if (!body.ok()) return fault.truncated(body, "property of a controller action");
    if (length < 4) return fault.raise(kBadLength, at, "length of a property of a controller action");
    ByteReader value = body.sub(length - 4);
    body.skip(padding(length));
    if (!body.ok()) return fault.truncated(body, "property of a controller action");
    if (!decode_property(type, at, value, action, fault)) return false;
  }
  out.emplace_back(std::move(action));
  return true;
}

void header(WireWriter& out, std::uint16_t length, std::uint16_t subtype) {
  out.u16(0xffff);
  out.u16(length);
  out.u32(kExperimenterNicira);
  out.u16(subtype);
}

// A property whose value takes one 64-bit word together with its header.
void property(WireWriter& out, std::uint16_t type, std::uint16_t length) {
  out.u16(type);
  out.u16(length);
}

}  // namespace

bool decode_nicira_action(ByteReader& body, Actions& out, Fault& fault) {
  const std::size_t at = body.offset();
  const std::uint16_t subtype = body.u16();
  if (!body.ok()) return fault.truncated(body, "Nicira action");
  switch (subtype) {
    case kSubtypeRegMove:
      return decode_move(body, out, fault);
    case kSubtypeRegLoad:
      return decode_load(body, out, fault);
    case kSubtypeResubmitTable: {
      const OfPort port = port_of(body.u16());
      out.emplace_back(Resubmit{port, TableId(body.u8())});
      body.skip(3);
      return true;
    }
    case kSubtypeController: {
      ControllerAction action;
      action.max_len = body.u16();
      action.controller_id = body.u16();
      action.reason = body.u8();
      body.skip(1);
      out.emplace_back(std::move(action));
      return true;
    }
    case kSubtypeController2:
      return decode_controller2(body, out, fault);
    default:
      return fault.raise(kUnsupported, at, "Nicira action that we do not know");
  }
}

void encode_action(const RegMove& a, WireWriter& out) {
  header(out, 24, kSubtypeRegMove);
  out.u16(a.bits);
  out.u16(a.source_offset);
  out.u16(a.destination_offset);
  encode_action_header(a.source, out);
  encode_action_header(a.destination, out);
}

void encode_action(const RegLoad& a, WireWriter& out) {
  if (a.bits == 0 || a.bits > 64) throw std::invalid_argument("load: 1 to 64 bits");
  header(out, 24, kSubtypeRegLoad);
  out.u16(static_cast<std::uint16_t>(a.offset << 6 | (a.bits - 1)));
  encode_action_header(a.destination, out);
  out.u64(a.value);
}

void encode_action(const Resubmit& a, WireWriter& out) {
  header(out, 16, kSubtypeResubmitTable);
  out.u16(port16(a.in_port));
  out.u8(a.table.value());
  out.zeros(3);
}

void encode_action(const ControllerAction& a, WireWriter& out) {
  const std::size_t start = out.size();
  header(out, 0, kSubtypeController2);
  out.zeros(6);
  if (a.max_len != kMaxLenNoBuffer) {
    property(out, kPropertyMaxLen, 8);
    out.u16(a.max_len);
    out.zeros(2);
  }
  if (a.controller_id != 0) {
    property(out, kPropertyControllerId, 8);
    out.u16(a.controller_id);
    out.zeros(2);
  }
  if (a.reason != 1) {
    property(out, kPropertyReason, 5);
    out.u8(a.reason);
    out.zeros(3);
  }
  if (!a.userdata.empty()) {
    property(out, kPropertyUserdata, static_cast<std::uint16_t>(4 + a.userdata.size()));
    out.bytes(a.userdata);
    out.pad_to(start, 8);
  }
  if (a.meter) {
    property(out, kPropertyMeterId, 8);
    out.u32(a.meter->value());
  }
  mend_length(out, start, start + 2);
}

}  // namespace dcportals::openflow
