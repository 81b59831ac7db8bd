// The tables of a fake switch: enough of an OpenFlow agent to take flow, group and meter mods and to answer multipart requests
// about them.
//
// Not a forwarding switch (that is `emulator`). No socket. For tests and benchmarks.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "openflow/message.h"

namespace dcportals::channel {

class FakeTables {
 public:
  using FlowKey = std::tuple<openflow::TableId, std::uint16_t, openflow::Match>;

  std::string datapath_description = "fake";
  std::vector<openflow::PortDescription> ports;
  // Flows, ports, ... in one part of a multipart reply.
  std::size_t entries_per_part = 100;

  // A flow, group or meter mod. An error, as Open vSwitch would give it, leaves everything as it was.
  [[nodiscard]] std::optional<openflow::ErrorMessage> apply(const openflow::Message& message);
  // The parts of the answer to a multipart request; empty for any other message.
  [[nodiscard]] std::vector<openflow::Message> answer(const openflow::Message& request) const;

  [[nodiscard]] const std::map<FlowKey, openflow::FlowMod>& flows() const { return flows_; }
  [[nodiscard]] const std::map<openflow::GroupId, openflow::GroupMod>& groups() const { return groups_; }
  [[nodiscard]] const std::map<openflow::MeterId, openflow::MeterMod>& meters() const { return meters_; }

 private:
  std::optional<openflow::ErrorMessage> apply_flow(const openflow::FlowMod& mod);
  std::optional<openflow::ErrorMessage> apply_group(const openflow::GroupMod& mod);
  std::optional<openflow::ErrorMessage> apply_meter(const openflow::MeterMod& mod);

  std::map<FlowKey, openflow::FlowMod> flows_;
  std::map<openflow::GroupId, openflow::GroupMod> groups_;
  std::map<openflow::MeterId, openflow::MeterMod> meters_;
};

}  // namespace dcportals::channel
