// What switches report: hosts and the ports plugged into them. See planner.h.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "topology/planner.h"
#include "topology/rules.h"

namespace dcportals::topology {
namespace {

Verdict check_host(const Topology& topology, const HostName& name, Dpid dpid, std::optional<MacAddress> mac) {
  if (auto no = check_identifier("name", name.text)) return no;
  if (const Host* other = topology.host_by_dpid(dpid); other != nullptr && other->name != name) {
    return Rejection{RejectCode::kConflict, "dpid",
                     fmt::format("host {} has the datapath id {:016x}", other->name.text, dpid.value())};
  }
  if (!mac) return std::nullopt;
  if (auto no = check_mac("mac", *mac)) return no;
  if (const Host* other = topology.host_by_mac(*mac); other != nullptr && other->name != name) {
    return Rejection{RejectCode::kConflict, "mac", fmt::format("host {} has the MAC address {}", other->name.text, *mac)};
  }
  return std::nullopt;
}

}  // namespace

Planner::Result<bool> Planner::see_host(const HostName& name, Dpid dpid, std::optional<MacAddress> mac) {
  if (auto no = check_host(topology_, name, dpid, mac)) return std::unexpected(std::move(*no));
  Host host{name, dpid, HostIndex(), mac};
  if (const Host* kept = topology_.host(name)) {
    host.index = kept->index;
    if (!mac) host.mac = kept->mac;
    if (*kept == host) return false;
  } else if (const auto index = topology_.free_host_index()) {
    host.index = *index;
  } else {
    return std::unexpected(Rejection{RejectCode::kExhausted, "name",
                                     fmt::format("the key pool {} has room for {} hosts, all given",
                                                 topology_.key_pool().prefix(), topology_.key_pool().hosts())});
  }
  step(PutHost{std::move(host)});
  return true;
}

Planner::Result<bool> Planner::erase(const HostName& name) {
  const Host* kept = topology_.host(name);
  if (kept == nullptr) return false;
  if (auto no = check_erase(topology_, *kept)) return std::unexpected(std::move(*no));
  std::vector<KeyAssignment> left;
  for (const auto& [key, assigned] : topology_.keys()) {
    if (assigned.host == name && !assigned.resting) left.push_back(assigned);
  }
  for (const KeyAssignment& key : left) rest_key(key);
  step(EraseHost{name});
  return true;
}

Planner::Result<bool> Planner::site(const HostName& host, std::span<const PortId> ports) {
  if (topology_.host(host) == nullptr) {
    return std::unexpected(Rejection{RejectCode::kNotFound, "host", fmt::format("there is no host {}", host.text)});
  }
  std::set<PortId> plugged;
  for (const PortId& id : ports) {
    if (topology_.port(id) != nullptr) plugged.insert(id);
  }
  const std::set<PortId> before = topology_.ports_sited_at(host);
  std::set<PortId> moved;
  for (const PortId& id : before) {
    if (plugged.contains(id)) continue;
    step(EraseSite{{id, host}});
    moved.insert(id);
  }
  for (const PortId& id : plugged) {
    if (before.contains(id)) continue;
    step(PutSite{{id, host, counters_.next_site_since++}});
    moved.insert(id);
  }
  for (const PortId& id : moved) settle_keys(id);
  return !moved.empty();
}

}  // namespace dcportals::topology
