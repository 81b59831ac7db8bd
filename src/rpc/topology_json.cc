#include "rpc/topology_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "rpc/object_reader.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;
using namespace topology;  // NOLINT: this file is the meeting of the two

// Neutron sends the project under two names. Empty when neither is there.
TenantId read_owner(ObjectReader& reader) {
  const auto tenant = reader.optional<std::string>("tenant_id");
  const auto project = reader.optional<std::string>("project_id");
  if (tenant && project && *tenant != *project) reader.fail(ErrorCode::kInvalidParams, "project_id", "differs from tenant_id");
  return {tenant ? *tenant : project.value_or("")};
}

TenantId read_required_owner(ObjectReader& reader) {
  TenantId owner = read_owner(reader);
  if (owner.text.empty()) reader.fail(ErrorCode::kInvalidParams, "tenant_id", "is missing");
  return owner;
}

// A single address, which Neutron may write as a prefix of full length.
IpAddress read_pair_address(ObjectReader& reader) {
  constexpr std::string_view kName = "ip_address";
  const auto text = reader.required<std::string>(kName);
  if (!reader.ok()) return {};
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = parse_ip_address(std::string_view(text).substr(0, slash));
  const std::string_view length = std::string_view(text).substr(slash);
  if (!address || length == "/" || length.find_first_not_of("0123456789", 1) != std::string_view::npos) {
    reader.mistyped(kName, "an IPv4 or IPv6 address");
    return {};
  }
  const std::string_view full = std::holds_alternative<Ipv4Address>(*address) ? "/32" : "/128";
  if (!length.empty() && length != full) {
    reader.fail(
        ErrorCode::kInvalid, kName,
        fmt::format("{} is not a single address: each address on the wire needs a mapping key of its own, so a prefix wider "
                    "than {} cannot be carried",
                    text, full));
  }
  return *address;
}

template <class Object>
Decoded<Object> finished(ObjectReader& reader, Object object) {
  if (auto result = reader.finish(); !result) return std::unexpected(std::move(result).error());
  return object;
}

template <class T>
void add_if(json::object& to, std::string_view name, const std::optional<T>& value) {
  if (value) to[name] = *value;
}

}  // namespace

Decoded<Tenant> decode_tenant(const json::object& from, std::string path) {
  ObjectReader reader(from, std::move(path));
  Tenant tenant;
  tenant.id.text = reader.required<std::string>("id");
  tenant.name = reader.optional<std::string>("name").value_or("");
  return finished(reader, std::move(tenant));
}

Decoded<Network> decode_network(const json::object& from, std::string path) {
  ObjectReader reader(from, std::move(path));
  Network network;
  network.id = reader.required<NetworkId>("id");
  network.tenant_id = read_required_owner(reader);
  network.name = reader.optional<std::string>("name").value_or("");
  network.physical_network = reader.optional<std::string>("physical_network");
  network.revision_number = reader.optional<RevisionNumber>("revision_number");
  return finished(reader, std::move(network));
}

Decoded<Subnet> decode_subnet(const json::object& from, std::string path) {
  ObjectReader reader(from, std::move(path));
  Subnet subnet;
  subnet.id = reader.required<SubnetId>("id");
  subnet.network_id = reader.required<NetworkId>("network_id");
  subnet.tenant_id = read_owner(reader);
  subnet.name = reader.optional<std::string>("name").value_or("");
  subnet.cidr = reader.required<IpPrefix>("cidr");
  subnet.gateway_ip = reader.optional<IpAddress>("gateway_ip");
  subnet.revision_number = reader.optional<RevisionNumber>("revision_number");
  return finished(reader, std::move(subnet));
}

Decoded<Port> decode_port(const json::object& from, std::string path) {
  ObjectReader reader(from, std::move(path));
  Port port;
  port.id = reader.required<PortId>("id");
  port.network_id = reader.required<NetworkId>("network_id");
  port.tenant_id = read_owner(reader);
  port.name = reader.optional<std::string>("name").value_or("");
  port.mac_address = reader.required<MacAddress>("mac_address");
  reader.objects("fixed_ips", [&](ObjectReader& ip) {
    port.fixed_ips.push_back({ip.required<SubnetId>("subnet_id"), ip.required<IpAddress>("ip_address")});
  });
  reader.objects("allowed_address_pairs", [&](ObjectReader& pair) {
    port.allowed_address_pairs.push_back({read_pair_address(pair), pair.optional<MacAddress>("mac_address")});
  });
  port.port_security_enabled = reader.optional<bool>("port_security_enabled").value_or(true);
  port.admin_state_up = reader.optional<bool>("admin_state_up").value_or(true);
  port.device_owner = reader.optional<std::string>("device_owner").value_or("");
  port.device_id = reader.optional<std::string>("device_id").value_or("");
  port.dhcp_server = reader.optional<bool>("dhcp_server").value_or(false);
  // Neutron's unbound ports have an empty host.
  if (auto host = reader.optional<std::string>("binding_host_id"); host && !host->empty())
    port.host_hint = HostName{std::move(*host)};
  port.revision_number = reader.optional<RevisionNumber>("revision_number");
  return finished(reader, std::move(port));
}

Decoded<Router> decode_router(const json::object& from, std::string path) {
  ObjectReader reader(from, std::move(path));
  Router router;
  router.id = reader.required<RouterId>("id");
  router.tenant_id = read_required_owner(reader);
  router.name = reader.optional<std::string>("name").value_or("");
  router.port_ids = reader.list<PortId>("port_ids");
  router.revision_number = reader.optional<RevisionNumber>("revision_number");
  return finished(reader, std::move(router));
}

json::object encode(const Tenant& tenant) {
  return {{"id", tenant.id.text}, {"name", tenant.name}};
}

json::object encode(const Network& network) {
  json::object to{{"id", network.id.to_string()}, {"tenant_id", network.tenant_id.text}, {"name", network.name}};
  add_if(to, "physical_network", network.physical_network);
  add_if(to, "revision_number", network.revision_number);
  return to;
}

json::object encode(const Subnet& subnet) {
  json::object to{{"id", subnet.id.to_string()},
                  {"network_id", subnet.network_id.to_string()},
                  {"tenant_id", subnet.tenant_id.text},
                  {"name", subnet.name},
                  {"cidr", to_string(subnet.cidr)}};
  if (subnet.gateway_ip) to["gateway_ip"] = to_string(*subnet.gateway_ip);
  add_if(to, "revision_number", subnet.revision_number);
  return to;
}

json::object encode(const Port& port) {
  json::array ips;
  for (const FixedIp& ip : port.fixed_ips) {
    ips.push_back(json::object{{"subnet_id", ip.subnet_id.to_string()}, {"ip_address", to_string(ip.ip_address)}});
  }
  json::array pairs;
  for (const AllowedAddressPair& pair : port.allowed_address_pairs) {
    json::object one{{"ip_address", to_string(pair.ip_address)}};
    if (pair.mac_address) one["mac_address"] = pair.mac_address->to_string();
    pairs.push_back(std::move(one));
  }
  json::object to{{"id", port.id.to_string()},
                  {"network_id", port.network_id.to_string()},
                  {"tenant_id", port.tenant_id.text},
                  {"name", port.name},
                  {"mac_address", port.mac_address.to_string()},
                  {"fixed_ips", std::move(ips)},
                  {"allowed_address_pairs", std::move(pairs)},
                  {"port_security_enabled", port.port_security_enabled},
                  {"admin_state_up", port.admin_state_up},
                  {"device_owner", port.device_owner},
                  {"device_id", port.device_id},
                  {"dhcp_server", port.dhcp_server}};
  if (port.host_hint) to["binding_host_id"] = port.host_hint->text;
  add_if(to, "revision_number", port.revision_number);
  return to;
}

json::object encode(const Router& router) {
  json::array ports;
  for (const PortId& id : router.port_ids) ports.push_back(json::string(id.to_string()));
  json::object to{
      {"id", router.id.to_string()}, {"tenant_id", router.tenant_id.text}, {"name", router.name}, {"port_ids", std::move(ports)}};
  add_if(to, "revision_number", router.revision_number);
  return to;
}

}  // namespace dcportals::rpc
