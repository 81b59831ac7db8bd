// Compiles the records of a snapshot from the topology. Pure; used by SnapshotBuilder only.
#pragma once

#include <optional>

#include "decision/snapshot_builder.h"

namespace dcportals::decision {

// nullopt: no host that takes part, because it is not in the topology or has no MAC address yet.
[[nodiscard]] std::optional<HostRecord> compile_host_record(const World& world, const topology::HostName& host);
// The network must exist.
[[nodiscard]] NetworkRecord compile_network_record(const World& world, const topology::NetworkId& network);
// The port at each of its sites; none when it does not exist or its network is not reactive.
[[nodiscard]] std::vector<PortRecord> compile_port_records(const World& world, const topology::PortId& port);

}  // namespace dcportals::decision
