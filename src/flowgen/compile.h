// Compiles the topology into the flows of one switch. The one place where flows come from.
//
// Flows belong to owners: the host itself (what every switch of ours has) and each port that the switch must know, because it carries it or
// carries a peer of it. A switch's table is the union over its owners, so a change of one port is compiled at the cost of that port.
// Pure functions: the same topology and wiring always give the same flows. Paper sections 3.6 and 3.7; doc/pipeline.md.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "openflow/flow.h"
#include "topology/topology.h"

namespace dcportals::flowgen {

// What only the switch can say: where things are plugged now. The rest of a host is in the topology.
struct Wiring {
  std::optional<openflow::OfPort> uplink;
  std::unordered_map<topology::PortId, openflow::OfPort> ports;
  friend bool operator==(const Wiring&, const Wiring&) = default;
};

using Flows = std::vector<openflow::Flow>;

// The flows that any switch with this uplink has: misses with their drop reasons, and what comes from the wire.
[[nodiscard]] Flows compile_host(const topology::Topology& topology, const topology::HostName& host, const Wiring& wiring);

// The flows at `host` that `port` owns; none when the host neither carries it nor a port of its network.
[[nodiscard]] Flows compile_port(const topology::Topology& topology, const topology::HostName& host, const Wiring& wiring,
                                 const topology::PortId& port);

// Everything: compile_host and compile_port of every port of the networks at the host.
[[nodiscard]] Flows compile_all(const topology::Topology& topology, const topology::HostName& host, const Wiring& wiring);

// Whether traffic to `ip` in the port's network goes to this port: it is the port's fixed IP, or nobody's fixed IP and the port is the first of
// those sited that may use it (allowed address pairs may be shared, as by VRRP).
[[nodiscard]] bool serves(const topology::Topology& topology, const topology::Port& port, Ipv4Address ip);

}  // namespace dcportals::flowgen
