// The commands of ports. What they have in common with those of other objects is in objects.h.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/ip_address.h"
#include "base/mac_address.h"
#include "base/uuid.h"
#include "ctl/commands.h"
#include "ctl/drops_view.h"
#include "ctl/object_view.h"
#include "ctl/objects.h"
#include "ctl/resolve.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;

constexpr ArgSpec kIp_{"--ip", kIp, kAny, "An address of the port, in a subnet of its network"};
constexpr ArgSpec kOfSubnet{"--subnet", kSubnet, kOptional, "The subnet of the addresses (default: the one that has them)"};
constexpr ArgSpec kPair{"--pair", kAddressPair, kAny, "A further address it may send from (allowed address pair)"};
constexpr ArgSpec kSecurityOff{"--no-port-security", kNone, kOptional, "Let it send from any address"};
constexpr ArgSpec kDown{"--down", kNone, kOptional, "Carry none of its traffic (admin state)"};
constexpr ArgSpec kHint{"--host", kHost, kOptional, "Where Neutron would bind it: a hint, switches know better"};
constexpr ArgSpec kDeviceOwner{"--device-owner", kText, kOptional, "For people, such as compute:nova"};
constexpr ArgSpec kDhcpServer{"--dhcp-server", kNone, kOptional, "Let it answer DHCP clients, as Neutron's DHCP agents do"};
constexpr ArgSpec kDeviceId{"--device-id", kText, kOptional, "For people, such as the VM's id"};

constexpr ArgSpec kCreate[] = {
    {"NAME", kText, kOne, "What people call it"},
    {"--network", kNetwork, kOne, "Its network"},
    {"--mac", kMac, kOptional, "Its MAC address (default: a random one that begins with fa:16:3e)"},
    kIp_,
    kOfSubnet,
    kPair,
    kSecurityOff,
    kDhcpServer,
    kDown,
    kHint,
    kDeviceOwner,
    kDeviceId,
    {"--id", kUuid, kOptional, "Its id (default: a random one); its tap is tap and the id's first 11 characters"},
};
constexpr ArgSpec kList[] = {
    {"--network", kNetwork, kOptional, "Only this network's"},
    {"--tenant", kTenant, kOptional, "Only this tenant's"},
    {"--host", kHost, kOptional, "Only those plugged at this host"},
};
constexpr ArgSpec kOnePort[] = {{"PORT", kPort, kOne, "The port"}};
constexpr ArgSpec kSomePorts[] = {{"PORT", kPort, kSome, "The ports"}};
constexpr ArgSpec kSet[] = {
    {"PORT", kPort, kOne, "The port"},
    {"--name", kText, kOptional, "A new name"},
    {"--mac", kMac, kOptional, "Its MAC address"},
    {"--ip", kIp, kAny, "Its addresses, in place of those it has"},
    kOfSubnet,
    {"--pair", kAddressPair, kAny, "Further addresses it may send from, in place of those it has"},
    {"--no-pairs", kNone, kOptional, "No further addresses"},
    {"--port-security", kNone, kOptional, "Let it send only from its own addresses"},
    kSecurityOff,
    kDhcpServer,
    {"--no-dhcp-server", kNone, kOptional, "Drop its answers to DHCP clients, as those of VMs"},
    {"--up", kNone, kOptional, "Carry its traffic (admin state)"},
    kDown,
    kHint,
    kDeviceOwner,
    kDeviceId,
};

// A prefix that OpenStack uses, and three random bytes.
std::string random_mac() {
  const Uuid random = Uuid::random();
  const auto& bytes = random.bytes();
  return MacAddress(0xfa163e000000ULL | std::uint64_t{bytes[0]} << 16 | std::uint64_t{bytes[1]} << 8 | bytes[2]).to_string();
}

bool contains(const IpPrefix& prefix, const IpAddress& address) {
  return std::visit(
      [](const auto& p, const auto& a) {
        if constexpr (requires { p.contains(a); }) {
          return p.contains(a);
        } else {
          return false;
        }
      },
      prefix, address);
}

Result<std::string> subnet_of(const std::string& address, const json::array& subnets) {
  std::vector<std::string> cidrs;
  for (const json::value& value : subnets) {
    const std::string cidr = text_at(as_object(value), "cidr");
    const auto prefix = parse_ip_prefix(cidr);
    if (prefix && contains(*prefix, *parse_ip_address(address))) return raw_at(as_object(value), "id");
    cidrs.push_back(cidr);
  }
  return fail(ExitCode::kRefused, fmt::format("no subnet of the network has {}", address),
              cidrs.empty() ? "The network has no subnets yet: dcportalctl subnet create."
                            : fmt::format("Its subnets are {}.", fmt::join(cidrs, ", ")));
}

// The addresses with their subnets: that of --subnet, or those of the network that have them.
Result<json::array> fixed_ips(Session& session, const Arguments& arguments, const std::string& network) {
  const auto addresses = arguments.list("--ip");
  std::string subnet;
  json::value subnets;
  if (const auto named = arguments.optional("--subnet")) {
    auto id = find_id(session.api, ObjectKind::kSubnet, *named);
    if (!id) return pass(id);
    subnet = *id;
  } else if (!addresses.empty()) {
    auto list = session.api.call("subnet.list", {{"network_id", network}});
    if (!list) return pass(list);
    subnets = std::move(*list);
  }
  json::array out;
  for (const std::string& address : addresses) {
    auto id = subnet.empty() ? subnet_of(address, as_array(subnets)) : Result<std::string>(subnet);
    if (!id) return pass(id);
    out.push_back(json::object{{"subnet_id", *id}, {"ip_address", address}});
  }
  return out;
}

json::array address_pairs(const Arguments& arguments) {
  json::array out;
  for (const std::string& text : arguments.list("--pair")) {
    const auto comma = text.find(',');
    json::object pair{{"ip_address", text.substr(0, comma)}};
    if (comma != std::string::npos) pair["mac_address"] = text.substr(comma + 1);
    out.push_back(std::move(pair));
  }
  return out;
}

// What create and set have in common: the members that stand in options as they are.
void set_plain_members(json::object& port, const Arguments& arguments) {
  struct Member {
    std::string_view option;
    std::string_view name;
  };
  constexpr Member kTexts[] = {{"--name", "name"},
                               {"--mac", "mac_address"},
                               {"--host", "binding_host_id"},
                               {"--device-owner", "device_owner"},
                               {"--device-id", "device_id"}};
  for (const Member& member : kTexts) {
    if (const auto text = arguments.optional(member.option)) port[member.name] = *text;
  }
  if (arguments.has("--pair") || arguments.has("--no-pairs")) port["allowed_address_pairs"] = address_pairs(arguments);
  if (arguments.has("--port-security")) port["port_security_enabled"] = true;
  if (arguments.has("--no-port-security")) port["port_security_enabled"] = false;
  if (arguments.has("--dhcp-server")) port["dhcp_server"] = true;
  if (arguments.has("--no-dhcp-server")) port["dhcp_server"] = false;
  if (arguments.has("--up")) port["admin_state_up"] = true;
  if (arguments.has("--down")) port["admin_state_up"] = false;
}

Result<void> check_together(const Arguments& arguments) {
  constexpr std::pair<std::string_view, std::string_view> kExclude[] = {
      {"--port-security", "--no-port-security"},
      {"--dhcp-server", "--no-dhcp-server"},
      {"--up", "--down"},
      {"--pair", "--no-pairs"}};
  for (const auto& [one, other] : kExclude) {
    if (arguments.has(one) && arguments.has(other))
      return fail(ExitCode::kUsage, fmt::format("{} and {} exclude each other", one, other));
  }
  if (arguments.has("--subnet") && !arguments.has("--ip"))
    return fail(ExitCode::kUsage, "--subnet says of which --ip, and there is none");
  return {};
}

Outcome create(Session& session, const Arguments& arguments) {
  if (auto sound = check_together(arguments); !sound) return pass(sound);
  auto port = new_object(session, ObjectKind::kPort, arguments);
  if (!port) return pass(port);
  auto network = find_id(session.api, ObjectKind::kNetwork, arguments.text("--network"));
  if (!network) return pass(network);
  auto addresses = fixed_ips(session, arguments, *network);
  if (!addresses) return pass(addresses);
  (*port)["network_id"] = *network;
  (*port)["mac_address"] = random_mac();
  (*port)["fixed_ips"] = std::move(*addresses);
  set_plain_members(*port, arguments);
  return create_object(session, ObjectKind::kPort, *port);
}

Outcome show(Session& session, const Arguments& arguments) {
  auto port = find_object(session.api, ObjectKind::kPort, arguments.text("PORT"));
  if (!port) return pass(port);
  const auto drops = session.api.call("port.drops", {{"id", raw_at(*port, "id")}});
  if (!drops) session.output.note(fmt::format("Note: what it dropped is not known: {}", drops.error().text));
  (*port)["drops"] = drops ? *drops : json::value();
  session.output.emit(*port, [&](const Look& look) {
    return render_object(ObjectKind::kPort, *port, load_related(session.api, ObjectKind::kPort), look) +
           render_drops(array_at(*port, "drops"), {}, look);
  });
  return ExitCode::kOk;
}

Outcome set(Session& session, const Arguments& arguments) {
  if (auto any = require_any(arguments, kSet); !any) return pass(any);
  if (auto sound = check_together(arguments); !sound) return pass(sound);
  return change_object(session, ObjectKind::kPort, arguments.text("PORT"), [&](json::object& port) -> Result<void> {
    set_plain_members(port, arguments);
    if (!arguments.has("--ip")) return {};
    auto addresses = fixed_ips(session, arguments, raw_at(port, "network_id"));
    if (!addresses) return pass(addresses);
    port["fixed_ips"] = std::move(*addresses);
    return {};
  });
}

constexpr CommandSpec kCommands[] = {
    {"port create", "Creates a port: an interface that a VM is plugged in with.", kCreate,
     "dcportalctl port create web-1 --network web --ip 10.0.0.10\n"
     "dcportalctl port create web-dhcp --network web --ip 10.0.0.2 --dhcp-server\n"
     "dcportalctl port create web-2 --network web --ip 10.0.0.11 --pair 10.0.0.100 --mac fa:16:3e:00:00:0b",
     create},
    {"port list", "Lists ports, where they are plugged, and whether their traffic flows.", kList,
     "dcportalctl port list --network web\ndcportalctl port list --host hv1",
     [](Session& s, const Arguments& a) { return list_objects(s, ObjectKind::kPort, a); },
     "The states: wired (its flows are on every switch that needs them), not wired (not yet), not located (no switch has its "
     "tap), "
     "located, down (by admin state), fault (see port show)."},
    {"port show", "Shows a port: its tap, where it is plugged, its mapping keys, its faults, what was dropped of its packets and why.",
     kOnePort, "dcportalctl port show web-1", show},
    {"port set", "Changes a port; what is not named stays.", kSet,
     "dcportalctl port set web-1 --down\ndcportalctl port set web-1 --ip 10.0.0.10 --ip 10.0.0.12", set},
    {"port delete", "Deletes ports.", kSomePorts, "dcportalctl port delete web-1 web-2",
     [](Session& s, const Arguments& a) { return delete_objects(s, ObjectKind::kPort, a.list("PORT")); }},
};

}  // namespace

std::span<const CommandSpec> port_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
