#include "decision/snapshot_builder.h"

#include <algorithm>
#include <set>

#include "decision/record_compiler.h"

namespace dcportals::decision {

using topology::HostName;
using topology::NetworkId;
using topology::Port;
using topology::PortId;

namespace {

template <class Editor, class Key, class Record>
void put_if_new(Editor& editor, const Key& key, Record record) {
  const auto* old = editor.find(key);
  if (old != nullptr && **old == record) return;
  editor.put(key, std::make_shared<const Record>(std::move(record)));
}

// Another port may have taken the place meanwhile: erases only what is this record's.
template <class Editor, class Key>
void erase_own(Editor& editor, const Key& key, const PortAtSite& record) {
  const PortAtSite* found = editor.find(key);
  if (found != nullptr && *found == record) editor.erase(key);
}
template <class Editor, class Key>
void erase_own(Editor& editor, const Key& key, const AddressAtSite& record) {
  const AddressAtSite* found = editor.find(key);
  if (found != nullptr && *found == record) editor.erase(key);
}

}  // namespace

void SnapshotBuilder::refresh_port(const World& world, const PortId& id) {
  std::set<std::pair<NetworkId, Ipv4Address>> addresses;
  std::set<NetworkId> networks;
  bool router = world.topology.router_of(id) != nullptr;
  if (const auto before = ports_.find(id); before != ports_.end()) {
    networks.insert(before->second.network);
    router = router || before->second.router;
    for (const Ipv4Address ip : before->second.addresses) addresses.emplace(before->second.network, ip);
  }
  if (const Port* port = world.topology.port(id)) {
    networks.insert(port->network_id);
    for (const topology::TenantAddress& a : port->tenant_addresses()) addresses.emplace(port->network_id, a.ip);
  }
  for (const NetworkId& network : networks) refresh_network_of(world, network);
  refresh_one(world, id);
  for (const auto& [network, ip] : addresses) {
    for (const PortId& claimant : world.topology.claimants(network, ip)) {
      if (claimant != id) refresh_one(world, claimant);
    }
  }
  if (!router) return;
  for (const NetworkId& network : networks) refresh_routers(world, network);
}

// The host's MAC address stands for the first router port of a network there, and what is first may have changed.
void SnapshotBuilder::refresh_routers(const World& world, const NetworkId& id) {
  for (const PortId& port : world.topology.ports_of(id)) {
    if (world.topology.router_of(port) != nullptr) refresh_one(world, port);
  }
}

// One of the network's ports has changed, and perhaps the network's size.
void SnapshotBuilder::refresh_network_of(const World& world, const NetworkId& id) {
  const auto known = networks_.find(id);
  const bool was_reactive = known != networks_.end() && known->second.reactive;
  const bool reactive = world.topology.network(id) != nullptr && flowgen::is_reactive(world.topology, world.policy, id);
  if (reactive != was_reactive) {
    refresh_network(world, id);
  } else {
    refresh_members(world, id);
  }
}

void SnapshotBuilder::refresh_one(const World& world, const PortId& id) {
  std::vector<PortRecord> compiled = compile_port_records(world, id);
  KnownPort& known = ports_[id];
  const auto same = [](const PortAtSite& a, const PortRecord& b) { return *a == b; };
  if (!std::ranges::equal(known.records, compiled, same)) {
    for (const PortAtSite& record : known.records) leave(record);
    known.records.clear();
    for (PortRecord& record : compiled) known.records.push_back(std::make_shared<const PortRecord>(std::move(record)));
    for (const PortAtSite& record : known.records) enter(record);
  }
  const Port* port = world.topology.port(id);
  if (port == nullptr) {
    ports_.erase(id);
    return;
  }
  known.network = port->network_id;
  known.router = world.topology.router_of(id) != nullptr;
  known.addresses.clear();
  for (const topology::TenantAddress& a : port->tenant_addresses()) known.addresses.push_back(a.ip);
}

void SnapshotBuilder::enter(const PortAtSite& record) {
  if (record->of_port) next_.places.put({record->dpid, *record->of_port}, record);
  if (record->router && record->active) next_.routers.put({record->network, record->mac}, record);
  // The first of two addresses with one IP (an allowed pair with a MAC of its own) is the one that answers for it.
  for (std::size_t i = record->addresses.size(); i-- > 0;) {
    const AddressRecord& a = record->addresses[i];
    if (a.serves) next_.destinations.put({record->network, a.address.ip}, {record, i});
    if (a.key) next_.keys.put(*a.key, {record, i});
  }
}

void SnapshotBuilder::leave(const PortAtSite& record) {
  if (record->of_port) erase_own(next_.places, Place{record->dpid, *record->of_port}, record);
  if (record->router && record->active) erase_own(next_.routers, NetworkMac{record->network, record->mac}, record);
  for (std::size_t i = 0; i < record->addresses.size(); ++i) {
    const AddressRecord& a = record->addresses[i];
    if (a.serves) erase_own(next_.destinations, NetworkIp{record->network, a.address.ip}, AddressAtSite{record, i});
    if (a.key) erase_own(next_.keys, *a.key, AddressAtSite{record, i});
  }
}

void SnapshotBuilder::refresh_members(const World& world, const NetworkId& id) {
  KnownNetwork& known = networks_[id];
  const topology::Network* network = world.topology.network(id);
  known.reactive = network != nullptr && flowgen::is_reactive(world.topology, world.policy, id);
  if (network != nullptr) known.number = network->number;
  if (known.reactive) {
    put_if_new(next_.networks, known.number, compile_network_record(world, id));
  } else {
    next_.networks.erase(known.number);
  }
  if (network == nullptr) networks_.erase(id);
}

void SnapshotBuilder::refresh_network(const World& world, const NetworkId& id) {
  refresh_members(world, id);
  for (const PortId& port : world.topology.ports_of(id)) refresh_one(world, port);
}

void SnapshotBuilder::refresh_host(const World& world, const HostName& name) {
  const auto known = hosts_.find(name);
  const std::optional<Dpid> before = known == hosts_.end() ? std::nullopt : std::optional(known->second);
  const auto record = compile_host_record(world, name);
  if (before && (!record || record->dpid != *before)) {
    next_.hosts.erase(*before);
    hosts_.erase(name);
    // Two hosts may have exchanged their switches.
    const topology::Host* heir = world.topology.host_by_dpid(*before);
    if (const auto theirs = heir == nullptr ? std::nullopt : compile_host_record(world, heir->name)) put_if_new(next_.hosts, *before, *theirs);
  }
  if (record) {
    put_if_new(next_.hosts, record->dpid, *record);
    hosts_.insert_or_assign(name, record->dpid);
  }
  for (const NetworkId& network : world.topology.networks_at(name)) refresh_members(world, network);
  for (const PortId& port : world.topology.ports_sited_at(name)) refresh_one(world, port);
}

void SnapshotBuilder::refresh(const World& world, const Due& due) {
  for (const HostName& host : due.hosts) refresh_host(world, host);
  for (const NetworkId& network : due.networks) refresh_network(world, network);
  for (const PortId& port : due.ports) refresh_port(world, port);
}

void SnapshotBuilder::refresh_all(const World& world) {
  for (const auto& [name, host] : world.topology.hosts()) refresh_host(world, name);
  for (const NetworkId& network : world.topology.network_ids()) refresh_network(world, network);
}

std::shared_ptr<const Snapshot> SnapshotBuilder::publish() {
  const bool changed = next_.hosts.changed() || next_.networks.changed() || next_.places.changed() || next_.destinations.changed() ||
                       next_.keys.changed() || next_.routers.changed();
  if (published_ && !changed) return nullptr;
  published_ = true;
  Indices<SharedMap> indices{next_.hosts.publish(),        next_.networks.publish(), next_.places.publish(),
                             next_.destinations.publish(), next_.keys.publish(),     next_.routers.publish()};
  return std::make_shared<const Snapshot>(std::move(indices), pool_);
}

}  // namespace dcportals::decision
