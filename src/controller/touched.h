// Which (host, owner) pairs a list of changes may alter the entries of: the cost of a change.
//
// Computed on the topology before the changes are applied. It may name more than needed, never less: a property test compares incremental
// with from-scratch compilation after every change.
#pragma once

#include <compare>
#include <set>

#include "flowgen/compile.h"
#include "topology/topology.h"

namespace dcportals::controller {

struct Touched {
  topology::HostName host;
  flowgen::Owner owner;
  friend bool operator==(const Touched&, const Touched&) = default;
  friend auto operator<=>(const Touched&, const Touched&) = default;
};

[[nodiscard]] std::set<Touched> touched_by(const topology::Topology& before, const flowgen::Policy& policy, const topology::Changes& changes);

// All owners that have something at the host.
void touch_all(const topology::Topology& topology, const topology::HostName& host, std::set<Touched>& out);

}  // namespace dcportals::controller
