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

// Whether the flow is about frames from this address.
bool is_from(const openflow::Flow& flow, Ipv4Address ip, MacAddress mac) {
  const openflow::FieldMatch* source = flow.key.match.find(openflow::Field::kIpv4Src);
  const openflow::FieldMatch* eth = flow.key.match.find(openflow::Field::kEthSrc);
  return source != nullptr && source->value == openflow::FieldValue{ip.value()} && eth != nullptr && eth->value == openflow::FieldValue{mac.value()};
}

// All of the address's floods together: that of any group would else take a directed broadcast.
Piece append_floods(Bytes& messages, const std::vector<openflow::Flow>& flows, Ipv4Address ip, MacAddress mac) {
  const std::size_t start = messages.size();
  for (const openflow::Flow& flow : flows) {
    if (is_from(flow, ip, mac)) (void)append(messages, flow);
  }
  return {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(messages.size() - start)};
}

void append_flows(const flowgen::Place& place, const Port& port, PortRecord& out) {
  const flowgen::OnDemandFlows flows = flowgen::on_demand_flows(place, port.id);
  for (const flowgen::AddressFlows& of : flows.addresses) {
    AddressRecord& a = out.addresses.emplace_back();
    a.address = of.address;
    a.key = place.topology.key_of(port.id, place.host, of.address);
    a.serves = out.active && flowgen::serves(place.topology, port, of.address.ip);
    a.forward_local = append(out.messages, of.forward_local);
    a.forward_remote = append(out.messages, of.forward_remote);
    a.restore_source = append(out.messages, of.restore_source);
    a.rewrite_flood = append_floods(out.messages, flows.flood, of.address.ip, of.address.mac);
  }
  out.rewrite_unspecified = append_floods(out.messages, flows.flood, Ipv4Address(0), port.mac_address);
  out.forward_router_local = append(out.messages, flows.router_local);
  out.forward_router_remote = append(out.messages, flows.router_remote);
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
  out.dhcp_server = port.dhcp_server;
  out.active = world.topology.active_site(port.id)->host == host.name;
  append_flows({world.topology, world.policy, host.name, wiring}, port, out);
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
    // A /31 or /32 has none (RFC 3021).
    if (cidr != nullptr && cidr->length() < 31) out.subnets.push_back(*cidr);
  }
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
