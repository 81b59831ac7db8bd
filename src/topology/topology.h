// The whole topology in memory, with the indices that flow generation and validation ask for.
//
// Changed only by apply(), which cannot fail and returns the change that undoes it; the planner uses that to try a whole request
// and take it back. Iteration orders are those of the ids, so everything derived from a topology is deterministic. One thread at
// a time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "topology/change.h"
#include "topology/key_pool.h"
#include "topology/model.h"
#include "topology/slot_map.h"

namespace dcportals::topology {

class Topology {
 public:
  explicit Topology(KeyPool pool);

  // Applies one validated change and returns its inverse: applying that restores the former value exactly. An object comes after
  // those it names and goes before them; a port goes when it has neither sites nor live keys.
  Change apply(const Change& change);

  [[nodiscard]] const KeyPool& key_pool() const { return pool_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }

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

  [[nodiscard]] const std::unordered_map<Uuid, Tombstone>& tombstones() const { return tombstones_; }  // in no order

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
  // The port whose OpenFlow port may have this name, if any (suffixes are unique by construction of UUIDs; the lowest id wins a tie).
  [[nodiscard]] const Port* port_by_device(std::string_view device_name) const;
  // The router that lists the port, if any: the only source of a router's trust.
  [[nodiscard]] const Router* router_of(const PortId& id) const;
  // The ports of the network that routers list.
  [[nodiscard]] const std::set<PortId>& router_ports_of(const NetworkId& id) const;

  // The port of the network with this MAC address, or with this fixed IP; each is unique in a network. nullptr: there is none.
  [[nodiscard]] const Port* port_by_mac(const NetworkId& id, MacAddress mac) const;
  [[nodiscard]] const Port* port_by_fixed_ip(const NetworkId& id, const IpAddress& ip) const;
  // The ports of the network that may send from this address, by fixed IP or allowed address pair: a VIP has several.
  [[nodiscard]] const std::set<PortId>& claimants(const NetworkId& id, Ipv4Address ip) const;
  [[nodiscard]] const std::set<PortId>& ports_using(const SubnetId& id) const;
  // Something that belongs to the tenant, in words: "network 3f25...". nullopt: nothing does.
  [[nodiscard]] std::optional<std::string> example_of(const TenantId& id) const;
  // The network that goes on outside under this name, if any.
  [[nodiscard]] const Network* network_by_physical_network(std::string_view name) const;
  // MAC addresses that ports of the network may send from besides their own (allowed address pairs), each with these ports.
  [[nodiscard]] const std::map<MacAddress, std::set<PortId>>& pair_macs(const NetworkId& id) const;
  [[nodiscard]] const Host* host_by_mac(MacAddress mac) const;
  [[nodiscard]] const Host* host_by_dpid(Dpid dpid) const;
  [[nodiscard]] const Host* host_by_index(HostIndex index) const;
  // The lowest index that no host has, if possible one without resting keys. nullopt: the pool has no room for another host.
  [[nodiscard]] std::optional<HostIndex> free_host_index() const;

  // The live (not resting) key of one address of a port on a host.
  [[nodiscard]] std::optional<MappingKey> key_of(const PortId& id, const HostName& host, const TenantAddress& address) const;
  [[nodiscard]] const KeyAssignment* assignment(MappingKey key) const;
  [[nodiscard]] std::vector<KeyAssignment> keys_of(const PortId& id) const;  // live ones, by key
  [[nodiscard]] const std::map<MappingKey, KeyAssignment>& keys() const { return keys_; }
  // A key of the host that nobody has and that does not rest. nullopt: all are taken.
  [[nodiscard]] std::optional<MappingKey> free_key(const Host& host) const;
  // The port's addresses that should have a key at a host where it is sited, and have none.
  [[nodiscard]] std::vector<TenantAddress> addresses_without_key(const PortId& id, const HostName& host) const;
  // The ports with such addresses, by host; only hosts that have some.
  [[nodiscard]] const std::map<HostName, std::set<PortId>>& short_of_keys() const { return short_of_keys_; }
  [[nodiscard]] std::size_t port_count() const { return ports_.size(); }
  [[nodiscard]] std::size_t network_count() const { return networks_.size(); }

  // Equal in every object, number and key; for tests of undo and of the store.
  friend bool operator==(const Topology& a, const Topology& b);

 private:
  struct NetworkEntry {
    Network network;
    std::set<PortId> ports;
    std::set<SubnetId> subnets;
    std::set<PortId> router_ports;
    std::map<HostName, std::size_t> hosts;
    std::unordered_map<MacAddress, PortId> port_by_mac;
    std::map<IpAddress, PortId> port_by_fixed_ip;
    std::unordered_map<Ipv4Address, std::set<PortId>> claimants;
    std::map<MacAddress, std::set<PortId>> pair_macs;
  };
  struct PortEntry {
    Port port;
    std::vector<Site> sites;       // by `since`
    std::vector<MappingKey> keys;  // live ones, sorted
  };
  // Something that names a tenant. The kind is the word shown to people.
  struct TenantUser {
    const char* kind;
    Uuid id;
    friend bool operator<(const TenantUser& a, const TenantUser& b) { return a.id < b.id; }
  };

  static Network& object_of(NetworkEntry& entry) { return entry.network; }
  static Port& object_of(PortEntry& entry) { return entry.port; }
  template <class Object>
  static Object& object_of(Object& object) {
    return object;
  }
  template <class Map, class Object>
  Change put_in(Map& map, const typename Map::key_type& id, const Object& object);
  template <class Object, class Map>
  Change erase_from(Map& map, const typename Map::key_type& id);

  // One per kind of change.
  Change run(const PutTenant& c) { return put_in(tenants_, c.object.id, c.object); }
  Change run(const PutNetwork& c) { return put_in(networks_, c.object.id, c.object); }
  Change run(const PutSubnet& c) { return put_in(subnets_, c.object.id, c.object); }
  Change run(const PutPort& c) { return put_in(ports_, c.object.id, c.object); }
  Change run(const PutRouter& c) { return put_in(routers_, c.object.id, c.object); }
  Change run(const PutHost& c) { return put_in(hosts_, c.object.name, c.object); }
  Change run(const PutKey& c) { return put_in(keys_, c.object.key, c.object); }
  Change run(const PutTombstone& c) { return put_in(tombstones_, c.object.id, c.object); }
  Change run(const EraseTenant& c) { return erase_from<Tenant>(tenants_, c.id); }
  Change run(const EraseNetwork& c) { return erase_from<Network>(networks_, c.id); }
  Change run(const EraseSubnet& c) { return erase_from<Subnet>(subnets_, c.id); }
  Change run(const ErasePort& c) { return erase_from<Port>(ports_, c.id); }
  Change run(const EraseRouter& c) { return erase_from<Router>(routers_, c.id); }
  Change run(const EraseHost& c) { return erase_from<Host>(hosts_, c.id); }
  Change run(const EraseKey& c) { return erase_from<KeyAssignment>(keys_, c.id); }
  Change run(const EraseTombstone& c) { return erase_from<Tombstone>(tombstones_, c.id); }
  Change run(const PutCounters& c);
  Change run(const PutSettings& c);
  Change run(const PutSite& c);
  Change run(const EraseSite& c);

  // Enter an object into the indices, or take it out.
  void link(const Tenant&) {}
  void link(const Network& network);
  void link(const Subnet& subnet);
  void link(const Port& port);
  void link(const Router& router);
  void link(const Host& host);
  void link(const KeyAssignment& key);
  void link(const Tombstone&) {}
  void unlink(const Tenant&) {}
  void unlink(const Network& network);
  void unlink(const Subnet& subnet);
  void unlink(const Port& port);
  void unlink(const Router& router);
  void unlink(const Host& host);
  void unlink(const KeyAssignment& key);
  void unlink(const Tombstone&) {}
  void enter_site(const Site& site);
  // Takes the site out and returns it, if it was there.
  std::optional<Site> leave_site(const PortId& id, const HostName& host);
  void refresh_shortage(const PortId& id, const HostName& host);

  KeyPool pool_;
  Counters counters_;
  Settings settings_;
  std::map<TenantId, Tenant> tenants_;
  std::unordered_map<NetworkId, NetworkEntry> networks_;
  std::map<SubnetId, Subnet> subnets_;
  std::unordered_map<PortId, PortEntry> ports_;
  std::map<RouterId, Router> routers_;
  std::map<HostName, Host> hosts_;
  std::map<MappingKey, KeyAssignment> keys_;
  std::unordered_map<Uuid, Tombstone> tombstones_;

  // Indices: functions of the above.
  std::unordered_map<TenantId, std::set<TenantUser>> users_by_tenant_;
  std::unordered_map<SubnetId, std::set<PortId>> ports_by_subnet_;
  std::unordered_map<HostName, std::set<PortId>> ports_by_host_;
  std::unordered_map<PortId, RouterId> router_by_port_;
  std::map<std::string, std::set<PortId>, std::less<>> ports_by_suffix_;
  std::map<std::string, NetworkId, std::less<>> network_by_physical_network_;
  std::unordered_map<MacAddress, HostName> host_by_mac_;
  std::unordered_map<Dpid, HostName> host_by_dpid_;
  std::unordered_map<HostIndex, HostName> host_by_index_;
  std::unordered_map<HostIndex, SlotMap> slots_by_host_;
  std::map<HostName, std::set<PortId>> short_of_keys_;
};

}  // namespace dcportals::topology
