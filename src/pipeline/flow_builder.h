// Builds one flow as an instance of a rule, and refuses what the rule's table does not declare.
//
// A refusal is a programming error: it throws std::logic_error that names rule and field, so an undeclared flow fails its first test.
// Used by `flowgen` only.
#pragma once

#include "base/ip_address.h"
#include "base/mac_address.h"
#include "openflow/flow.h"
#include "pipeline/cookie.h"
#include "pipeline/pipeline.h"

namespace dcportals::pipeline {

class FlowBuilder {
 public:
  FlowBuilder(Rule rule, Owner owner);

  template <class Value>
  FlowBuilder& match(openflow::Field field, Value value) {
    check_match(field);
    flow_.key.match.set(field, value);
    return *this;
  }
  FlowBuilder& match_masked(openflow::Field field, openflow::FieldValue value, openflow::FieldValue mask);

  FlowBuilder& match(openflow::Field field, Ipv4Prefix prefix) {
    return match_masked(field, openflow::FieldValue{prefix.first().value()}, openflow::FieldValue{prefix.mask()});
  }
  // By the group bit of a destination MAC address (IEEE 802).
  FlowBuilder& match_group(bool group);

  // The frame passes this meter before the actions.
  FlowBuilder& meter(openflow::MeterId meter);

  // Actions, in the order of the calls.
  FlowBuilder& set(openflow::Field field, openflow::FieldValue value);
  FlowBuilder& set(openflow::Field field, MacAddress mac) { return set(field, openflow::FieldValue{mac.value()}); }
  FlowBuilder& set(openflow::Field field, Ipv4Address ip) { return set(field, openflow::FieldValue{ip.value()}); }
  // Copies a whole field.
  FlowBuilder& move(openflow::Field source, openflow::Field destination);
  // Copies the lowest bits.
  FlowBuilder& move(openflow::Field source, openflow::Field destination, std::uint16_t bits);
  FlowBuilder& output(openflow::OfPort port);
  FlowBuilder& group(openflow::GroupId group);
  // To the controller, whole, through the meter. The flow's meter, and not the action's, because that one is asked only when the packet has
  // been carried to ovs-vswitchd already: a flood would cost what it costs.
  FlowBuilder& ask(Ask what, openflow::MeterId meter);

  FlowBuilder& metadata(std::uint64_t value);
  FlowBuilder& go_to(Table table);

  // For a flow that a packet asked for.
  FlowBuilder& idle_timeout(std::uint16_t seconds);
  [[nodiscard]] Install reactive() const { return rule_.reactive; }

  // A flow of a dropping rule must have no instructions, any other must have some.
  [[nodiscard]] openflow::Flow build();

 private:
  void check_match(openflow::Field field) const;
  void check_set(openflow::Field field) const;
  void check_output() const;
  [[noreturn]] void refuse(std::string_view what) const;

  const RuleSpec& rule_;
  const TableSpec& table_;
  openflow::Flow flow_;
};

}  // namespace dcportals::pipeline
