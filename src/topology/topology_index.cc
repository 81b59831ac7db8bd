// Keeps the topology's indices in step with its objects: every link() has an unlink() that takes out exactly what it put in, and
// drops what has become empty. Called by Topology::apply alone. See topology.h.
#include <algorithm>

#include "topology/topology.h"

namespace dcportals::topology {
namespace {

template <class Index, class Id, class Member>
void remove_from(Index& index, const Id& id, const Member& member) {
  const auto it = index.find(id);
  if (it == index.end()) return;
  it->second.erase(member);
  if (it->second.empty()) index.erase(it);
}

}  // namespace

void Topology::link(const Network& network) {
  users_by_tenant_[network.tenant_id].insert({"network", network.id.uuid()});
  if (network.physical_network) network_by_physical_network_[*network.physical_network] = network.id;
}

void Topology::unlink(const Network& network) {
  remove_from(users_by_tenant_, network.tenant_id, TenantUser{"network", network.id.uuid()});
  if (network.physical_network) network_by_physical_network_.erase(*network.physical_network);
}

void Topology::link(const Subnet& subnet) {
  networks_.at(subnet.network_id).subnets.insert(subnet.id);
  users_by_tenant_[subnet.tenant_id].insert({"subnet", subnet.id.uuid()});
}

void Topology::unlink(const Subnet& subnet) {
  networks_.at(subnet.network_id).subnets.erase(subnet.id);
  remove_from(users_by_tenant_, subnet.tenant_id, TenantUser{"subnet", subnet.id.uuid()});
}

void Topology::link(const Port& port) {
  NetworkEntry& network = networks_.at(port.network_id);
  network.ports.insert(port.id);
  network.port_by_mac[port.mac_address] = port.id;
  for (const FixedIp& fixed : port.fixed_ips) {
    network.port_by_fixed_ip[fixed.ip_address] = port.id;
    ports_by_subnet_[fixed.subnet_id].insert(port.id);
  }
  for (const TenantAddress& address : port.tenant_addresses()) {
    network.claimants[address.ip].insert(port.id);
    if (address.mac != port.mac_address) network.pair_macs[address.mac].insert(port.id);
  }
  users_by_tenant_[port.tenant_id].insert({"port", port.id.uuid()});
  ports_by_suffix_[port.device_suffix()].insert(port.id);
  for (const Site& site : sites_of(port.id)) refresh_shortage(port.id, site.host);
}

void Topology::unlink(const Port& port) {
  NetworkEntry& network = networks_.at(port.network_id);
  network.ports.erase(port.id);
  network.port_by_mac.erase(port.mac_address);
  for (const FixedIp& fixed : port.fixed_ips) {
    network.port_by_fixed_ip.erase(fixed.ip_address);
    remove_from(ports_by_subnet_, fixed.subnet_id, port.id);
  }
  for (const TenantAddress& address : port.tenant_addresses()) {
    remove_from(network.claimants, address.ip, port.id);
    if (address.mac != port.mac_address) remove_from(network.pair_macs, address.mac, port.id);
  }
  remove_from(users_by_tenant_, port.tenant_id, TenantUser{"port", port.id.uuid()});
  remove_from(ports_by_suffix_, port.device_suffix(), port.id);
}

void Topology::link(const Router& router) {
  for (const PortId& id : router.port_ids) {
    router_by_port_[id] = router.id;
    networks_.at(ports_.at(id).port.network_id).router_ports.insert(id);
  }
  users_by_tenant_[router.tenant_id].insert({"router", router.id.uuid()});
}

void Topology::unlink(const Router& router) {
  for (const PortId& id : router.port_ids) {
    router_by_port_.erase(id);
    networks_.at(ports_.at(id).port.network_id).router_ports.erase(id);
  }
  remove_from(users_by_tenant_, router.tenant_id, TenantUser{"router", router.id.uuid()});
}

void Topology::link(const Host& host) {
  if (host.mac) host_by_mac_[*host.mac] = host.name;
  host_by_dpid_[host.dpid] = host.name;
  host_by_index_[host.index] = host.name;
}

void Topology::unlink(const Host& host) {
  if (host.mac) host_by_mac_.erase(*host.mac);
  host_by_dpid_.erase(host.dpid);
  host_by_index_.erase(host.index);
}

void Topology::link(const KeyAssignment& key) {
  if (pool_.contains(key.key)) slots_by_host_[pool_.host_of(key.key)].take(pool_.slot_of(key.key));
  if (key.resting) return;
  std::vector<MappingKey>& keys = ports_.at(key.port_id).keys;
  keys.insert(std::ranges::lower_bound(keys, key.key), key.key);
  refresh_shortage(key.port_id, key.host);
}

void Topology::unlink(const KeyAssignment& key) {
  // An emptied slot map stays, because it remembers where the cyclic search goes on.
  if (pool_.contains(key.key)) slots_by_host_[pool_.host_of(key.key)].release(pool_.slot_of(key.key));
  if (key.resting) return;
  std::erase(ports_.at(key.port_id).keys, key.key);
  refresh_shortage(key.port_id, key.host);
}

void Topology::enter_site(const Site& site) {
  PortEntry& port = ports_.at(site.port_id);
  const auto later = std::ranges::find_if(port.sites, [&](const Site& other) { return other.since > site.since; });
  port.sites.insert(later, site);
  ++networks_.at(port.port.network_id).hosts[site.host];
  ports_by_host_[site.host].insert(site.port_id);
  refresh_shortage(site.port_id, site.host);
}

std::optional<Site> Topology::leave_site(const PortId& id, const HostName& host) {
  PortEntry& port = ports_.at(id);
  const auto it = std::ranges::find_if(port.sites, [&](const Site& site) { return site.host == host; });
  if (it == port.sites.end()) return std::nullopt;
  Site former = *it;
  port.sites.erase(it);
  std::map<HostName, std::size_t>& hosts = networks_.at(port.port.network_id).hosts;
  if (--hosts.at(host) == 0) hosts.erase(host);
  remove_from(ports_by_host_, host, id);
  refresh_shortage(id, host);
  return former;
}

void Topology::refresh_shortage(const PortId& id, const HostName& host) {
  if (addresses_without_key(id, host).empty()) {
    remove_from(short_of_keys_, host, id);
  } else {
    short_of_keys_[host].insert(id);
  }
}

}  // namespace dcportals::topology
