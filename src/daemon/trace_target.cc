#include "daemon/trace_target.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "flowgen/compile.h"

namespace dcportals::daemon {
namespace {

using topology::Port;
using topology::Topology;

struct Subnet {
  Ipv4Prefix cidr;
  std::optional<IpAddress> gateway;

  // RFC 3021: the smallest have none.
  [[nodiscard]] bool broadcasts_to(Ipv4Address to) const { return cidr.length() <= 30 && cidr.last() == to; }
};

std::vector<Subnet> subnets_of(const Topology& topology, const topology::NetworkId& network) {
  std::vector<Subnet> out;
  for (const topology::SubnetId& id : topology.subnets_of(network)) {
    const topology::Subnet& subnet = *topology.subnet(id);
    if (const auto* cidr = std::get_if<Ipv4Prefix>(&subnet.cidr)) out.push_back({*cidr, subnet.gateway_ip});
  }
  return out;
}

// That of whoever serves the address in the network.
std::optional<MacAddress> neighbour(const Topology& topology, const Port& from, Ipv4Address ip) {
  for (const topology::PortId& id : topology.claimants(from.network_id, ip)) {
    const Port& port = *topology.port(id);
    if (!flowgen::serves(topology, port, ip)) continue;
    for (const topology::TenantAddress& address : port.tenant_addresses()) {
      if (address.ip == ip) return address.mac;
    }
  }
  return std::nullopt;
}

std::optional<MacAddress> gateway(const Topology& topology, const Port& from, const Subnet* own) {
  const auto& routers = topology.router_ports_of(from.network_id);
  const Port* port = own == nullptr || !own->gateway ? nullptr : topology.port_by_fixed_ip(from.network_id, *own->gateway);
  if (port != nullptr && routers.contains(port->id)) return port->mac_address;
  if (topology.network(from.network_id)->physical_network) return std::nullopt;
  return routers.empty() ? std::nullopt : std::optional(topology.port(*routers.begin())->mac_address);
}

}  // namespace

std::optional<MacAddress> destination_mac(const Topology& topology, const Port& from, Ipv4Address own, Ipv4Address to) {
  if (to.is_multicast()) return MacAddress(0x01005e000000ULL | (to.value() & 0x7fffff));
  const std::vector<Subnet> subnets = subnets_of(topology, from.network_id);
  const auto home = std::ranges::find_if(subnets, [&](const Subnet& subnet) { return subnet.cidr.contains(own); });
  const Subnet* const own_subnet = home == subnets.end() ? nullptr : &*home;
  if (to.is_limited_broadcast() || (own_subnet != nullptr && own_subnet->broadcasts_to(to))) return kBroadcastMac;
  if (const auto mac = neighbour(topology, from, to)) return mac;
  if (std::ranges::any_of(subnets, [&](const Subnet& subnet) { return subnet.cidr.contains(to); })) return std::nullopt;
  return gateway(topology, from, own_subnet);
}

Ipv4Address next_hop(const Topology& topology, const Port& from, Ipv4Address own, Ipv4Address to) {
  const std::vector<Subnet> subnets = subnets_of(topology, from.network_id);
  if (!topology.network(from.network_id)->physical_network) return to;
  if (std::ranges::any_of(subnets, [&](const Subnet& subnet) { return subnet.cidr.contains(to); })) return to;
  for (const Subnet& subnet : subnets) {
    const auto* gateway = subnet.gateway ? std::get_if<Ipv4Address>(&*subnet.gateway) : nullptr;
    if (subnet.cidr.contains(own) && gateway != nullptr) return *gateway;
  }
  return to;
}

}  // namespace dcportals::daemon
