// Rules about tenants, networks, subnets, routers and hosts. See rules.h.
#include <fmt/format.h>

#include <set>

#include "topology/rules.h"

namespace dcportals::topology {
namespace {

Rejection not_found(const std::string& field, const std::string& what) {
  return {RejectCode::kNotFound, field, fmt::format("there is no {}", what)};
}

Rejection in_use(const std::string& what, const std::string& user) {
  return {RejectCode::kInUse, "id", fmt::format("{} is in use by {}", what, user)};
}

Verdict check_gateway(const Topology& topology, const Subnet& subnet) {
  if (!subnet.gateway_ip) return std::nullopt;
  const std::string field = "gateway_ip";
  const std::string text = to_string(*subnet.gateway_ip);
  if (subnet.gateway_ip->index() != subnet.cidr.index()) {
    return Rejection{RejectCode::kInvalid, field,
                     fmt::format("{} and {} are not of one IP version", text, to_string(subnet.cidr))};
  }
  if (is_edge_of(subnet.cidr, *subnet.gateway_ip)) {
    return Rejection{RejectCode::kInvalid, field,
                     fmt::format("{} is the network or broadcast address of {}", text, to_string(subnet.cidr))};
  }
  return check_usable(field, *subnet.gateway_ip, topology.key_pool());
}

Verdict check_physical_network(const Topology& topology, const Network& network) {
  if (!network.physical_network) return std::nullopt;
  const std::string field = "physical_network";
  if (auto no = check_identifier(field, *network.physical_network)) return no;
  const Network* other = topology.network_by_physical_network(*network.physical_network);
  if (other == nullptr || other->id == network.id) return std::nullopt;
  return Rejection{RejectCode::kConflict, field,
                   fmt::format("{} is that of network {} (flat: one network each)", *network.physical_network, other->id)};
}

bool overlap(const IpPrefix& a, const IpPrefix& b) {
  if (a.index() != b.index()) return false;
  if (const auto* v4 = std::get_if<Ipv4Prefix>(&a)) return v4->overlaps(std::get<Ipv4Prefix>(b));
  return std::get<Ipv6Prefix>(a).overlaps(std::get<Ipv6Prefix>(b));
}

Verdict check_siblings(const Topology& topology, const Subnet& subnet) {
  for (const SubnetId& id : topology.subnets_of(subnet.network_id)) {
    const Subnet& sibling = *topology.subnet(id);
    if (id == subnet.id || !overlap(sibling.cidr, subnet.cidr)) continue;
    return Rejection{
        RejectCode::kConflict, "cidr",
        fmt::format("{} overlaps {} of subnet {} in the same network", to_string(subnet.cidr), to_string(sibling.cidr), id)};
  }
  return std::nullopt;
}

Verdict check_replaced(const Topology& topology, const Subnet& subnet, const Subnet& kept) {
  if (subnet.network_id != kept.network_id) {
    return Rejection{RejectCode::kInvalid, "network_id", fmt::format("a subnet cannot move from network {}", kept.network_id)};
  }
  const auto& users = topology.ports_using(subnet.id);
  if (subnet.cidr != kept.cidr && !users.empty()) {
    return Rejection{RejectCode::kInUse, "cidr",
                     fmt::format("{} cannot change while port {} has an address of it", to_string(kept.cidr), *users.begin())};
  }
  return std::nullopt;
}

}  // namespace

Verdict check_put(const Topology&, const Tenant& tenant) {
  if (auto no = check_identifier("id", tenant.id.text)) return no;
  return check_text("name", tenant.name);
}

Verdict check_put(const Topology& topology, const Network& network, const Network* kept) {
  if (auto no = check_put_revision(topology, network.id.uuid(), network.revision_number,
                                   kept == nullptr ? std::nullopt : kept->revision_number)) {
    return no;
  }
  if (auto no = check_identifier("tenant_id", network.tenant_id.text)) return no;
  if (auto no = check_text("name", network.name)) return no;
  return check_physical_network(topology, network);
}

Verdict check_put(const Topology& topology, const Subnet& subnet, const Subnet* kept) {
  if (auto no = check_put_revision(topology, subnet.id.uuid(), subnet.revision_number,
                                   kept == nullptr ? std::nullopt : kept->revision_number)) {
    return no;
  }
  if (topology.network(subnet.network_id) == nullptr)
    return not_found("network_id", fmt::format("network {}", subnet.network_id));
  if (auto no = check_identifier("tenant_id", subnet.tenant_id.text)) return no;
  if (auto no = check_text("name", subnet.name)) return no;
  if (auto no = check_usable("cidr", subnet.cidr, topology.key_pool())) return no;
  if (kept != nullptr) {
    if (auto no = check_replaced(topology, subnet, *kept)) return no;
  }
  if (auto no = check_siblings(topology, subnet)) return no;
  return check_gateway(topology, subnet);
}

Verdict check_put(const Topology& topology, const Router& router, const Router* kept) {
  if (auto no = check_put_revision(topology, router.id.uuid(), router.revision_number,
                                   kept == nullptr ? std::nullopt : kept->revision_number)) {
    return no;
  }
  if (auto no = check_identifier("tenant_id", router.tenant_id.text)) return no;
  if (auto no = check_text("name", router.name)) return no;
  std::set<PortId> seen;
  for (std::size_t i = 0; i < router.port_ids.size(); ++i) {
    const PortId& id = router.port_ids[i];
    const std::string field = fmt::format("port_ids[{}]", i);
    if (topology.port(id) == nullptr) return not_found(field, fmt::format("port {}", id));
    if (!seen.insert(id).second) return Rejection{RejectCode::kInvalid, field, fmt::format("port {} is listed twice", id)};
    if (const Router* other = topology.router_of(id); other != nullptr && other->id != router.id) {
      return Rejection{RejectCode::kConflict, field, fmt::format("port {} belongs to router {}", id, other->id)};
    }
  }
  return std::nullopt;
}

Verdict check_erase(const Topology& topology, const Tenant& tenant) {
  const auto user = topology.example_of(tenant.id);
  if (!user) return std::nullopt;
  return in_use(fmt::format("tenant {}", tenant.id.text), *user);
}

Verdict check_erase(const Topology& topology, const Network& network) {
  const std::string what = fmt::format("network {}", network.id);
  if (const auto& ports = topology.ports_of(network.id); !ports.empty())
    return in_use(what, fmt::format("port {}", *ports.begin()));
  if (const auto& subnets = topology.subnets_of(network.id); !subnets.empty()) {
    return in_use(what, fmt::format("subnet {}", *subnets.begin()));
  }
  return std::nullopt;
}

Verdict check_erase(const Topology& topology, const Subnet& subnet) {
  const auto& ports = topology.ports_using(subnet.id);
  if (ports.empty()) return std::nullopt;
  return in_use(fmt::format("subnet {}", subnet.id), fmt::format("port {}", *ports.begin()));
}

Verdict check_erase(const Topology&, const Router&) {
  return std::nullopt;
}

Verdict check_erase(const Topology& topology, const Host& host) {
  const auto& ports = topology.ports_sited_at(host.name);
  if (ports.empty()) return std::nullopt;
  return in_use(fmt::format("host {}", host.name.text), fmt::format("port {}", *ports.begin()));
}

}  // namespace dcportals::topology
