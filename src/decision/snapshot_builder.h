// Keeps the next snapshot up to date: recompiles the ports, hosts and networks that it is told about, and publishes.
//
// Belongs to the main thread. The flows are flowgen's, encoded once here and copied from then on. After any change of the topology or of a
// host's wiring, every object that refresh_* is due for must be refreshed before publish(); what is refreshed needlessly costs time and
// publishes nothing. Networks that are not reactive (flowgen::is_reactive) are not in the snapshot at all; a network that becomes or ceases to
// be reactive by a change of its ports is noticed here, by a change of mode the caller says refresh_network.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "decision/due.h"
#include "decision/snapshot.h"
#include "flowgen/compile.h"
#include "flowgen/policy.h"

namespace dcportals::decision {

// What the world looks like now. References, for the length of one call.
struct World {
  const topology::Topology& topology;
  const flowgen::Policy& policy;
  // A host's wiring; nullptr while its switch has not said.
  std::function<const flowgen::Wiring*(const topology::HostName&)> wiring;
};

class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(topology::KeyPool pool) : pool_(pool) {}

  // The port, and those that may now serve an address which it has or had, or for which the host's MAC address stands in its place. Due when
  // the port, its sites or its keys have changed, have come or gone, when a router came to list it or ceased to, and when its OpenFlow port
  // changed.
  void refresh_port(const World& world, const topology::PortId& port);
  // The host itself and all ports there. Due when it came or went, when its dpid, MAC address or uplink changed.
  void refresh_host(const World& world, const topology::HostName& host);
  // The network itself and all its ports. Due when its mode or its subnets changed, and when it came or went.
  void refresh_network(const World& world, const topology::NetworkId& network);
  void refresh(const World& world, const Due& due);
  // Everything.
  void refresh_all(const World& world);

  // The snapshot with all that was refreshed; nullptr when that changed nothing since the last.
  [[nodiscard]] std::shared_ptr<const Snapshot> publish();

 private:
  struct KnownPort {
    topology::NetworkId network;
    std::vector<Ipv4Address> addresses;  // that it may use, sited or not
    bool router = false;
    std::vector<PortAtSite> records;     // that are in `next_`
  };
  struct KnownNetwork {
    topology::NetworkNumber number;
    bool reactive = false;
  };

  void refresh_one(const World& world, const topology::PortId& port);
  void refresh_routers(const World& world, const topology::NetworkId& network);
  void refresh_network_of(const World& world, const topology::NetworkId& network);
  void refresh_members(const World& world, const topology::NetworkId& network);
  void enter(const PortAtSite& record);
  void leave(const PortAtSite& record);

  topology::KeyPool pool_;
  Indices<SharedMapEditor> next_;
  std::unordered_map<topology::PortId, KnownPort> ports_;
  std::unordered_map<topology::NetworkId, KnownNetwork> networks_;
  std::unordered_map<topology::HostName, Dpid> hosts_;
  bool published_ = false;
};

}  // namespace dcportals::decision
