// Which (host, owner) pairs a list of changes may alter the flows of: the cost of a change.
//
// Computed on the topology before the changes are applied. It may name more than needed, never less: a property test compares incremental
// with from-scratch compilation after every change.
#pragma once

#include <compare>
#include <optional>
#include <set>

#include "topology/topology.h"

namespace dcportals::controller {

struct Touched {
  topology::HostName host;
  std::optional<topology::PortId> port;  // nullopt: the host's own flows
  friend bool operator==(const Touched&, const Touched&) = default;
  friend auto operator<=>(const Touched&, const Touched&) = default;
};

[[nodiscard]] std::set<Touched> touched_by(const topology::Topology& before, const topology::Changes& changes);

}  // namespace dcportals::controller
