// The whole topology in memory, with the indices that flow generation and validation ask for.
//
// Changed only by apply(), which cannot fail and returns the change that undoes it; the planner uses that to try a whole request and
// take it back. Iteration orders are those of the ids, so everything derived from a topology is deterministic. One thread at a time.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "topology/change.h"
#include "topology/key_pool.h"
#include "topology/model.h"

namespace dcportals::topology {

class Topology {
 public:
  explicit Topology(KeyPool pool);

  // Applies one validated change and returns its inverse: applying that restores the former value exactly.
  Change apply(const Change& change);

  [[nodiscard]] const KeyPool& key_pool() const { return pool_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

  // nullptr where there is none. Pointers hold until the next apply().
  [[nodiscard]] const Tenant* tenant(const TenantId& id) const;
  [[nodiscard]] const Network* network(const NetworkId& id) const;
  [[nodiscard]] const Subnet* subnet(const SubnetId& id) const;
  [[nodiscard]] const Port* port(const PortId& id) const;
  [[nodiscard]] const Router* router(const RouterId& id) const;
  [[nodiscard]] const Host* host(const HostName& name) const;
  [[nodiscard]] const Tombstone* tombstone(const Uuid& id) const;

  [[nodiscard]] const std::map<TenantId, Tenant>& tenants() const { return tenants_; }
  [[nodiscard]] const std::map<RouterId, Router>& routers() const { return routers_; }
  [[nodiscard]] const std::map<SubnetId, Subnet>& subnets() const { return subnets_; }
  [[nodiscard]] const std::map<HostName, Host>& hosts() const { return hosts_; }
  [[nodiscard]] std::vector<NetworkId> network_ids() const;  // sorted
  [[nodiscard]] std::vector<PortId> port_ids() const;        // sorted

  // Indices; empty sets for unknown ids.
  [[nodiscard]] const std::set<PortId>& ports_of(const NetworkId& id) const;
  [[nodiscard]] const std::set<SubnetId>& subnets_of(const NetworkId& id) const;
  [[nodiscard]] const std::set<PortId>& ports_sited_at(const HostName& host) const;
  // Hosts with at least one sited port of the network, each with the number of them.
  [[nodiscard]] const std::map<HostName, std::size_t>& hosts_of(const NetworkId& id) const;
  // The networks that have a sited port at the host: those whose peers the host must know.
  [[nodiscard]] std::set<NetworkId> networks_at(const HostName& host) const;
  [[nodiscard]] std::span<const Site> sites_of(const PortId& id) const;
  // The site that traffic to the port goes to: the binding host if the port is sited there, else the latest. nullptr: not sited.
  [[nodiscard]] const Site* active_site(const PortId& id) const;
  [[nodiscard]] bool is_sited(const PortId& id, const HostName& host) const;
  // The port whose tap has this name, if any (names are unique by construction of UUIDs; the lowest id wins a tie).
  [[nodiscard]] const Port* port_by_tap(const std::string& tap_name) const;
  // The router that lists the port, if any: the only source of a router's trust.
  [[nodiscard]] const Router* router_of(const PortId& id) const;

  // The live (not resting) key of one address of a port on a host.
  [[nodiscard]] std::optional<MappingKey> key_of(const PortId& id, const HostName& host, const TenantAddress& address) const;
  [[nodiscard]] const KeyAssignment* assignment(MappingKey key) const;
  [[nodiscard]] std::vector<KeyAssignment> keys_of(const PortId& id) const;  // live ones, by key
  [[nodiscard]] const std::map<MappingKey, KeyAssignment>& keys() const { return keys_; }
  [[nodiscard]] std::size_t port_count() const { return ports_.size(); }
  [[nodiscard]] std::size_t network_count() const { return networks_.size(); }

  // Equal in every object, number and key; for tests of undo and of the store.
  friend bool operator==(const Topology& a, const Topology& b);

 private:
  struct NetworkEntry {
    Network network;
    std::set<PortId> ports;
    std::set<SubnetId> subnets;
    std::map<HostName, std::size_t> hosts;
  };
  struct PortEntry {
    Port port;
    std::vector<Site> sites;
    std::vector<MappingKey> keys;
  };

  KeyPool pool_;
  Counters counters_;
  std::map<TenantId, Tenant> tenants_;
  std::unordered_map<NetworkId, NetworkEntry> networks_;
  std::map<SubnetId, Subnet> subnets_;
  std::unordered_map<PortId, PortEntry> ports_;
  std::map<RouterId, Router> routers_;
  std::map<HostName, Host> hosts_;
  std::map<MappingKey, KeyAssignment> keys_;
  std::unordered_map<Uuid, Tombstone> tombstones_;
  std::unordered_map<HostName, std::set<PortId>> ports_by_host_;
  std::unordered_map<PortId, RouterId> router_by_port_;
  std::map<std::string, std::set<PortId>> ports_by_tap_;
};

}  // namespace dcportals::topology
