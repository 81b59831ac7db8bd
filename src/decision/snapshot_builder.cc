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
  const Port* port = world.topology.port(id);
  const auto before = network_of_.find(id);
  std::set<NetworkId> networks;
  if (before != network_of_.end()) networks.insert(before->second);
  if (port != nullptr) networks.insert(port->network_id);
  for (const NetworkId& network : networks) {
    const auto known = networks_.find(network);
    const bool reactive = world.topology.network(network) != nullptr && flowgen::is_reactive(world.topology, world.policy, network);
    if (reactive != (known != networks_.end() && known->second.reactive)) {
      refresh_network(world, network);
    } else {
      refresh_members(world, network);
    }
  }
  std::set<std::pair<NetworkId, Ipv4Address>> addresses;
  if (before != network_of_.end()) {
    for (const PortAtSite& record : ports_[id]) {
      for (const AddressRecord& a : record->addresses) addresses.emplace(before->second, a.address.ip);
    }
  }
  if (port != nullptr) {
    for (const topology::TenantAddress& a : port->tenant_addresses()) addresses.emplace(port->network_id, a.ip);
  }
  refresh_one(world, id);
  for (const auto& [network, ip] : addresses) {
    for (const PortId& claimant : world.topology.claimants(network, ip)) {
      if (claimant != id) refresh_one(world, claimant);
    }
  }
}

void SnapshotBuilder::refresh_one(const World& world, const PortId& id) {
  std::vector<PortRecord> compiled = compile_port_records(world, id);
  Records& old = ports_[id];
  const auto same = [](const PortAtSite& a, const PortRecord& b) { return *a == b; };
  if (!std::ranges::equal(old, compiled, same)) {
    for (const PortAtSite& record : old) leave(record);
    old.clear();
    for (PortRecord& record : compiled) old.push_back(std::make_shared<const PortRecord>(std::move(record)));
    for (const PortAtSite& record : old) enter(record);
  }
  if (const Port* port = world.topology.port(id)) {
    network_of_.insert_or_assign(id, port->network_id);
  } else {
    network_of_.erase(id);
  }
  if (old.empty()) ports_.erase(id);
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
