// Rules about ports: the addresses a port may have decide what it may send, so most of the topology's rules are these. See
// rules.h.
#include <fmt/format.h>

#include <set>

#include "topology/rules.h"

namespace dcportals::topology {
namespace {

Verdict check_texts(const Port& port) {
  if (auto no = check_identifier("tenant_id", port.tenant_id.text)) return no;
  if (auto no = check_text("name", port.name)) return no;
  if (auto no = check_text("device_owner", port.device_owner)) return no;
  if (auto no = check_text("device_id", port.device_id)) return no;
  if (!port.host_hint) return std::nullopt;
  return check_identifier("binding_host_id", port.host_hint->text);
}

Verdict check_not_a_host(const Topology& topology, const std::string& field, MacAddress mac) {
  const Host* host = topology.host_by_mac(mac);
  if (host == nullptr) return std::nullopt;
  return Rejection{RejectCode::kConflict, field, fmt::format("{} is the MAC address of host {}", mac, host->name.text)};
}

Verdict check_port_mac(const Topology& topology, const Port& port, const Port* kept) {
  const std::string field = "mac_address";
  if (auto no = check_mac(field, port.mac_address)) return no;
  if (const Port* other = topology.port_by_mac(port.network_id, port.mac_address); other != nullptr && other->id != port.id) {
    return Rejection{RejectCode::kConflict, field,
                     fmt::format("port {} of the same network has {}", other->id, port.mac_address)};
  }
  // A host that came later and took the MAC of a kept port must not block that port's updates.
  if (kept != nullptr && kept->mac_address == port.mac_address) return std::nullopt;
  return check_not_a_host(topology, field, port.mac_address);
}

Verdict check_fixed_ip(const Topology& topology, const Port& port, std::size_t i) {
  const FixedIp& fixed = port.fixed_ips[i];
  const std::string subnet_field = fmt::format("fixed_ips[{}].subnet_id", i);
  const std::string ip_field = fmt::format("fixed_ips[{}].ip_address", i);
  const std::string ip = to_string(fixed.ip_address);
  const Subnet* subnet = topology.subnet(fixed.subnet_id);
  if (subnet == nullptr)
    return Rejection{RejectCode::kNotFound, subnet_field, fmt::format("there is no subnet {}", fixed.subnet_id)};
  if (subnet->network_id != port.network_id) {
    return Rejection{RejectCode::kInvalid, subnet_field,
                     fmt::format("subnet {} belongs to another network, {}", subnet->id, subnet->network_id)};
  }
  if (auto no = check_usable(ip_field, fixed.ip_address, topology.key_pool())) return no;
  if (!contains(subnet->cidr, fixed.ip_address)) {
    return Rejection{RejectCode::kInvalid, ip_field, fmt::format("{} lies outside its subnet's {}", ip, to_string(subnet->cidr))};
  }
  if (is_edge_of(subnet->cidr, fixed.ip_address)) {
    return Rejection{RejectCode::kInvalid, ip_field,
                     fmt::format("{} is the network or broadcast address of {}", ip, to_string(subnet->cidr))};
  }
  if (const Port* other = topology.port_by_fixed_ip(port.network_id, fixed.ip_address);
      other != nullptr && other->id != port.id) {
    return Rejection{RejectCode::kConflict, ip_field, fmt::format("port {} of the same network has {}", other->id, ip)};
  }
  return std::nullopt;
}

Verdict check_fixed_ips(const Topology& topology, const Port& port) {
  std::set<IpAddress> seen;
  for (std::size_t i = 0; i < port.fixed_ips.size(); ++i) {
    if (auto no = check_fixed_ip(topology, port, i)) return no;
    if (!seen.insert(port.fixed_ips[i].ip_address).second) {
      return Rejection{RejectCode::kInvalid, fmt::format("fixed_ips[{}].ip_address", i),
                       fmt::format("{} is listed twice", to_string(port.fixed_ips[i].ip_address))};
    }
  }
  return std::nullopt;
}

// An allowed address may be another port's too: that is what virtual addresses (VRRP) are.
Verdict check_allowed_addresses(const Topology& topology, const Port& port) {
  for (std::size_t i = 0; i < port.allowed_address_pairs.size(); ++i) {
    const AllowedAddressPair& pair = port.allowed_address_pairs[i];
    if (auto no = check_usable(fmt::format("allowed_address_pairs[{}].ip_address", i), pair.ip_address, topology.key_pool()))
      return no;
    if (!pair.mac_address || *pair.mac_address == port.mac_address) continue;
    const std::string field = fmt::format("allowed_address_pairs[{}].mac_address", i);
    if (auto no = check_mac(field, *pair.mac_address)) return no;
    if (auto no = check_not_a_host(topology, field, *pair.mac_address)) return no;
  }
  return std::nullopt;
}

Verdict check_list_lengths(const Port& port) {
  const auto check = [](const char* field, std::size_t length) -> Verdict {
    if (length <= kMaxListLength) return std::nullopt;
    return Rejection{RejectCode::kInvalid, field,
                     fmt::format("{} addresses, of which at most {} are allowed", length, kMaxListLength)};
  };
  if (auto no = check("fixed_ips", port.fixed_ips.size())) return no;
  return check("allowed_address_pairs", port.allowed_address_pairs.size());
}

}  // namespace

Verdict check_put(const Topology& topology, const Port& port, const Port* kept) {
  if (auto no = check_put_revision(topology, port.id.uuid(), port.revision_number,
                                   kept == nullptr ? std::nullopt : kept->revision_number)) {
    return no;
  }
  if (topology.network(port.network_id) == nullptr) {
    return Rejection{RejectCode::kNotFound, "network_id", fmt::format("there is no network {}", port.network_id)};
  }
  if (kept != nullptr && kept->network_id != port.network_id) {
    return Rejection{RejectCode::kInvalid, "network_id", fmt::format("a port cannot move from network {}", kept->network_id)};
  }
  if (auto no = check_texts(port)) return no;
  if (auto no = check_list_lengths(port)) return no;
  if (auto no = check_port_mac(topology, port, kept)) return no;
  if (auto no = check_fixed_ips(topology, port)) return no;
  return check_allowed_addresses(topology, port);
}

Verdict check_erase(const Topology& topology, const Port& port) {
  const Router* router = topology.router_of(port.id);
  if (router == nullptr) return std::nullopt;
  return Rejection{RejectCode::kInUse, "id", fmt::format("port {} is in use by router {}", port.id, router->id)};
}

}  // namespace dcportals::topology
