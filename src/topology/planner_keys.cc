// Who has which mapping key: giving, resting and freeing (paper section 3.6; keys persist while their port exists). See
// planner.h.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "topology/planner.h"
#include "topology/rules.h"

namespace dcportals::topology {
namespace {

std::string shortage_text(const Host& host, const KeyPool& pool, const std::vector<TenantAddress>& addresses) {
  const std::string more = addresses.size() > 1 ? fmt::format(" and {} more", addresses.size() - 1) : "";
  return fmt::format("host {} has no mapping key left for {}{}: all {} of {} are given or resting", host.name.text,
                     addresses[0].ip, more, pool.slots_per_host() - 1, pool.prefix());
}

// Whether the key still does its work: its address is the port's, and the port is sited at the key's host or nowhere at all.
bool serves(const Topology& topology, const KeyAssignment& key, const std::set<TenantAddress>& addresses) {
  if (!addresses.contains(key.address)) return false;
  return topology.sites_of(key.port_id).empty() || topology.is_sited(key.port_id, key.host);
}

}  // namespace

std::optional<PortFault> fault_of(const Topology& topology, const PortId& id) {
  std::string text;
  for (const Site& site : topology.sites_of(id)) {
    const auto addresses = topology.addresses_without_key(id, site.host);
    if (addresses.empty()) continue;
    if (!text.empty()) text += "; ";
    text += shortage_text(*topology.host(site.host), topology.key_pool(), addresses);
  }
  if (text.empty()) return std::nullopt;
  return PortFault{id, std::move(text)};
}

std::vector<PortFault> Planner::faults() const {
  std::vector<PortFault> out;
  for (const auto& [id, fault] : faults_) out.push_back(fault);
  return out;
}

void Planner::settle_keys(const PortId& id) {
  const std::vector<TenantAddress> list = topology_.port(id)->tenant_addresses();
  const std::set<TenantAddress> addresses(list.begin(), list.end());
  for (const KeyAssignment& key : topology_.keys_of(id)) {
    if (!serves(topology_, key, addresses)) rest_key(key);
  }
  give_keys(id);
}

void Planner::give_keys(const PortId& id) {
  const std::vector<Site> sites(topology_.sites_of(id).begin(), topology_.sites_of(id).end());
  for (const Site& site : sites) {
    for (const TenantAddress& address : topology_.addresses_without_key(id, site.host)) {
      const auto key = topology_.free_key(*topology_.host(site.host));
      if (!key) break;
      step(PutKey{{*key, id, site.host, address, false}});
    }
  }
  faults_.erase(id);
  if (auto fault = fault_of(topology_, id)) faults_.emplace(id, std::move(*fault));
}

void Planner::rest_key(const KeyAssignment& key) {
  KeyAssignment resting = key;
  resting.resting = true;
  step(PutKey{std::move(resting)});
}

void Planner::free_key(MappingKey key) {
  const KeyAssignment* assigned = topology_.assignment(key);
  if (assigned == nullptr || !assigned->resting) return;
  step(EraseKey{key});
  // Whose it may be now: not the host that had it, if that was erased and its index given again.
  const Host* host = topology_.key_pool().contains(key) ? topology_.host_by_index(topology_.key_pool().host_of(key)) : nullptr;
  if (host == nullptr) return;
  const auto waiting = topology_.short_of_keys().find(host->name);
  if (waiting == topology_.short_of_keys().end()) return;
  const PortId first = *waiting->second.begin();
  give_keys(first);
}

}  // namespace dcportals::topology
