// What decisions know of the world: an immutable view of the reactive networks, with an index for each question that a packet asks.
//
// Published by the main thread (SnapshotBuilder), read by all workers without locks. A version shares with the one before it what did not
// change. Pointers live as long as the snapshot.
#pragma once

#include <cstdint>
#include <memory>

#include "decision/records.h"
#include "decision/shared_map.h"
#include "topology/key_pool.h"

namespace dcportals::decision {

// An OpenFlow port of a switch.
struct Place {
  Dpid dpid;
  openflow::OfPort of_port;
  friend bool operator==(const Place&, const Place&) = default;
};
struct PlaceHash {
  std::uint64_t operator()(const Place& p) const { return mix(p.dpid.value() * 0x9e3779b97f4a7c15ULL + p.of_port.value()); }
};
struct NetworkIp {
  topology::NetworkNumber network;
  Ipv4Address ip;
  friend bool operator==(const NetworkIp&, const NetworkIp&) = default;
};
struct NetworkIpHash {
  std::uint64_t operator()(const NetworkIp& k) const { return mix(std::uint64_t{k.network.value()} << 32 | k.ip.value()); }
};
struct NetworkMac {
  topology::NetworkNumber network;
  MacAddress mac;
  friend bool operator==(const NetworkMac&, const NetworkMac&) = default;
};
struct NetworkMacHash {
  std::uint64_t operator()(const NetworkMac& k) const { return mix(mix(k.network.value() + 1) ^ k.mac.value()); }
};
// For numbers of any kind.
struct NumberHash {
  template <class Id>
  std::uint64_t operator()(const Id& id) const {
    return mix(id.value() + 1);
  }
};
struct KeyHash {
  std::uint64_t operator()(const topology::MappingKey& key) const { return mix(key.address.value()); }
};

using PortAtSite = std::shared_ptr<const PortRecord>;
struct AddressAtSite {
  PortAtSite port;
  std::size_t index = 0;  // into port->addresses
  [[nodiscard]] const AddressRecord& address() const { return port->addresses[index]; }
  friend bool operator==(const AddressAtSite& a, const AddressAtSite& b) { return a.port == b.port && a.index == b.index; }
};

// The maps of a snapshot: of readers (SharedMap) or of the builder (SharedMapEditor).
template <template <class, class, class> class Map>
struct Indices {
  Map<Dpid, std::shared_ptr<const HostRecord>, NumberHash> hosts;
  Map<topology::NetworkNumber, std::shared_ptr<const NetworkRecord>, NumberHash> networks;
  Map<Place, PortAtSite, PlaceHash> places;
  Map<NetworkIp, AddressAtSite, NetworkIpHash> destinations;            // who serves the address, at its active site
  Map<topology::MappingKey, AddressAtSite, KeyHash> keys;               // whose address on which host the key stands for
  Map<NetworkMac, PortAtSite, NetworkMacHash> routers;                  // router ports at their active sites
};

class Snapshot {
 public:
  Snapshot(Indices<SharedMap> indices, topology::KeyPool pool) : indices_(std::move(indices)), pool_(pool) {}

  // nullptr where there is none.
  [[nodiscard]] const HostRecord* host(Dpid dpid) const { return pointee(indices_.hosts.find(dpid)); }
  [[nodiscard]] const NetworkRecord* network(topology::NetworkNumber number) const { return pointee(indices_.networks.find(number)); }
  [[nodiscard]] const PortRecord* port_at(Place place) const { return pointee(indices_.places.find(place)); }
  [[nodiscard]] const AddressAtSite* destination(NetworkIp key) const { return indices_.destinations.find(key); }
  [[nodiscard]] const AddressAtSite* owner(topology::MappingKey key) const { return indices_.keys.find(key); }
  [[nodiscard]] const PortRecord* router(NetworkMac key) const { return pointee(indices_.routers.find(key)); }
  [[nodiscard]] const topology::KeyPool& key_pool() const { return pool_; }
  [[nodiscard]] const Indices<SharedMap>& indices() const { return indices_; }

 private:
  template <class Record>
  static const Record* pointee(const std::shared_ptr<const Record>* found) {
    return found == nullptr ? nullptr : found->get();
  }

  Indices<SharedMap> indices_;
  topology::KeyPool pool_;
};

// Whether two snapshots know the same, whatever they share. For tests; costs a walk over both.
[[nodiscard]] bool same_content(const Snapshot& a, const Snapshot& b);

}  // namespace dcportals::decision
