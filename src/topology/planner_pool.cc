// Fitting kept hosts and keys to a key pool that the configuration has changed since. See planner.h, fit_key_pool.
#include <fmt/format.h>

#include <utility>

#include "topology/planner.h"
#include "topology/rules.h"

namespace dcportals::topology {
namespace {

// A tenant's address in the pool could be taken for a key on the wire.
Verdict check_disjoint(const Topology& topology) {
  const auto clash = [&](const std::string& what, const std::string& text) {
    return Rejection{RejectCode::kConflict, "key_pool",
                     fmt::format("the key pool {} overlaps {} of {}", topology.key_pool().prefix(), text, what)};
  };
  for (const auto& [id, subnet] : topology.subnets()) {
    if (check_usable("", subnet.cidr, topology.key_pool())) return clash(fmt::format("subnet {}", id), to_string(subnet.cidr));
  }
  for (const PortId& id : topology.port_ids()) {
    for (const TenantAddress& address : topology.port(id)->tenant_addresses()) {
      if (topology.key_pool().contains(MappingKey{address.ip})) return clash(fmt::format("port {}", id), address.ip.to_string());
    }
  }
  return std::nullopt;
}

// Neither a host's broadcast key nor outside the pool.
bool is_givable(const KeyPool& pool, MappingKey key) {
  return pool.contains(key) && pool.slot_of(key) != 0;
}

bool is_in_place(const Topology& topology, const KeyAssignment& key) {
  const Host* host = topology.host(key.host);
  return host != nullptr && topology.key_pool().host_of(key.key) == host->index;
}

}  // namespace

Planner::Result<bool> Planner::fit_key_pool() {
  if (auto no = check_disjoint(topology_)) return std::unexpected(std::move(*no));
  const std::size_t steps_before = changes_.size();
  const auto kept_keys = topology_.keys();
  for (const auto& [key, assigned] : kept_keys) {
    if (!is_givable(topology_.key_pool(), key)) step(EraseKey{key});
  }
  const auto kept_hosts = topology_.hosts();
  for (const auto& [name, kept] : kept_hosts) {
    if (kept.index.value() < topology_.key_pool().hosts()) continue;
    const auto index = topology_.free_host_index();
    if (!index) {
      return std::unexpected(
          Rejection{RejectCode::kExhausted, "key_pool",
                    fmt::format("the key pool {} has room for {} hosts, fewer than the {} kept", topology_.key_pool().prefix(),
                                topology_.key_pool().hosts(), kept_hosts.size())});
    }
    Host host = kept;
    host.index = *index;
    step(PutHost{std::move(host)});
  }
  for (const auto& [key, assigned] : kept_keys) {
    if (!assigned.resting && is_givable(topology_.key_pool(), key) && !is_in_place(topology_, assigned)) rest_key(assigned);
  }
  const auto waiting = topology_.short_of_keys();
  for (const auto& [host, ports] : waiting) {
    for (const PortId& id : ports) give_keys(id);
  }
  return changes_.size() != steps_before;
}

}  // namespace dcportals::topology
