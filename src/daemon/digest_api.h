// digest.get and digest.list: what the ML2 driver's maintenance compares with Neutron's database, so that it sends an inventory only where
// they differ.
//
// Declared in rpc/operation_methods.cc. Nothing is kept between calls: 20,000 ports, all wired, take 76 to 92 ms of a busy processor (built
// with -O1), and maintenance asks once in minutes. On the topology's thread.
#pragma once

#include <functional>
#include <vector>

#include "rpc/json_rpc.h"
#include "topology/topology.h"

namespace dcportals::daemon {

// What is known of where ports are wired.
struct WiredPorts {
  std::function<std::vector<topology::HostName>(const topology::PortId& id)> hosts_of;
  // Every port's status is known, so that a difference to Neutron's is one.
  std::function<bool()> settled;
};

// The topology, and what `wired` looks at, must outlive the dispatcher's last call.
void register_digest_api(rpc::Dispatcher& dispatcher, const topology::Topology& topology, WiredPorts wired);

}  // namespace dcportals::daemon
