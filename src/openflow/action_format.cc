// Actions and instructions as ovs-ofctl writes them (ofpacts_format() in OVS).
#include <fmt/format.h>

#include <iterator>
#include <string>

#include "openflow/action.h"
#include "openflow/value_text.h"

namespace dcportals::openflow {
namespace {

// "NXM_OF_ETH_SRC[]", "NXM_NX_REG0[5]", "NXM_NX_REG0[0..7]".
void append_bits(std::string& out, Field field, unsigned offset, unsigned bits) {
  const FieldSpec& s = spec(field);
  const auto to = std::back_inserter(out);
  out += s.move_name;
  if (offset == 0 && bits == subfield_bits(field)) {
    out += "[]";
  } else if (bits == 1) {
    fmt::format_to(to, "[{}]", offset);
  } else {
    fmt::format_to(to, "[{}..{}]", offset, offset + bits - 1);
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
  std::back_insert_iterator<std::string> to = std::back_inserter(out);

  void operator()(const Output& a) const {
    if (a.port < kPortMax) out += "output:";
    append_port(out, a.port);
    if (a.port == kPortController) fmt::format_to(to, ":{}", a.max_len);
  }
  void operator()(const GroupAction& a) const { fmt::format_to(to, "group:{}", a.group.value()); }
  void operator()(const SetField& a) const {
    out += "set_field:";
    append_value(out, a.field, a.value);
    fmt::format_to(to, "->{}", spec(a.field).set_name);
  }
  void operator()(const PushVlan& a) const { fmt::format_to(to, "push_vlan:0x{:04x}", a.eth_type); }
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
    if (a.table != kTableAll) fmt::format_to(to, "{}", a.table.value());
    out += ')';
  }
  void operator()(const ControllerAction& a) const;
};

void Writer::operator()(const ControllerAction& a) const {
  if (a.reason == 1 && a.controller_id == 0 && a.userdata.empty() && !a.meter) {
    fmt::format_to(to, "CONTROLLER:{}", a.max_len);
    return;
  }
  out += "controller(";
  if (a.reason != 1) {
    const std::string_view name = reason_name(a.reason);
    name.empty() ? fmt::format_to(to, "reason={},", a.reason) : fmt::format_to(to, "reason={},", name);
  }
  if (a.max_len != kMaxLenNoBuffer) fmt::format_to(to, "max_len={},", a.max_len);
  if (a.controller_id != 0) fmt::format_to(to, "id={},", a.controller_id);
  if (!a.userdata.empty()) fmt::format_to(to, "userdata={:02x},", fmt::join(a.userdata, "."));
  if (a.meter) fmt::format_to(to, "meter_id={},", a.meter->value());
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
  const auto to = std::back_inserter(out);
  if (meter) fmt::format_to(to, "meter:{},", meter->value());
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
  if (go_to) fmt::format_to(to, "goto_table:{},", go_to->value());
  if (out.empty()) return "drop";
  out.pop_back();
  return out;
}

}  // namespace dcportals::openflow
