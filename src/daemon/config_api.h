// The API methods for what Neutron describes: put, get, list and delete of tenants, networks, subnets, ports and routers, and
// topology.apply; and how operators want networks forwarded: network.configure, fabric.configure, fabric.get.
//
// Reads look at the topology directly; changes go through the transactor as one plan each, so a request is applied whole or not
// at all, and is answered when it is on disk. The declarations, with examples, are in rpc/config_methods.cc and
// rpc/forwarding_methods.cc. Runs on the topology's thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>

#include "daemon/transactor.h"
#include "flowgen/policy.h"
#include "rpc/json_rpc.h"
#include "topology/topology.h"

namespace dcportals::daemon {

// Add what the daemon knows of an object beyond the topology to the `computed` part of its get and list. May be empty.
struct Details {
  std::function<void(const topology::Port& port, boost::json::object& computed)> port;
  std::function<void(const topology::Network& network, boost::json::object& computed)> network;
};

// The topology and the transactor must outlive the dispatcher's last call. `policy` is the configuration's.
void register_config_api(rpc::Dispatcher& dispatcher, const topology::Topology& topology, const flowgen::Policy& policy,
                         Transactor& transactor, Details details = {});

}  // namespace dcportals::daemon
