// Changes to the topology and the questions asked of it. The indices themselves are kept in topology_index.cc. See topology.h.
#include "topology/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace dcportals::topology {
namespace {

template <class Map>
auto* find_in(const Map& map, const typename Map::key_type& id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

// What the index has for `id`, or an empty value.
template <class Map>
const typename Map::mapped_type& found_or_empty(const Map& map, const typename Map::key_type& id) {
  static const typename Map::mapped_type kEmpty;
  const auto* found = find_in(map, id);
  return found == nullptr ? kEmpty : *found;
}

template <class Map>
auto sorted_ids(const Map& map) {
  std::vector<typename Map::key_type> out;
  out.reserve(map.size());
  for (const auto& [id, entry] : map) out.push_back(id);
  std::ranges::sort(out);
  return out;
}

}  // namespace

Topology::Topology(KeyPool pool) : pool_(pool) {}

Change Topology::apply(const Change& change) {
  return std::visit([this](const auto& c) { return run(c); }, change);
}

template <class Map, class Object>
Change Topology::put_in(Map& map, const typename Map::key_type& id, const Object& object) {
  const auto [it, added] = map.try_emplace(id);
  Object& slot = object_of(it->second);
  if (added) {
    slot = object;
    link(slot);
    return Erase<Object, typename Map::key_type>{id};
  }
  unlink(slot);
  Put<Object> inverse{std::exchange(slot, object)};
  link(slot);
  return inverse;
}

template <class Object, class Map>
Change Topology::erase_from(Map& map, const typename Map::key_type& id) {
  const auto it = map.find(id);
  if (it == map.end()) return Erase<Object, typename Map::key_type>{id};
  unlink(object_of(it->second));
  Put<Object> inverse{std::move(object_of(it->second))};
  map.erase(it);
  return inverse;
}

Change Topology::run(const PutCounters& c) {
  return PutCounters{std::exchange(counters_, c.object)};
}

Change Topology::run(const PutSettings& c) {
  return PutSettings{std::exchange(settings_, c.object)};
}

Change Topology::run(const PutSite& c) {
  const std::optional<Site> former = leave_site(c.object.port_id, c.object.host);
  enter_site(c.object);
  if (former) return PutSite{*former};
  return EraseSite{{c.object.port_id, c.object.host}};
}

Change Topology::run(const EraseSite& c) {
  const std::optional<Site> former = leave_site(c.id.port_id, c.id.host);
  if (former) return PutSite{*former};
  return c;
}

const Tenant* Topology::tenant(const TenantId& id) const {
  return find_in(tenants_, id);
}

const Network* Topology::network(const NetworkId& id) const {
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? nullptr : &entry->network;
}

const Subnet* Topology::subnet(const SubnetId& id) const {
  return find_in(subnets_, id);
}

const Port* Topology::port(const PortId& id) const {
  const PortEntry* entry = find_in(ports_, id);
  return entry == nullptr ? nullptr : &entry->port;
}

const Router* Topology::router(const RouterId& id) const {
  return find_in(routers_, id);
}
const Host* Topology::host(const HostName& name) const {
  return find_in(hosts_, name);
}
const Tombstone* Topology::tombstone(const Uuid& id) const {
  return find_in(tombstones_, id);
}
std::vector<NetworkId> Topology::network_ids() const {
  return sorted_ids(networks_);
}
std::vector<PortId> Topology::port_ids() const {
  return sorted_ids(ports_);
}

const std::set<PortId>& Topology::ports_of(const NetworkId& id) const {
  static const std::set<PortId> kEmpty;
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? kEmpty : entry->ports;
}

const std::set<SubnetId>& Topology::subnets_of(const NetworkId& id) const {
  static const std::set<SubnetId> kEmpty;
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? kEmpty : entry->subnets;
}

const std::set<PortId>& Topology::router_ports_of(const NetworkId& id) const {
  static const std::set<PortId> kEmpty;
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? kEmpty : entry->router_ports;
}

const std::set<PortId>& Topology::ports_sited_at(const HostName& host) const {
  return found_or_empty(ports_by_host_, host);
}
const std::set<PortId>& Topology::claimants(const NetworkId& id, Ipv4Address ip) const {
  static const std::set<PortId> kEmpty;
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? kEmpty : found_or_empty(entry->claimants, ip);
}

const std::set<PortId>& Topology::ports_using(const SubnetId& id) const {
  return found_or_empty(ports_by_subnet_, id);
}

const std::map<HostName, std::size_t>& Topology::hosts_of(const NetworkId& id) const {
  static const std::map<HostName, std::size_t> kEmpty;
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? kEmpty : entry->hosts;
}

std::set<NetworkId> Topology::networks_at(const HostName& host) const {
  std::set<NetworkId> out;
  for (const PortId& id : ports_sited_at(host)) out.insert(ports_.at(id).port.network_id);
  return out;
}

std::span<const Site> Topology::sites_of(const PortId& id) const {
  const PortEntry* entry = find_in(ports_, id);
  return entry == nullptr ? std::span<const Site>() : std::span<const Site>(entry->sites);
}

const Site* Topology::active_site(const PortId& id) const {
  const PortEntry* entry = find_in(ports_, id);
  if (entry == nullptr || entry->sites.empty()) return nullptr;
  for (const Site& site : entry->sites) {
    if (site.host == entry->port.host_hint) return &site;
  }
  return &entry->sites.back();
}

bool Topology::is_sited(const PortId& id, const HostName& host) const {
  return std::ranges::any_of(sites_of(id), [&](const Site& site) { return site.host == host; });
}

const Port* Topology::port_by_device(std::string_view device_name) const {
  const auto suffix = device_suffix_of(device_name);
  if (!suffix) return nullptr;
  const auto found = ports_by_suffix_.find(*suffix);
  return found == ports_by_suffix_.end() ? nullptr : port(*found->second.begin());
}

const Router* Topology::router_of(const PortId& id) const {
  const RouterId* router_id = find_in(router_by_port_, id);
  return router_id == nullptr ? nullptr : router(*router_id);
}

const Port* Topology::port_by_mac(const NetworkId& id, MacAddress mac) const {
  const NetworkEntry* entry = find_in(networks_, id);
  const PortId* port_id = entry == nullptr ? nullptr : find_in(entry->port_by_mac, mac);
  return port_id == nullptr ? nullptr : port(*port_id);
}

const Port* Topology::port_by_fixed_ip(const NetworkId& id, const IpAddress& ip) const {
  const NetworkEntry* entry = find_in(networks_, id);
  const PortId* port_id = entry == nullptr ? nullptr : find_in(entry->port_by_fixed_ip, ip);
  return port_id == nullptr ? nullptr : port(*port_id);
}

std::optional<std::string> Topology::example_of(const TenantId& id) const {
  const std::set<TenantUser>& users = found_or_empty(users_by_tenant_, id);
  if (users.empty()) return std::nullopt;
  return fmt::format("{} {}", users.begin()->kind, users.begin()->id);
}

const Network* Topology::network_by_physical_network(std::string_view name) const {
  const auto found = network_by_physical_network_.find(name);
  return found == network_by_physical_network_.end() ? nullptr : network(found->second);
}

const std::map<MacAddress, std::set<PortId>>& Topology::pair_macs(const NetworkId& id) const {
  static const std::map<MacAddress, std::set<PortId>> kEmpty;
  const NetworkEntry* entry = find_in(networks_, id);
  return entry == nullptr ? kEmpty : entry->pair_macs;
}

const Host* Topology::host_by_mac(MacAddress mac) const {
  const HostName* name = find_in(host_by_mac_, mac);
  return name == nullptr ? nullptr : host(*name);
}

const Host* Topology::host_by_dpid(Dpid dpid) const {
  const HostName* name = find_in(host_by_dpid_, dpid);
  return name == nullptr ? nullptr : host(*name);
}

const Host* Topology::host_by_index(HostIndex index) const {
  const HostName* name = find_in(host_by_index_, index);
  return name == nullptr ? nullptr : host(*name);
}

std::optional<HostIndex> Topology::free_host_index() const {
  std::optional<HostIndex> with_resting_keys;
  for (std::uint32_t number = 0; number < pool_.hosts(); ++number) {
    const HostIndex index(number);
    if (host_by_index_.contains(index)) continue;
    if (found_or_empty(slots_by_host_, index).count() == 0) return index;
    if (!with_resting_keys) with_resting_keys = index;
  }
  return with_resting_keys;
}

std::optional<MappingKey> Topology::key_of(const PortId& id, const HostName& host, const TenantAddress& address) const {
  const PortEntry* entry = find_in(ports_, id);
  if (entry == nullptr) return std::nullopt;
  for (const MappingKey& key : entry->keys) {
    const KeyAssignment& assigned = keys_.at(key);
    if (assigned.host == host && assigned.address == address) return key;
  }
  return std::nullopt;
}

const KeyAssignment* Topology::assignment(MappingKey key) const {
  return find_in(keys_, key);
}

std::vector<KeyAssignment> Topology::keys_of(const PortId& id) const {
  std::vector<KeyAssignment> out;
  const PortEntry* entry = find_in(ports_, id);
  if (entry == nullptr) return out;
  for (const MappingKey& key : entry->keys) out.push_back(keys_.at(key));
  return out;
}

std::optional<MappingKey> Topology::free_key(const Host& host) const {
  // The very last slot of a pool may be 255.255.255.255, which is no key.
  const std::uint32_t last = pool_.slots_per_host() - 1;
  const std::uint32_t end = pool_.key(host.index, last) ? last + 1 : last;
  const auto slot = found_or_empty(slots_by_host_, host.index).next_free(end);
  return slot ? pool_.key(host.index, *slot) : std::nullopt;
}

std::vector<TenantAddress> Topology::addresses_without_key(const PortId& id, const HostName& host) const {
  if (!is_sited(id, host)) return {};
  const PortEntry& entry = ports_.at(id);
  std::set<TenantAddress> keyed;
  for (const MappingKey& key : entry.keys) {
    const KeyAssignment& assigned = keys_.at(key);
    if (assigned.host == host) keyed.insert(assigned.address);
  }
  std::vector<TenantAddress> out = entry.port.tenant_addresses();
  std::erase_if(out, [&](const TenantAddress& address) { return keyed.contains(address); });
  return out;
}

bool operator==(const Topology& a, const Topology& b) {
  const auto same_networks = [&](const auto& pair) {
    const Network* other = b.network(pair.first);
    return other != nullptr && *other == pair.second.network;
  };
  const auto same_ports = [&](const auto& pair) {
    const Port* other = b.port(pair.first);
    return other != nullptr && *other == pair.second.port && std::ranges::equal(a.sites_of(pair.first), b.sites_of(pair.first));
  };
  return a.counters_ == b.counters_ && a.settings_ == b.settings_ && a.tenants_ == b.tenants_ && a.subnets_ == b.subnets_ &&
         a.routers_ == b.routers_ && a.hosts_ == b.hosts_ && a.keys_ == b.keys_ && a.tombstones_ == b.tombstones_ &&
         a.networks_.size() == b.networks_.size() && a.ports_.size() == b.ports_.size() &&
         std::ranges::all_of(a.networks_, same_networks) && std::ranges::all_of(a.ports_, same_ports);
}

}  // namespace dcportals::topology
