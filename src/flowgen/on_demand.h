// What a packet may ask for in a reactive network: the flows by which a port is reached and heard, one by one, as compile_port makes them.
#pragma once

#include <optional>
#include <vector>

#include "flowgen/compile.h"

namespace dcportals::flowgen {

struct AddressFlows {
  topology::TenantAddress address;
  std::optional<openflow::Flow> forward_local;   // at the port's own host; absent where another port serves the address
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

// The flows of a port that is plugged at `home`, its active site; empty when it is not, or its network is not reactive.
[[nodiscard]] OnDemandFlows on_demand_flows(const Place& home, const topology::PortId& port);

}  // namespace dcportals::flowgen
