// What a snapshot's builder must refresh after a list of changes.
#pragma once

#include <set>

#include "topology/change.h"
#include "topology/topology.h"

namespace dcportals::decision {

struct Due {
  std::set<topology::HostName> hosts;
  std::set<topology::NetworkId> networks;
  std::set<topology::PortId> ports;
};

// Computed on the topology before the changes are applied, to be refreshed after. Names more than needed, never less.
[[nodiscard]] Due due_after(const topology::Topology& before, const topology::Changes& changes);

}  // namespace dcportals::decision
