// Actions and instructions as ovs-ofctl writes them (ofpacts_format() in OVS).
#include <fmt/format.h>

#include <string>

#include "openflow/action.h"
#include "openflow/value_text.h"

namespace dcportals::openflow {
namespace {

// "NXM_OF_ETH_SRC[]", "NXM_NX_REG0[5]", "NXM_NX_REG0[0..7]".
void append_bits(std::string& out, Field field, unsigned offset, unsigned bits) {
  const FieldSpec& s = spec(field);
  out += s.move_name;
  if (offset == 0 && bits == subfield_bits(field)) {
    out += "[]";
  } else if (bits == 1) {
    put(out, "[{}]", offset);
  } else {
    put(out, "[{}..{}]", offset, offset + bits - 1);
  }
}

std::string_view reason_name(std::uint8_t reason) {
  switch (reason) {
    case 0:
      return "no_match";
    case 1:
      return "action";
    case 2:
      return "invalid_ttl";
    default:
      return {};
  }
}

struct Writer {
  std::string& out;

  void operator()(const Output& a) const {
    if (a.port < kPortMax) out += "output:";
    append_port(out, a.port);
    if (a.port == kPortController) put(out, ":{}", a.max_len);
  }
  void operator()(const GroupAction& a) const { put(out, "group:{}", a.group.value()); }
  void operator()(const SetField& a) const {
    out += "set_field:";
    append_value(out, a.field, a.value);
    put(out, "->{}", spec(a.field).set_name);
  }
  void operator()(const PushVlan& a) const { put(out, "push_vlan:0x{:04x}", a.eth_type); }
  void operator()(const PopVlan&) const { out += "pop_vlan"; }
  void operator()(const RegMove& a) const {
    out += "move:";
    append_bits(out, a.source, a.source_offset, a.bits);
    out += "->";
    append_bits(out, a.destination, a.destination_offset, a.bits);
  }
  void operator()(const RegLoad& a) const {
    out += "load:";
    append_hex(out, a.value);
    out += "->";
    append_bits(out, a.destination, a.offset, a.bits);
  }
  void operator()(const Resubmit& a) const {
    if (a.table == kTableAll && a.in_port != kPortInPort) {
      out += "resubmit:";
      return append_port(out, a.in_port);
    }
    out += "resubmit(";
    if (a.in_port != kPortInPort) append_port(out, a.in_port);
    out += ',';
    if (a.table != kTableAll) put(out, "{}", a.table.value());
    out += ')';
  }
  void operator()(const ControllerAction& a) const;
};

void Writer::operator()(const ControllerAction& a) const {
  if (a.reason == 1 && a.controller_id == 0 && a.userdata.empty() && !a.meter) {
    put(out, "CONTROLLER:{}", a.max_len);
    return;
  }
  out += "controller(";
  if (a.reason != 1) {
    const std::string_view name = reason_name(a.reason);
    if (name.empty()) {
      put(out, "reason={},", a.reason);
    } else {
      put(out, "reason={},", name);
    }
  }
  if (a.max_len != kMaxLenNoBuffer) put(out, "max_len={},", a.max_len);
  if (a.controller_id != 0) put(out, "id={},", a.controller_id);
  if (!a.userdata.empty()) put(out, "userdata={:02x},", fmt::join(a.userdata, "."));
  if (a.meter) put(out, "meter_id={},", a.meter->value());
  out.back() = ')';
}

void append(std::string& out, const Actions& actions) {
  for (const Action& action : actions) {
    std::visit(Writer{out}, action);
    out += ',';
  }
}

}  // namespace

std::string format(const Actions& actions) {
  std::string out;
  append(out, actions);
  if (out.empty()) return "drop";
  out.pop_back();
  return out;
}

std::string Instructions::format() const {
  std::string out;
  if (meter) put(out, "meter:{},", meter->value());
  append(out, apply);
  if (clear_actions) out += "clear_actions,";
  if (!write.empty()) {
    out += "write_actions(";
    append(out, write);
    out.back() = ')';
    out += ',';
  }
  if (metadata) {
    out += "write_metadata:";
    append_hex(out, metadata->value);
    if (metadata->mask != ~std::uint64_t{0}) {
      out += '/';
      append_hex(out, metadata->mask);
    }
    out += ',';
  }
  if (go_to) put(out, "goto_table:{},", go_to->value());
  if (out.empty()) return "drop";
  out.pop_back();
  return out;
}

}  // namespace dcportals::openflow
