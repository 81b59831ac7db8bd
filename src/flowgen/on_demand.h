// What a packet may ask for in a reactive network: the flows by which a port is reached and heard, one by one, as compile_port makes them at
// the port's own host and at others.
#pragma once

#include <optional>
#include <vector>

#include "flowgen/compile.h"

namespace dcportals::flowgen {

struct AddressFlows {
  topology::TenantAddress address;
  // Where traffic to the address goes to this site of the port.
  std::optional<openflow::Flow> forward_local;   // at the port's own host
  std::optional<openflow::Flow> forward_remote;  // at every other host
  std::optional<openflow::Flow> restore_source;  // at every other host
};

struct OnDemandFlows {
  std::vector<AddressFlows> addresses;
  std::vector<openflow::Flow> flood;  // at the port's own host, for its own broadcasts
  // A router's, for whatever is beyond it: at its own host, and at every other.
  std::optional<openflow::Flow> router_local;
  std::optional<openflow::Flow> router_remote;
};

// The flows of a port that is sited at `home`; empty when it is not, or is down, or its network is not reactive. Those of its own host need its
// OpenFlow port, those of the others need what the topology knows. While the port migrates, only its active site is forwarded to.
[[nodiscard]] OnDemandFlows on_demand_flows(const Place& home, const topology::PortId& port);

}  // namespace dcportals::flowgen
