#include "controller/touched.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <variant>

namespace dcportals::controller {
namespace {

using topology::HostName;
using topology::Network;
using topology::NetworkId;
using topology::Port;
using topology::PortId;
using topology::Topology;

// Gathers, by network, the ports whose entries may change and the hosts that come to or leave the network.
class Gatherer {
 public:
  Gatherer(const Topology& before, const flowgen::Policy& policy) : before_(before), policy_(policy) {}

  void operator()(const topology::PutPort& c) {
    const Port* old = before_.port(c.object.id);
    if (new_ports_.insert_or_assign(c.object.id, c.object).second && old == nullptr) count(c.object.network_id, 1);
    if (old != nullptr) touch(*old);
    touch(c.object);
  }
  void operator()(const topology::ErasePort& c) {
    if (const Port* port = find(c.id)) count(port->network_id, -1);
    touch(c.id);
  }
  void operator()(const topology::PutSite& c) { move(c.object.port_id, c.object.host, 1); }
  void operator()(const topology::EraseSite& c) { move(c.id.port_id, c.id.host, -1); }
  void operator()(const topology::PutKey& c) { touch(c.object.port_id); }
  void operator()(const topology::EraseKey& c) {
    if (const auto* key = before_.assignment(c.id)) touch(key->port_id);
  }
  void operator()(const topology::PutHost& c) {
    hosts_.insert(c.object.name);
    for (const PortId& id : before_.ports_sited_at(c.object.name)) {
      touch(id);
      networks_[before_.port(id)->network_id].members_change = true;
    }
  }
  void operator()(const topology::PutNetwork& c) {
    const Network* old = before_.network(c.object.id);
    if (old == nullptr) return;
    const auto in_flows = [](const Network& n) { return std::tie(n.mode, n.broadcast_rate, n.physical_network); };
    if (in_flows(*old) != in_flows(c.object)) networks_[c.object.id].all = true;
  }
  void operator()(const topology::PutSettings&) {
    for (const NetworkId& id : before_.network_ids()) networks_[id].all = true;
  }
  void operator()(const topology::PutSubnet& c) { networks_[c.object.network_id].all = true; }
  void operator()(const topology::EraseSubnet& c) {
    if (const topology::Subnet* subnet = before_.subnet(c.id)) networks_[subnet->network_id].all = true;
  }
  void operator()(const topology::PutRouter& c) {
    for (const PortId& id : c.object.port_ids) touch_router_port(id);
    if (const topology::Router* old = before_.router(c.object.id)) {
      for (const PortId& id : old->port_ids) touch_router_port(id);
    }
  }
  void operator()(const topology::EraseRouter& c) {
    if (const topology::Router* old = before_.router(c.id)) {
      for (const PortId& id : old->port_ids) touch_router_port(id);
    }
  }
  // Names and counters are in no entry.
  template <class Other>
  void operator()(const Other&) {}

  [[nodiscard]] std::set<Touched> result() const {
    std::set<Touched> out;
    for (const HostName& host : hosts_) out.insert({host, std::monostate{}});
    for (const auto& [id, network] : networks_) add(id, network, out);
    return out;
  }

 private:
  struct Gathered {
    std::set<PortId> ports;
    std::map<HostName, int> moved_hosts;  // and how many ports more they have
    bool members_change = false;          // a host comes, goes, or is called otherwise on the wire: its peers' remote copies; or see shares_mac
    bool all = false;              // every owner of the network, everywhere
    int new_ports = 0;             // less those that go
  };

  void add(const NetworkId& id, const Gathered& network, std::set<Touched>& out) const {
    const bool all = network.all || mode_changes(id, network), members = members_change(id, network);
    const std::set<PortId>& kept = before_.ports_of(id);
    const auto at_host = [&](const HostName& host, bool whole) {
      for (const PortId& port : network.ports) out.insert({host, port});
      if (whole || members) out.insert({host, id});
      if (!whole) return;
      for (const PortId& port : kept) out.insert({host, port});
      out.insert({host, std::monostate{}});  // whether it asks for what comes from the wire
    };
    for (const auto& [host, count] : before_.hosts_of(id)) at_host(host, all);
    for (const auto& [host, more] : network.moved_hosts) at_host(host, true);
    for (const PortId& port : network.ports) {
      for (const topology::Site& site : before_.sites_of(port)) out.insert({site.host, id});  // its local copies
    }
  }

  [[nodiscard]] bool members_change(const NetworkId& id, const Gathered& network) const {
    const auto& hosts = before_.hosts_of(id);
    return network.members_change || std::ranges::any_of(network.moved_hosts, [&](const auto& moved) {
             const auto found = hosts.find(moved.first);
             const int ports = found == hosts.end() ? 0 : static_cast<int>(found->second);
             return (ports > 0) != (ports + moved.second > 0);
           });
  }

  // In the mode "auto" the number of ports decides.
  [[nodiscard]] bool mode_changes(const NetworkId& id, const Gathered& network) const {
    const auto ports = static_cast<int>(before_.ports_of(id).size()), limit = static_cast<int>(policy_.auto_ports);
    return (ports >= limit) != (ports + network.new_ports >= limit);
  }
  void count(const NetworkId& id, int more) { networks_[id].new_ports += more; }

  [[nodiscard]] const Port* find(const PortId& id) const {
    const auto found = new_ports_.find(id);
    return found != new_ports_.end() ? &found->second : before_.port(id);
  }

  // The port, and those that an address shared with it may be handed to; of a router's ports all, because one of them is chosen to be known by
  // its host's MAC address.
  void touch(const Port& port) {
    Gathered& network = networks_[port.network_id];
    network.ports.insert(port.id);
    for (const topology::TenantAddress& address : port.tenant_addresses()) {
      const auto& claimants = before_.claimants(port.network_id, address.ip);
      network.ports.insert(claimants.begin(), claimants.end());
    }
    if (shares_mac(port)) network.members_change = true;
    if (before_.router_of(port.id) != nullptr) {
      const auto& routers = before_.router_ports_of(port.network_id);
      network.ports.insert(routers.begin(), routers.end());
    }
  }
  // Whether the network, where it is attached, has entries for a MAC address of this port.
  [[nodiscard]] bool shares_mac(const Port& port) const {
    const Network* network = before_.network(port.network_id);
    if (network == nullptr || !network->physical_network) return false;  // one that is not yet is touched whole
    return before_.pair_macs(port.network_id).contains(port.mac_address) ||
           std::ranges::any_of(port.tenant_addresses(), [&](const topology::TenantAddress& a) { return a.mac != port.mac_address; });
  }
  void touch(const PortId& id) {
    if (const Port* port = find(id)) touch(*port);
  }
  void touch_router_port(const PortId& id) {
    const Port* port = find(id);
    if (port == nullptr) return;
    touch(*port);
    const auto& routers = before_.router_ports_of(port->network_id);
    networks_[port->network_id].ports.insert(routers.begin(), routers.end());
  }
  void move(const PortId& id, const HostName& host, int more) {
    const Port* port = find(id);
    if (port == nullptr) return;
    touch(*port);
    networks_[port->network_id].moved_hosts[host] += more;
  }

  const Topology& before_;
  const flowgen::Policy& policy_;
  std::map<PortId, Port> new_ports_;
  std::map<NetworkId, Gathered> networks_;
  std::set<HostName> hosts_;
};

}  // namespace

std::set<Touched> touched_by(const Topology& before, const flowgen::Policy& policy, const topology::Changes& changes) {
  Gatherer gatherer(before, policy);
  for (const topology::Change& change : changes) std::visit(gatherer, change);
  return gatherer.result();
}

void touch_all(const Topology& topology, const HostName& host, std::set<Touched>& out) {
  out.insert({host, std::monostate{}});
  for (const NetworkId& network : topology.networks_at(host)) {
    out.insert({host, network});
    for (const PortId& port : topology.ports_of(network)) out.insert({host, port});
  }
}

}  // namespace dcportals::controller
