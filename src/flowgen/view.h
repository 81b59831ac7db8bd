// What the compilation of one port at one host may ask. Shared by the files of this module only; lives as long as one call.
#pragma once

#include <optional>

#include "flowgen/compile.h"
#include "pipeline/cookie.h"
#include "topology/topology.h"

namespace dcportals::flowgen {

struct View {
  View(const topology::Topology& t, const topology::HostName& h, const Wiring& w) : topology(t), host(h), wiring(w) {}

  const topology::Topology& topology;
  const topology::HostName& host;
  const Wiring& wiring;

  // The OpenFlow port of a port that this host carries: sited here as far as the topology knows, and plugged as far as the switch says.
  [[nodiscard]] std::optional<openflow::OfPort> local(const topology::PortId& id) const {
    const auto found = wiring.ports.find(id);
    if (found == wiring.ports.end() || !topology.is_sited(id, host)) return std::nullopt;
    return found->second;
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

}  // namespace dcportals::flowgen
