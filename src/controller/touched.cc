#include "controller/touched.h"

#include <map>
#include <variant>

namespace dcportals::controller {
namespace {

using topology::HostName;
using topology::NetworkId;
using topology::Port;
using topology::PortId;
using topology::Topology;

// Gathers, by network, the ports whose flows may change and the hosts that come to or leave the network.
class Gatherer {
 public:
  explicit Gatherer(const Topology& before) : before_(before) {}

  void operator()(const topology::PutPort& c) {
    new_ports_.insert_or_assign(c.object.id, c.object);
    if (const Port* old = before_.port(c.object.id)) touch(*old);
    touch(c.object);
  }
  void operator()(const topology::ErasePort& c) { touch(c.id); }
  void operator()(const topology::PutSite& c) { move(c.object.port_id, c.object.host); }
  void operator()(const topology::EraseSite& c) { move(c.id.port_id, c.id.host); }
  void operator()(const topology::PutKey& c) { touch(c.object.port_id); }
  void operator()(const topology::EraseKey& c) {
    if (const auto* key = before_.assignment(c.id)) touch(key->port_id);
  }
  void operator()(const topology::PutHost& c) {
    hosts_.insert(c.object.name);
    for (const PortId& id : before_.ports_sited_at(c.object.name)) touch(id);
  }
  // Names, subnets, routers and counters are in no flow.
  template <class Other>
  void operator()(const Other&) {}

  [[nodiscard]] std::set<Touched> result() const {
    std::set<Touched> out;
    for (const HostName& host : hosts_) out.insert({host, std::nullopt});
    for (const auto& [id, network] : networks_) {
      for (const auto& [host, count] : before_.hosts_of(id)) add(host, network.ports, out);
      for (const HostName& host : network.moved_hosts) {
        add(host, network.ports, out);
        add(host, before_.ports_of(id), out);
      }
    }
    return out;
  }

 private:
  struct Gathered {
    std::set<PortId> ports;
    std::set<HostName> moved_hosts;
  };

  static void add(const HostName& host, const std::set<PortId>& ports, std::set<Touched>& out) {
    for (const PortId& port : ports) out.insert({host, port});
  }

  [[nodiscard]] const Port* find(const PortId& id) const {
    const auto found = new_ports_.find(id);
    return found != new_ports_.end() ? &found->second : before_.port(id);
  }

  // The port, and those that an address shared with it may be handed to.
  void touch(const Port& port) {
    Gathered& network = networks_[port.network_id];
    network.ports.insert(port.id);
    for (const topology::TenantAddress& address : port.tenant_addresses()) {
      const auto& claimants = before_.claimants(port.network_id, address.ip);
      network.ports.insert(claimants.begin(), claimants.end());
    }
  }
  void touch(const PortId& id) {
    if (const Port* port = find(id)) touch(*port);
  }
  void move(const PortId& id, const HostName& host) {
    const Port* port = find(id);
    if (port == nullptr) return;
    touch(*port);
    networks_[port->network_id].moved_hosts.insert(host);
  }

  const Topology& before_;
  std::map<PortId, Port> new_ports_;
  std::map<NetworkId, Gathered> networks_;
  std::set<HostName> hosts_;
};

}  // namespace

std::set<Touched> touched_by(const Topology& before, const topology::Changes& changes) {
  Gatherer gatherer(before);
  for (const topology::Change& change : changes) std::visit(gatherer, change);
  return gatherer.result();
}

}  // namespace dcportals::controller
