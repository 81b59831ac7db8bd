// Compiles the topology into what one switch should have. The one place where flows, groups and meters come from, in every mode.
//
// Entries belong to owners: the host itself (what every switch of ours has), each network that has a port at the host, and each port of those
// networks. A switch's entries are the union over its owners, so a change of one port is compiled at the cost of that port. In a reactive
// network, flows of rules that are installed on demand (pipeline::Install) carry the idle timeout: the switch may have them or not. Pure
// functions: the same topology and wiring always give the same entries. Paper sections 3.6 and 3.7; doc/pipeline.md.
#pragma once

#include <variant>
#include <vector>

#include "flowgen/policy.h"
#include "flowgen/wiring.h"
#include "openflow/entry.h"
#include "topology/topology.h"

namespace dcportals::flowgen {

using Entries = std::vector<openflow::Entry>;

// A switch in its place: whose entries are compiled, and from what. Lives as long as one call.
struct Place {
  const topology::Topology& topology;
  const Policy& policy;
  const topology::HostName& host;
  const Wiring& wiring;
};

// What any switch with these uplinks has: misses with their drop reasons, and what comes from the wire.
[[nodiscard]] Entries compile_host(const Place& place);

// What the ports here have in common: the ways of a broadcast, and to the outside. None when the host carries no port of the network.
[[nodiscard]] Entries compile_network(const Place& place, const topology::NetworkId& network);

// What `port` owns here; nothing when the host neither carries it nor a port of its network.
[[nodiscard]] Entries compile_port(const Place& place, const topology::PortId& port);

// Whose entries: the host's own, a network's, or a port's.
using Owner = std::variant<std::monostate, topology::NetworkId, topology::PortId>;
[[nodiscard]] Entries compile(const Place& place, const Owner& owner);

// Everything: the host, and the networks at it with all their ports.
[[nodiscard]] Entries compile_all(const Place& place);

// Whether the switch may do without the entry until a packet asks for it.
[[nodiscard]] bool is_on_demand(const openflow::Entry& entry);

// Whether traffic to `ip` in the port's network goes to this port: it is the port's fixed IP, or nobody's fixed IP and the port is the first of
// those sited that may use it (allowed address pairs may be shared, as by VRRP).
[[nodiscard]] bool serves(const topology::Topology& topology, const topology::Port& port, Ipv4Address ip);

// How the wire names a router port at one of its sites: by the host's MAC address, or, when another router port of the network stands behind
// that already, by its own (design: external traffic). nullopt: the host's MAC is not known.
[[nodiscard]] std::optional<MacAddress> wire_mac_of_router(const topology::Topology& topology, const topology::Port& router,
                                                           const topology::HostName& at);

}  // namespace dcportals::flowgen
