// What the compilation of one owner at one place may ask, and where it puts what it makes. Shared by the files of this module only.
#pragma once

#include <optional>

#include "flowgen/compile.h"
#include "pipeline/cookie.h"
#include "pipeline/flow_builder.h"

namespace dcportals::flowgen {

struct View : Place {
  explicit View(const Place& place) : Place(place) {}

  // The OpenFlow port of a port that this host carries: sited here as far as the topology knows, and plugged as far as the switch says.
  [[nodiscard]] std::optional<openflow::OfPort> local(const topology::PortId& id) const {
    const auto found = wiring.ports.find(id);
    if (found == wiring.ports.end() || !topology.is_sited(id, host)) return std::nullopt;
    return found->second;
  }

  // The OpenFlow port by which the network goes on outside, if it does here.
  [[nodiscard]] std::optional<openflow::OfPort> attachment(const topology::NetworkId& id) const {
    const topology::Network* network = topology.network(id);
    if (network == nullptr || !network->physical_network) return std::nullopt;
    const auto found = wiring.attachments.find(*network->physical_network);
    return found == wiring.attachments.end() ? std::nullopt : std::optional(found->second);
  }

  // How the wire names an address of a port at a host; nullopt while the host's MAC or the key is missing.
  [[nodiscard]] std::optional<topology::FabricAddress> fabric(const topology::PortId& id, const topology::HostName& at,
                                                              const topology::TenantAddress& address) const {
    const topology::Host* there = topology.host(at);
    const auto key = topology.key_of(id, at, address);
    if (there == nullptr || !there->mac || !key) return std::nullopt;
    return topology::FabricAddress{*there->mac, *key};
  }

  [[nodiscard]] std::uint64_t metadata(const topology::Port& port) const {
    return topology.network(port.network_id)->number.value();
  }
  [[nodiscard]] static pipeline::Owner owner(const topology::Port& port) {
    return {pipeline::OwnerKind::kPort, port.number.value()};
  }
};

// Takes the entries of one owner, in the way of its network's mode.
class Sink {
 public:
  Sink(const View& view, const topology::NetworkId& network, Entries& out)
      : out_(out), reactive_(is_reactive(view.topology, view.policy, network)), idle_timeout_(view.policy.idle_timeout) {}

  [[nodiscard]] bool reactive() const { return reactive_; }
  void add(pipeline::FlowBuilder& flow) {
    if (reactive_ && flow.reactive() == pipeline::Install::kNever) return;
    if (reactive_ && flow.reactive() == pipeline::Install::kOnDemand) flow.idle_timeout(idle_timeout_);
    out_.emplace_back(flow.build());
  }
  void add(pipeline::FlowBuilder&& flow) { add(flow); }
  void add(openflow::Group group) { out_.emplace_back(std::move(group)); }
  void add(openflow::Meter meter) { out_.emplace_back(std::move(meter)); }

 private:
  Entries& out_;
  bool reactive_;
  std::uint16_t idle_timeout_;
};

// Whether the prefix has a directed-broadcast address (RFC 3021).
[[nodiscard]] constexpr bool has_broadcast(Ipv4Prefix cidr) {
  return cidr.length() <= 30;
}

// A meter that drops what exceeds the limit, in packets (section 5.7).
[[nodiscard]] inline openflow::Meter make_meter(openflow::MeterId id, RateLimit limit) {
  openflow::Meter meter;
  meter.flags = openflow::kMeterPktps | openflow::kMeterBurst | openflow::kMeterStats;
  meter.meter_id = id;
  meter.bands = {{openflow::MeterBand::Type::kDrop, limit.rate, limit.burst, 0}};
  return meter;
}

}  // namespace dcportals::flowgen
