#include "pipeline/flow_builder.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace dcportals::pipeline {

using openflow::Field;
using openflow::FieldValue;

FlowBuilder::FlowBuilder(Rule rule, Owner owner) : rule_(spec(rule)), table_(spec(rule_.table)) {
  if (owner.kind != rule_.owner) refuse("an owner of another kind");
  flow_.key.table = table_id(rule_.table);
  flow_.key.priority = rule_.priority;
  flow_.cookie = make_cookie(rule, owner);
}

FlowBuilder& FlowBuilder::match_masked(Field field, FieldValue value, FieldValue mask) {
  check_match(field);
  flow_.key.match.set_masked(field, value, mask);
  return *this;
}

FlowBuilder& FlowBuilder::match_group(bool group) {
  constexpr FieldValue kGroupBit{0x0100'0000'0000};
  return match_masked(Field::kEthDst, group ? kGroupBit : FieldValue{0}, kGroupBit);
}

FlowBuilder& FlowBuilder::meter(openflow::MeterId meter) {
  flow_.instructions.meter = meter;
  return *this;
}

FlowBuilder& FlowBuilder::set(Field field, FieldValue value) {
  check_set(field);
  flow_.instructions.apply.push_back(openflow::SetField{field, value});
  return *this;
}

FlowBuilder& FlowBuilder::move(Field source, Field destination) {
  return move(source, destination, openflow::spec(destination).bits);
}

FlowBuilder& FlowBuilder::move(Field source, Field destination, std::uint16_t bits) {
  check_set(destination);
  flow_.instructions.apply.push_back(openflow::RegMove{source, 0, destination, 0, bits});
  return *this;
}

FlowBuilder& FlowBuilder::output(openflow::OfPort port) {
  check_output();
  flow_.instructions.apply.push_back(openflow::Output{port});
  return *this;
}

FlowBuilder& FlowBuilder::group(openflow::GroupId group) {
  check_output();
  flow_.instructions.apply.push_back(openflow::GroupAction{group});
  return *this;
}

FlowBuilder& FlowBuilder::ask(Ask what, openflow::MeterId meter) {
  check_output();
  openflow::ControllerAction action;
  action.userdata = {static_cast<std::uint8_t>(what)};
  flow_.instructions.apply.push_back(std::move(action));
  return this->meter(meter);
}

FlowBuilder& FlowBuilder::metadata(std::uint64_t value) {
  check_set(Field::kMetadata);
  flow_.instructions.metadata = openflow::WriteMetadata{value};
  return *this;
}

FlowBuilder& FlowBuilder::go_to(Table table) {
  if (!table_.next.contains(table)) refuse(fmt::format("undeclared goto {}", spec(table).name));
  flow_.instructions.go_to = table_id(table);
  return *this;
}

FlowBuilder& FlowBuilder::idle_timeout(std::uint16_t seconds) {
  if (rule_.reactive != Install::kOnDemand) refuse("a timeout of a rule that is not on demand");
  flow_.idle_timeout = seconds;
  return *this;
}

openflow::Flow FlowBuilder::build() {
  if ((rule_.drop != DropReason::kNone) != flow_.instructions.empty()) refuse("a drop with instructions, or a rule without any");
  return std::move(flow_);
}

void FlowBuilder::check_match(Field field) const {
  if (!table_.match.contains(field)) refuse(fmt::format("undeclared match field {}", openflow::spec(field).name));
}

void FlowBuilder::check_set(Field field) const {
  if (!table_.set.contains(field)) refuse(fmt::format("undeclared set field {}", openflow::spec(field).name));
}

void FlowBuilder::check_output() const {
  if (!table_.outputs) refuse("undeclared output");
}

void FlowBuilder::refuse(std::string_view what) const {
  throw std::logic_error(fmt::format("pipeline: rule {} in table {}: {}", rule_.name, table_.name, what));
}

}  // namespace dcportals::pipeline
