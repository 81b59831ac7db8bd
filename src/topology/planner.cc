// The planner's steps, and puts and erases of what Neutron describes. Hosts and sites are in planner_sites.cc, keys in
// planner_keys.cc, the rules in rules.h. See planner.h.
#include "topology/planner.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "topology/rules.h"

namespace dcportals::topology {
namespace {

// The counter must be able to stand behind it.
constexpr PortNumber kMaxPortNumber{std::numeric_limits<std::uint32_t>::max() - 1};

// Takes the next number, or none when all have been given.
template <class Number>
std::optional<Number> next(std::uint32_t& counter, Number last) {
  if (counter > last.value()) return std::nullopt;
  return Number(counter++);
}

template <class Number>
std::unexpected<Rejection> out_of_numbers(const char* what, Number last) {
  return std::unexpected(
      Rejection{RejectCode::kExhausted, "", fmt::format("all {} {} numbers have been given, none is given twice", last.value(), what)});
}

template <class Object>
void inherit_revision(Object& object, const Object* kept) {
  if (kept != nullptr && !object.revision_number) object.revision_number = kept->revision_number;
}

}  // namespace

Planner::Planner(Topology& topology) : topology_(topology), counters_(topology.counters()) {}

Planner::~Planner() {
  take_back();
}

Changes Planner::finish() {
  for (const TenantId& id : left_) forget_tenant(id);
  take_back();
  if (counters_ != topology_.counters()) changes_.emplace_back(PutCounters{counters_});
  return std::exchange(changes_, {});
}

void Planner::step(Change change) {
  inverses_.push_back(topology_.apply(change));
  changes_.push_back(std::move(change));
}

void Planner::take_back() {
  for (auto it = inverses_.rbegin(); it != inverses_.rend(); ++it) topology_.apply(*it);
  inverses_.clear();
}

void Planner::ensure_tenant(const TenantId& id) {
  if (topology_.tenant(id) == nullptr) step(PutTenant{{id, ""}});
}

// One that only objects named goes with the last of them; one that was given a name stays.
void Planner::forget_tenant(const TenantId& id) {
  const Tenant* tenant = topology_.tenant(id);
  if (tenant != nullptr && tenant->name.empty() && !topology_.example_of(id)) step(EraseTenant{id});
}

void Planner::bury(const Uuid& id, std::optional<RevisionNumber> revision) {
  if (!revision) return;
  const Tombstone* former = topology_.tombstone(id);
  if (former == nullptr || former->revision_number < *revision) step(PutTombstone{{id, *revision}});
}

void Planner::unbury(const Uuid& id) {
  if (topology_.tombstone(id) != nullptr) step(EraseTombstone{id});
}

void Planner::forget_tombstones() {
  std::set<Uuid> ids;
  for (const auto& [id, tombstone] : topology_.tombstones()) ids.insert(id);
  for (const Uuid& id : ids) step(EraseTombstone{id});
}

Planner::Result<bool> Planner::put(Tenant tenant) {
  if (auto no = check_put(topology_, tenant)) return std::unexpected(std::move(*no));
  const Tenant* kept = topology_.tenant(tenant.id);
  if (kept != nullptr && *kept == tenant) return false;
  step(PutTenant{std::move(tenant)});
  return true;
}

Planner::Result<bool> Planner::put(Network network) {
  const Network* kept = topology_.network(network.id);
  if (auto no = check_put(topology_, network, kept)) return std::unexpected(std::move(*no));
  inherit_revision(network, kept);
  network.mode = kept == nullptr ? std::nullopt : kept->mode;
  network.broadcast_rate = kept == nullptr ? std::nullopt : kept->broadcast_rate;
  if (kept != nullptr) {
    network.number = kept->number;
    if (*kept == network) return false;
  } else if (const auto number = next(counters_.next_network_number, kMaxNetworkNumber)) {
    network.number = *number;
  } else {
    return out_of_numbers("network", kMaxNetworkNumber);
  }
  ensure_tenant(network.tenant_id);
  if (kept != nullptr) left_.insert(kept->tenant_id);
  unbury(network.id.uuid());
  step(PutNetwork{std::move(network)});
  return true;
}

Planner::Result<bool> Planner::put(Subnet subnet) {
  const Network* network = topology_.network(subnet.network_id);
  if (network != nullptr && subnet.tenant_id.text.empty()) subnet.tenant_id = network->tenant_id;
  const Subnet* kept = topology_.subnet(subnet.id);
  if (auto no = check_put(topology_, subnet, kept)) return std::unexpected(std::move(*no));
  inherit_revision(subnet, kept);
  if (kept != nullptr && *kept == subnet) return false;
  ensure_tenant(subnet.tenant_id);
  if (kept != nullptr) left_.insert(kept->tenant_id);
  unbury(subnet.id.uuid());
  step(PutSubnet{std::move(subnet)});
  return true;
}

Planner::Result<bool> Planner::put(Port port) {
  const Network* network = topology_.network(port.network_id);
  if (network != nullptr && port.tenant_id.text.empty()) port.tenant_id = network->tenant_id;
  const Port* kept = topology_.port(port.id);
  if (auto no = check_put(topology_, port, kept)) return std::unexpected(std::move(*no));
  inherit_revision(port, kept);
  if (kept != nullptr) {
    port.number = kept->number;
    if (*kept == port) return false;
  } else if (const auto number = next(counters_.next_port_number, kMaxPortNumber)) {
    port.number = *number;
  } else {
    return out_of_numbers("port", kMaxPortNumber);
  }
  const PortId id = port.id;
  ensure_tenant(port.tenant_id);
  if (kept != nullptr) left_.insert(kept->tenant_id);
  unbury(id.uuid());
  step(PutPort{std::move(port)});
  settle_keys(id);
  return true;
}

Planner::Result<bool> Planner::put(Router router) {
  const Router* kept = topology_.router(router.id);
  if (auto no = check_put(topology_, router, kept)) return std::unexpected(std::move(*no));
  inherit_revision(router, kept);
  if (kept != nullptr && *kept == router) return false;
  ensure_tenant(router.tenant_id);
  if (kept != nullptr) left_.insert(kept->tenant_id);
  unbury(router.id.uuid());
  step(PutRouter{std::move(router)});
  return true;
}

Planner::Result<bool> Planner::erase(const TenantId& id) {
  const Tenant* kept = topology_.tenant(id);
  if (kept == nullptr) return false;
  if (auto no = check_erase(topology_, *kept)) return std::unexpected(std::move(*no));
  step(EraseTenant{id});
  return true;
}

// The part that deletes of networks, subnets, ports and routers share: everything but the step itself.
template <class Object>
Planner::Result<bool> Planner::may_erase(const Object* kept, const Uuid& id, std::optional<RevisionNumber> revision) {
  if (auto no = check_erase_revision(revision, kept == nullptr ? std::nullopt : kept->revision_number)) {
    return std::unexpected(std::move(*no));
  }
  if (kept != nullptr) {
    if (auto no = check_erase(topology_, *kept)) return std::unexpected(std::move(*no));
  }
  bury(id, revision);
  if (kept != nullptr) left_.insert(kept->tenant_id);
  return kept != nullptr;
}

Planner::Result<bool> Planner::erase(const NetworkId& id, std::optional<RevisionNumber> revision) {
  const auto found = may_erase(topology_.network(id), id.uuid(), revision);
  if (found.value_or(false)) step(EraseNetwork{id});
  return found;
}

Planner::Result<bool> Planner::erase(const SubnetId& id, std::optional<RevisionNumber> revision) {
  const auto found = may_erase(topology_.subnet(id), id.uuid(), revision);
  if (found.value_or(false)) step(EraseSubnet{id});
  return found;
}

Planner::Result<bool> Planner::erase(const PortId& id, std::optional<RevisionNumber> revision) {
  const auto found = may_erase(topology_.port(id), id.uuid(), revision);
  if (!found.value_or(false)) return found;
  const std::vector<Site> sites(topology_.sites_of(id).begin(), topology_.sites_of(id).end());
  for (const Site& site : sites) step(EraseSite{{id, site.host}});
  for (const KeyAssignment& key : topology_.keys_of(id)) rest_key(key);
  step(ErasePort{id});
  faults_.erase(id);
  return true;
}

Planner::Result<bool> Planner::erase(const RouterId& id, std::optional<RevisionNumber> revision) {
  const auto found = may_erase(topology_.router(id), id.uuid(), revision);
  if (found.value_or(false)) step(EraseRouter{id});
  return found;
}

}  // namespace dcportals::topology
