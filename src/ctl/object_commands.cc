// The commands of tenants, networks, subnets and routers. What they do in common is in objects.h; ports are in port_commands.cc.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/uuid.h"
#include "ctl/commands.h"
#include "ctl/objects.h"
#include "ctl/resolve.h"
#include "ctl/values.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;

constexpr ArgSpec kNewName{"NAME", kText, kOne, "What people call it"};
constexpr ArgSpec kNewId{"--id", kUuid, kOptional, "Its id (default: a random one)"};
constexpr ArgSpec kRename{"--name", kText, kOptional, "A new name"};
constexpr ArgSpec kOfTenant{"--tenant", kTenant, kOptional, "Only this tenant's"};
constexpr ArgSpec kOwner{"--tenant", kTenant, kOne, "Whose it is: a tenant's id or name; an unknown id makes a new tenant"};

constexpr ArgSpec kTenantCreate[] = {kNewName, {"--id", kText, kOptional, "Its id in Keystone (default: a random one)", "ID"}};
constexpr ArgSpec kTenantOne[] = {{"TENANT", kTenant, kOne, "The tenant"}};
constexpr ArgSpec kTenantSome[] = {{"TENANT", kTenant, kSome, "The tenants"}};
constexpr ArgSpec kTenantSet[] = {{"TENANT", kTenant, kOne, "The tenant"}, kRename};

constexpr ArgSpec kNetworkCreate[] = {
    kNewName,
    kOwner,
    {"--physical-network", kText, kOptional, "It goes on outside, by this physical network of the configuration", "NAME"},
    kNewId,
};
constexpr ArgSpec kNetworkList[] = {kOfTenant};
constexpr ArgSpec kNetworkOne[] = {{"NETWORK", kNetwork, kOne, "The network"}};
constexpr ArgSpec kNetworkSome[] = {{"NETWORK", kNetwork, kSome, "The networks"}};
constexpr ArgSpec kNetworkSet[] = {
    {"NETWORK", kNetwork, kOne, "The network"},
    kRename,
    {"--broadcast-rate", kNumber, kOptional, "Broadcast and multicast frames a second that each of its ports may send, 1 to 1000000"},
    {"--default-broadcast-rate", kNone, kOptional, "As many as the configuration says"},
};

constexpr ArgSpec kSubnetCreate[] = {
    kNewName,
    {"--network", kNetwork, kOne, "Its network"},
    {"--cidr", kPrefix, kOne, "Its addresses"},
    {"--gateway", kIp, kOptional, "Its router's address"},
    kNewId,
};
constexpr ArgSpec kSubnetList[] = {{"--network", kNetwork, kOptional, "Only this network's"}, kOfTenant};
constexpr ArgSpec kSubnetOne[] = {{"SUBNET", kSubnet, kOne, "The subnet"}};
constexpr ArgSpec kSubnetSome[] = {{"SUBNET", kSubnet, kSome, "The subnets"}};
constexpr ArgSpec kSubnetSet[] = {
    {"SUBNET", kSubnet, kOne, "The subnet"},
    kRename,
    {"--gateway", kIp, kOptional, "Its router's address"},
    {"--no-gateway", kNone, kOptional, "It has no router"},
};

constexpr ArgSpec kRouterCreate[] = {kNewName, kOwner, {"--port", kPort, kAny, "A port of the router"}, kNewId};
constexpr ArgSpec kRouterList[] = {kOfTenant};
constexpr ArgSpec kRouterOne[] = {{"ROUTER", kRouter, kOne, "The router"}};
constexpr ArgSpec kRouterSome[] = {{"ROUTER", kRouter, kSome, "The routers"}};
constexpr ArgSpec kRouterSet[] = {
    {"ROUTER", kRouter, kOne, "The router"},
    kRename,
    {"--add-port", kPort, kAny, "One more port"},
    {"--remove-port", kPort, kAny, "A port that is no longer the router's"},
};

template <ObjectKind kKind>
Outcome list(Session& session, const Arguments& arguments) {
  return list_objects(session, kKind, arguments);
}

Outcome create_tenant(Session& session, const Arguments& arguments) {
  auto tenant = new_object(session, ObjectKind::kTenant, arguments);
  if (!tenant) return pass(tenant);
  if (!arguments.has("--id")) {  // as Keystone writes ids
    std::string id = raw_at(*tenant, "id");
    std::erase(id, '-');
    (*tenant)["id"] = id;
  }
  return create_object(session, ObjectKind::kTenant, *tenant);
}

Outcome create_network(Session& session, const Arguments& arguments) {
  auto network = new_object(session, ObjectKind::kNetwork, arguments);
  if (!network) return pass(network);
  auto tenant = tenant_for_new_object(session, arguments.text("--tenant"));
  if (!tenant) return pass(tenant);
  (*network)["tenant_id"] = *tenant;
  if (const auto name = arguments.optional("--physical-network")) (*network)["physical_network"] = *name;
  return create_object(session, ObjectKind::kNetwork, *network);
}

Outcome create_subnet(Session& session, const Arguments& arguments) {
  auto subnet = new_object(session, ObjectKind::kSubnet, arguments);
  if (!subnet) return pass(subnet);
  auto network = find_id(session.api, ObjectKind::kNetwork, arguments.text("--network"));
  if (!network) return pass(network);
  (*subnet)["network_id"] = *network;
  (*subnet)["cidr"] = arguments.text("--cidr");
  if (const auto gateway = arguments.optional("--gateway")) (*subnet)["gateway_ip"] = *gateway;
  return create_object(session, ObjectKind::kSubnet, *subnet);
}

Outcome create_router(Session& session, const Arguments& arguments) {
  auto router = new_object(session, ObjectKind::kRouter, arguments);
  if (!router) return pass(router);
  auto ports = find_ids(session.api, ObjectKind::kPort, arguments.list("--port"));
  if (!ports) return pass(ports);
  auto tenant = tenant_for_new_object(session, arguments.text("--tenant"));
  if (!tenant) return pass(tenant);
  (*router)["tenant_id"] = *tenant;
  (*router)["port_ids"] = json::array(ports->begin(), ports->end());
  return create_object(session, ObjectKind::kRouter, *router);
}

void rename(json::object& object, const Arguments& arguments) {
  if (const auto name = arguments.optional("--name")) object["name"] = *name;
}

Outcome set_tenant(Session& session, const Arguments& arguments) {
  if (auto any = require_any(arguments, kTenantSet); !any) return pass(any);
  return change_object(session, ObjectKind::kTenant, arguments.text("TENANT"), [&](json::object& tenant) -> Result<void> {
    rename(tenant, arguments);
    return {};
  });
}

Outcome set_network(Session& session, const Arguments& arguments) {
  if (auto any = require_any(arguments, kNetworkSet); !any) return pass(any);
  const auto rate = arguments.optional("--broadcast-rate");
  if (rate && arguments.has("--default-broadcast-rate")) {
    return fail(ExitCode::kUsage, "--broadcast-rate and --default-broadcast-rate exclude each other");
  }
  const auto edit = [&](json::object& network) -> Result<void> {
    rename(network, arguments);
    return {};
  };
  const auto configure = [&](const std::string& id) -> std::vector<Operation> {
    if (!rate && !arguments.has("--default-broadcast-rate")) return {};
    return {{"network.configure", {{"id", id}, {"broadcast_rate", rate ? json::value(*parse_number(*rate)) : json::value()}}}};
  };
  return change_object(session, ObjectKind::kNetwork, arguments.text("NETWORK"), edit, configure);
}

Outcome set_subnet(Session& session, const Arguments& arguments) {
  if (auto any = require_any(arguments, kSubnetSet); !any) return pass(any);
  if (arguments.has("--gateway") && arguments.has("--no-gateway")) {
    return fail(ExitCode::kUsage, "--gateway and --no-gateway exclude each other");
  }
  return change_object(session, ObjectKind::kSubnet, arguments.text("SUBNET"), [&](json::object& subnet) -> Result<void> {
    rename(subnet, arguments);
    if (const auto gateway = arguments.optional("--gateway")) subnet["gateway_ip"] = *gateway;
    if (arguments.has("--no-gateway")) subnet["gateway_ip"] = nullptr;
    return {};
  });
}

Outcome set_router(Session& session, const Arguments& arguments) {
  if (auto any = require_any(arguments, kRouterSet); !any) return pass(any);
  auto added = find_ids(session.api, ObjectKind::kPort, arguments.list("--add-port"));
  if (!added) return pass(added);
  auto removed = find_ids(session.api, ObjectKind::kPort, arguments.list("--remove-port"));
  if (!removed) return pass(removed);
  return change_object(session, ObjectKind::kRouter, arguments.text("ROUTER"), [&](json::object& router) -> Result<void> {
    rename(router, arguments);
    std::vector<std::string> ports = texts_at(router, "port_ids");
    for (const std::string& port : *removed) {
      if (std::erase(ports, port) == 0) return fail(ExitCode::kNotFound, fmt::format("port {} is none of the router's", port));
    }
    for (const std::string& port : *added) {
      if (std::ranges::find(ports, port) == ports.end()) ports.push_back(port);
    }
    router["port_ids"] = json::array(ports.begin(), ports.end());
    return {};
  });
}

constexpr CommandSpec kTenants[] = {
    {"tenant create", "Creates a tenant with a name.", kTenantCreate, "dcportalctl tenant create blue", create_tenant,
     "A tenant also comes into being when a network of its is created."},
    {"tenant list", "Lists the tenants.", {}, "dcportalctl tenant list", list<ObjectKind::kTenant>},
    {"tenant show", "Shows a tenant.", kTenantOne, "dcportalctl tenant show blue",
     [](Session& s, const Arguments& a) { return show_object(s, ObjectKind::kTenant, a.text("TENANT")); }},
    {"tenant set", "Renames a tenant.", kTenantSet, "dcportalctl tenant set blue --name azure", set_tenant},
    {"tenant delete", "Deletes tenants that own nothing.", kTenantSome, "dcportalctl tenant delete blue",
     [](Session& s, const Arguments& a) { return delete_objects(s, ObjectKind::kTenant, a.list("TENANT")); }},
};

constexpr CommandSpec kNetworks[] = {
    {"network create", "Creates a network that only its ports can reach.", kNetworkCreate,
     "dcportalctl network create web --tenant blue\n"
     "dcportalctl network create public --tenant admin --physical-network public\n"
     "id=$(dcportalctl network create web --tenant blue --json | jq -r .id)",
     create_network},
    {"network list", "Lists networks.", kNetworkList, "dcportalctl network list --tenant blue", list<ObjectKind::kNetwork>},
    {"network show", "Shows a network.", kNetworkOne, "dcportalctl network show web",
     [](Session& s, const Arguments& a) { return show_object(s, ObjectKind::kNetwork, a.text("NETWORK")); }},
    {"network set", "Changes a network's name and its limit of broadcasts.", kNetworkSet,
     "dcportalctl network set web --name www\ndcportalctl network set web --broadcast-rate 100", set_network,
     "Neutron leaves the limit as it is. How a network is forwarded: dcportalctl mode set."},
    {"network delete", "Deletes networks without subnets and ports.", kNetworkSome, "dcportalctl network delete web",
     [](Session& s, const Arguments& a) { return delete_objects(s, ObjectKind::kNetwork, a.list("NETWORK")); }},
};

constexpr CommandSpec kSubnets[] = {
    {"subnet create", "Gives a network a range of addresses.", kSubnetCreate,
     "dcportalctl subnet create web-v4 --network web --cidr 10.0.0.0/24 --gateway 10.0.0.1", create_subnet},
    {"subnet list", "Lists subnets.", kSubnetList, "dcportalctl subnet list --network web", list<ObjectKind::kSubnet>},
    {"subnet show", "Shows a subnet.", kSubnetOne, "dcportalctl subnet show web-v4",
     [](Session& s, const Arguments& a) { return show_object(s, ObjectKind::kSubnet, a.text("SUBNET")); }},
    {"subnet set", "Changes a subnet.", kSubnetSet, "dcportalctl subnet set web-v4 --no-gateway", set_subnet},
    {"subnet delete", "Deletes subnets of which no port has an address.", kSubnetSome, "dcportalctl subnet delete web-v4",
     [](Session& s, const Arguments& a) { return delete_objects(s, ObjectKind::kSubnet, a.list("SUBNET")); }},
};

constexpr CommandSpec kRouters[] = {
    {"router create", "Creates a router.", kRouterCreate, "dcportalctl router create edge --tenant blue --port web-gw",
     create_router, "Its ports may send from any address, as a router's must; no other port may."},
    {"router list", "Lists routers.", kRouterList, "dcportalctl router list", list<ObjectKind::kRouter>},
    {"router show", "Shows a router and its ports.", kRouterOne, "dcportalctl router show edge",
     [](Session& s, const Arguments& a) { return show_object(s, ObjectKind::kRouter, a.text("ROUTER")); }},
    {"router set", "Changes a router's name and ports.", kRouterSet, "dcportalctl router set edge --add-port db-gw", set_router},
    {"router delete", "Deletes routers; their ports stay, and lose a router's trust.", kRouterSome,
     "dcportalctl router delete edge",
     [](Session& s, const Arguments& a) { return delete_objects(s, ObjectKind::kRouter, a.list("ROUTER")); }},
};

}  // namespace

std::span<const CommandSpec> tenant_commands() {
  return kTenants;
}
std::span<const CommandSpec> network_commands() {
  return kNetworks;
}
std::span<const CommandSpec> subnet_commands() {
  return kSubnets;
}
std::span<const CommandSpec> router_commands() {
  return kRouters;
}

}  // namespace dcportals::ctl
