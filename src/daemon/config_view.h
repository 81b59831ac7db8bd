// What the API shows of the topology's objects: their JSON form, and under `computed` what follows from the topology around them.
//
// Used by config_api.cc for get and list. Pure; on the topology's thread.
#pragma once

#include <boost/json/fwd.hpp>

#include "flowgen/policy.h"
#include "topology/topology.h"

namespace dcportals::daemon {

[[nodiscard]] boost::json::object show(const topology::Topology& topology, const topology::Tenant& tenant);
[[nodiscard]] boost::json::object show(const topology::Topology& topology, const flowgen::Policy& policy,
                                       const topology::Network& network);
[[nodiscard]] boost::json::object show(const topology::Topology& topology, const topology::Subnet& subnet);
[[nodiscard]] boost::json::object show(const topology::Topology& topology, const topology::Port& port);
[[nodiscard]] boost::json::object show(const topology::Topology& topology, const topology::Router& router);
// The answer of fabric.get.
[[nodiscard]] boost::json::object show_fabric(const topology::Topology& topology, const flowgen::Policy& policy);

}  // namespace dcportals::daemon
