// The reading half of the configuration API: get and list of tenants, networks, subnets, ports and routers.
//
// Registered by config_api.cc. Looks at the topology when called, so it shows what is on disk and in force; on the topology's
// thread.
#pragma once

#include "daemon/config_api.h"

namespace dcportals::daemon {

void register_config_reads(rpc::Dispatcher& dispatcher, const topology::Topology& topology, const flowgen::Policy& policy,
                           Details details);

}  // namespace dcportals::daemon
