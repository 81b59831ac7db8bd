// Which MAC address a VM would send to, to reach an IP address: what its own stack knows and what it would be told.
//
// Used by trace.cc. Pure.
#pragma once

#include <optional>

#include "topology/topology.h"

namespace dcportals::daemon {

// `own`: the address that `from` sends from. A group's MAC address for multicast (RFC 1112 section 6.4), broadcast for the limited one and for
// that of the own subnet; for a neighbour what ARP would tell; for what is beyond the network's subnets that of the subnet's gateway, or of the
// network's first router port. nullopt: nobody would answer, so the VM would not send at all; or, in a network that goes on outside, it is not
// known who answers there.
[[nodiscard]] std::optional<MacAddress> destination_mac(const topology::Topology& topology, const topology::Port& from, Ipv4Address own,
                                                        Ipv4Address to);

// Whom it would ask ARP for then: in a network that goes on outside the gateway, for what is beyond the network's subnets; else `to` itself.
[[nodiscard]] Ipv4Address next_hop(const topology::Topology& topology, const topology::Port& from, Ipv4Address own, Ipv4Address to);

}  // namespace dcportals::daemon
