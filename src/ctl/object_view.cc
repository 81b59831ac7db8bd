#include "ctl/object_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <tuple>

#include "ctl/human.h"
#include "ctl/port_view.h"
#include "ctl/resolve.h"
#include "ctl/table.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using Row = std::vector<Cell>;

std::vector<Column> columns(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kNetwork:
      return {{"ID", Fit::kId}, {"NAME"}, {"TENANT"}, {"MODE", Fit::kWhole}, {"NUMBER", Fit::kNumber}};
    case ObjectKind::kSubnet:
      return {{"ID", Fit::kId}, {"NAME"}, {"NETWORK"}, {"CIDR", Fit::kWhole}, {"GATEWAY", Fit::kWhole}};
    case ObjectKind::kPort:
      return port_columns();
    case ObjectKind::kRouter:
      return {{"ID", Fit::kId}, {"NAME"}, {"TENANT"}, {"PORTS", Fit::kNumber}};
    case ObjectKind::kTenant:
    case ObjectKind::kHost:
      break;
  }
  return {{"ID", Fit::kId}, {"NAME"}};
}

Row row(ObjectKind kind, const json::object& one, const Related& related) {
  const std::string id = text_at(one, "id");
  const std::string name = text_at(one, "name");
  switch (kind) {
    case ObjectKind::kNetwork:
      return {{id},
              {name},
              {label(related.tenants, text_at(one, "tenant_id"))},
              {text_at(object_at(one, "computed"), "mode")},
              {text_at(object_at(one, "computed"), "number")}};
    case ObjectKind::kSubnet:
      return {{id},
              {name},
              {label(related.networks, text_at(one, "network_id"))},
              {text_at(one, "cidr")},
              {text_at(one, "gateway_ip")}};
    case ObjectKind::kPort:
      return port_row(one, related);
    case ObjectKind::kRouter:
      return {
          {id}, {name}, {label(related.tenants, text_at(one, "tenant_id"))}, {std::to_string(array_at(one, "port_ids").size())}};
    case ObjectKind::kTenant:
    case ObjectKind::kHost:
      break;
  }
  return {{id}, {name}};
}

std::string belongs_to(const json::object& one, const Related& related) {
  const std::string network = text_at(one, "network_id");
  return network.empty() ? label(related.tenants, text_at(one, "tenant_id")) : label(related.networks, network);
}

// What is in force for a network, and who chose it.
void add_forwarding(Sheet& sheet, const json::object& network) {
  const json::object& computed = object_at(network, "computed");
  const std::string mode = text_at(computed, "mode");
  const std::string chosen = text_at(network, "mode");
  const std::string rate = text_at(computed, "broadcast_rate");
  const bool own_rate = !text_at(network, "broadcast_rate").empty();
  if (!mode.empty()) sheet.add("mode", chosen.empty() ? mode + ", as the fabric" : fmt::format("{}, chosen for it: {}", mode, chosen));
  if (!rate.empty()) {
    sheet.add("broadcasts", fmt::format("{} a second of each port, {}", rate, own_rate ? "chosen for it" : "as the fabric"));
  }
}

// Of a network that goes on outside: where.
void add_outside(Sheet& sheet, const json::object& network) {
  const std::string name = text_at(network, "physical_network");
  if (name.empty()) return;
  const json::object& computed = object_at(network, "computed");
  const std::vector<std::string> hosts = texts_at(computed, "attached_hosts");
  sheet.add("outside", hosts.empty() ? fmt::format("{}, at no connected host", name) : fmt::format("{}, at {}", name, fmt::join(hosts, ", ")),
            hosts.empty() ? Style::kYellow : Style::kPlain);
  sheet.add("fault", text_at(computed, "fault"), Style::kRed);
}

}  // namespace

std::string name_and_id(const Names& names, const std::string& id) {
  const auto found = names.find(id);
  if (found == names.end() || found->second.empty()) return id;
  return fmt::format("{} ({})", found->second, id);
}

void add_rest(Sheet& sheet, const json::object& object, std::initializer_list<std::string_view> shown) {
  for (const auto& member : object) {
    if (std::ranges::find(shown, std::string_view(member.key())) != shown.end()) continue;
    std::string name = text_of(json::value(member.key()));
    std::ranges::replace(name, '_', ' ');
    sheet.add(std::move(name), text_of(member.value()));
  }
}

Related load_related(Api& api, ObjectKind kind) {
  Related out;
  if (kind == ObjectKind::kNetwork || kind == ObjectKind::kRouter) out.tenants = load_names(api, ObjectKind::kTenant);
  if (kind == ObjectKind::kSubnet || kind == ObjectKind::kPort) out.networks = load_names(api, ObjectKind::kNetwork);
  if (kind == ObjectKind::kPort) out.subnets = load_names(api, ObjectKind::kSubnet);
  if (kind == ObjectKind::kRouter) out.ports = load_names(api, ObjectKind::kPort);
  return out;
}

std::string render_list(ObjectKind kind, const json::array& objects, const Related& related, const Look& look) {
  std::vector<const json::object*> sorted;
  for (const json::value& value : objects) sorted.push_back(&as_object(value));
  std::ranges::stable_sort(sorted, {}, [&](const json::object* one) {
    return std::tuple(belongs_to(*one, related), text_at(*one, "name"), text_at(*one, "id"));
  });
  Table table(columns(kind));
  for (const json::object* one : sorted) table.add(row(kind, *one, related));
  return table.render(look);
}

std::string render_object(ObjectKind kind, const json::object& object, const Related& related, const Look& look) {
  Sheet sheet;
  sheet.add("name", text_at(object, "name"), Style::kBold);
  sheet.add("id", text_at(object, "id"));
  if (kind == ObjectKind::kPort) {
    add_port(sheet, object, related);
    return sheet.render(look);
  }
  const json::object& computed = object_at(object, "computed");
  if (object.contains("network_id")) sheet.add("network", name_and_id(related.networks, text_at(object, "network_id")));
  sheet.add("tenant", name_and_id(related.tenants, text_at(object, "tenant_id")));
  if (kind == ObjectKind::kSubnet) {
    sheet.add("cidr", text_at(object, "cidr"));
    sheet.add("gateway", text_at(object, "gateway_ip"));
  }
  if (kind == ObjectKind::kRouter) {
    std::vector<std::string> ports;
    for (const std::string& id : texts_at(object, "port_ids")) ports.push_back(name_and_id(related.ports, id));
    if (ports.empty()) ports.emplace_back("none");
    sheet.add("ports", ports);
  }
  if (kind == ObjectKind::kNetwork) {
    add_outside(sheet, object);
    add_forwarding(sheet, object);
  }
  sheet.add("number", text_at(computed, "number"));
  sheet.add("revision", text_at(object, "revision_number"));
  add_rest(sheet, object,
           {"name", "id", "network_id", "tenant_id", "cidr", "gateway_ip", "port_ids", "revision_number", "mode", "broadcast_rate", "physical_network",
            "computed"});
  add_rest(sheet, computed, {"number", "mode", "broadcast_rate", "attached_hosts", "fault"});
  return sheet.render(look);
}

}  // namespace dcportals::ctl
