#include "flowgen/policy.h"

namespace dcportals::flowgen {

using topology::ForwardingMode;

bool is_reactive(const topology::Topology& topology, const Policy& policy, const topology::NetworkId& id) {
  const topology::Network* network = topology.network(id);
  if (network != nullptr && network->physical_network) return false;
  const ForwardingMode mode = network != nullptr && network->mode ? *network->mode : topology.settings().mode.value_or(policy.mode);
  if (mode == ForwardingMode::kAuto) return topology.ports_of(id).size() >= policy.auto_ports;
  return mode == ForwardingMode::kReactive;
}

}  // namespace dcportals::flowgen
