#include "decision/record_compiler.h"

#include <algorithm>

#include "flowgen/on_demand.h"
#include "openflow/codec.h"

namespace dcportals::decision {
namespace {

using topology::HostName;
using topology::Port;
using topology::PortId;

// The hosts at which frames from the outside enter the network, or leave it.
std::vector<Dpid> router_hosts(const topology::Topology& topology, const topology::NetworkId& network) {
  std::vector<Dpid> out;
  for (const PortId& port : topology.ports_of(network)) {
    if (topology.router_of(port) == nullptr) continue;
    for (const topology::Site& site : topology.sites_of(port)) {
      if (const topology::Host* host = topology.host(site.host)) out.push_back(host->dpid);
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

// The xid is put in when the message is sent.
Piece append(Bytes& messages, const std::optional<openflow::Flow>& flow) {
  if (!flow) return {};
  const std::size_t start = messages.size();
  openflow::encode(openflow::add_message(*flow), openflow::Xid{0}, messages);
  return {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(messages.size() - start)};
}

void append_addresses(const World& world, const Port& port, const HostName& at, const flowgen::Wiring& wiring, PortRecord& out) {
  for (const flowgen::OnDemandFlows& flows : flowgen::on_demand_flows(world.topology, world.policy, at, wiring, port.id)) {
    AddressRecord& a = out.addresses.emplace_back();
    a.address = flows.address;
    a.key = world.topology.key_of(port.id, at, flows.address);
    a.serves = out.active && flowgen::serves(world.topology, port, flows.address.ip);
    a.forward_local = append(out.messages, flows.forward_local);
    a.forward_remote = append(out.messages, flows.forward_remote);
    a.restore_source = append(out.messages, flows.restore_source);
    a.rewrite_flood = append(out.messages, flows.rewrite_flood);
  }
}

PortRecord compile_at(const World& world, const Port& port, const topology::Host& host) {
  static const flowgen::Wiring kUnwired;
  const flowgen::Wiring* known = world.wiring(host.name);
  const flowgen::Wiring& wiring = known == nullptr ? kUnwired : *known;
  PortRecord out;
  out.number = port.number;
  out.network = world.topology.network(port.network_id)->number;
  out.dpid = host.dpid;
  if (const auto found = wiring.ports.find(port.id); found != wiring.ports.end()) out.of_port = found->second;
  out.mac = port.mac_address;
  out.up = port.admin_state_up;
  out.secured = port.port_security_enabled;
  out.router = world.topology.router_of(port.id) != nullptr;
  out.active = world.topology.active_site(port.id)->host == host.name;
  if (!out.up) return out;
  append_addresses(world, port, host.name, wiring, out);
  if (!out.router || !out.active) return out;
  const flowgen::RouterFlows router = flowgen::on_demand_router_flows(world.topology, world.policy, host.name, wiring, port.id);
  out.forward_router_local = append(out.messages, router.forward_local);
  out.forward_router_remote = append(out.messages, router.forward_remote);
  return out;
}

}  // namespace

std::optional<HostRecord> compile_host_record(const World& world, const HostName& name) {
  const topology::Host* host = world.topology.host(name);
  const flowgen::Wiring* wiring = world.wiring(name);
  if (host == nullptr || !host->mac) return std::nullopt;
  return HostRecord{host->dpid, *host->mac, wiring == nullptr ? std::nullopt : wiring->uplink};
}

NetworkRecord compile_network_record(const World& world, const topology::NetworkId& id) {
  NetworkRecord out;
  out.number = world.topology.network(id)->number;
  for (const auto& [name, ports] : world.topology.hosts_of(id)) {
    if (const topology::Host* host = world.topology.host(name)) out.members.push_back(host->dpid);
  }
  std::ranges::sort(out.members);
  out.router_hosts = router_hosts(world.topology, id);
  for (const topology::SubnetId& subnet : world.topology.subnets_of(id)) {
    const auto* cidr = std::get_if<Ipv4Prefix>(&world.topology.subnet(subnet)->cidr);
    // A /31 or /32 has no broadcast address (RFC 3021).
    if (cidr != nullptr && cidr->length() < 31) out.broadcasts.push_back(cidr->last());
  }
  std::ranges::sort(out.broadcasts);
  return out;
}

std::vector<PortRecord> compile_port_records(const World& world, const PortId& id) {
  std::vector<PortRecord> out;
  const Port* port = world.topology.port(id);
  if (port == nullptr || !flowgen::is_reactive(world.topology, world.policy, port->network_id)) return out;
  for (const topology::Site& site : world.topology.sites_of(id)) {
    if (const topology::Host* host = world.topology.host(site.host)) out.push_back(compile_at(world, *port, *host));
  }
  return out;
}

}  // namespace dcportals::decision
