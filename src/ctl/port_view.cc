#include "ctl/port_view.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "ctl/json_view.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

// Why traffic of the port does not flow though it should; each a sentence.
std::vector<std::string> faults(const json::object& computed) {
  std::vector<std::string> out = texts_at(computed, "faults");
  if (const std::string refused = text_at(computed, "flow_fault"); !refused.empty()) {
    out.push_back(fmt::format("a switch refused one of its flows: {}", refused));
  }
  for (const json::value& value : array_at(computed, "without_key")) {
    const json::object& address = as_object(value);
    out.push_back(fmt::format("{} has no mapping key on {}: the pool is exhausted", text_at(address, "ip_address"),
                              text_at(address, "host")));
  }
  return out;
}

// In one word or two.
Cell state(const json::object& port) {
  const json::object& computed = object_at(port, "computed");
  if (!faults(computed).empty()) return {"fault", Style::kRed};
  if (!flag_at(port, "admin_state_up", true)) return {"down", Style::kDim};
  if (text_at(computed, "host").empty()) return {"not located", Style::kYellow};
  if (!computed.contains("wired")) return {"located"};
  if (!flag_at(computed, "wired", false)) return {"not wired", Style::kYellow};
  return {"wired", Style::kGreen};
}

std::string addresses(const json::object& port) {
  std::vector<std::string> out;
  for (const json::value& value : array_at(port, "fixed_ips")) out.push_back(text_at(as_object(value), "ip_address"));
  return fmt::format("{}", fmt::join(out, ", "));
}

std::vector<std::string> fixed_ips(const json::object& port, const Related& related) {
  std::vector<std::string> out;
  for (const json::value& value : array_at(port, "fixed_ips")) {
    const json::object& fixed = as_object(value);
    out.push_back(
        fmt::format("{} in subnet {}", text_at(fixed, "ip_address"), label(related.subnets, text_at(fixed, "subnet_id"))));
  }
  return out;
}

std::vector<std::string> pairs(const json::object& port) {
  std::vector<std::string> out;
  for (const json::value& value : array_at(port, "allowed_address_pairs")) {
    const json::object& pair = as_object(value);
    const std::string mac = text_at(pair, "mac_address");
    out.push_back(fmt::format("{}{}{}", text_at(pair, "ip_address"), mac.empty() ? "" : " with ", mac));
  }
  return out;
}

std::vector<std::string> keys(const json::object& computed) {
  std::vector<std::string> out;
  for (const json::value& value : array_at(computed, "mapping_keys")) {
    const json::object& key = as_object(value);
    out.push_back(fmt::format("{} stands for {} {} at {}", text_at(key, "key"), text_at(key, "mac_address"),
                              text_at(key, "ip_address"), text_at(key, "host")));
  }
  return out;
}

std::string whereabouts(const json::object& computed) {
  const std::string host = text_at(computed, "host");
  if (host.empty()) return fmt::format("nowhere: no switch has reported {}", text_at(computed, "tap"));
  std::vector<std::string> others = texts_at(computed, "hosts");
  std::erase(others, host);
  if (others.empty()) return host;
  return fmt::format("{} (also plugged at {})", host, fmt::join(others, ", "));
}

}  // namespace

std::vector<Column> port_columns() {
  return {{"ID", Fit::kId}, {"NAME"}, {"NETWORK"}, {"MAC", Fit::kWhole}, {"ADDRESSES"}, {"HOST"}, {"STATE", Fit::kWhole}};
}

std::vector<Cell> port_row(const json::object& port, const Related& related) {
  return {{text_at(port, "id")},
          {text_at(port, "name")},
          {label(related.networks, text_at(port, "network_id"))},
          {text_at(port, "mac_address")},
          {addresses(port)},
          {text_at(object_at(port, "computed"), "host")},
          state(port)};
}

void add_port(Sheet& sheet, const json::object& port, const Related& related) {
  const json::object& computed = object_at(port, "computed");
  const Cell now = state(port);
  sheet.add("state", now.text, now.style);
  sheet.add("faults", faults(computed), Style::kRed);
  sheet.add("network", name_and_id(related.networks, text_at(port, "network_id")));
  sheet.add("tenant", name_and_id(related.tenants, text_at(port, "tenant_id")));
  sheet.add("mac", text_at(port, "mac_address"));
  sheet.add("addresses", fixed_ips(port, related));
  sheet.add("also sends as", pairs(port));
  sheet.add("port security", flag_at(port, "port_security_enabled", true) ? "on" : "off");
  if (flag_at(port, "dhcp_server", false)) sheet.add("DHCP", "may answer clients");
  sheet.add("admin state", flag_at(port, "admin_state_up", true) ? "up" : "down");
  sheet.add("device owner", text_at(port, "device_owner"));
  sheet.add("device id", text_at(port, "device_id"));
  sheet.add("Neutron's host", text_at(port, "binding_host_id"));
  sheet.add("tap", text_at(computed, "tap"));
  sheet.add("located at", whereabouts(computed));
  if (const auto wired = texts_at(computed, "wired_hosts"); !wired.empty()) {
    sheet.add("wired at", fmt::format("{}, as Neutron is told", fmt::join(wired, ", ")));
  }
  sheet.add("mapping keys", keys(computed));
  sheet.add("router", text_at(computed, "router_id"));
  sheet.add("number", text_at(computed, "number"));
  sheet.add("revision", text_at(port, "revision_number"));
  add_rest(sheet, port,
           {"name", "id", "network_id", "tenant_id", "mac_address", "fixed_ips", "allowed_address_pairs", "port_security_enabled",
            "admin_state_up", "dhcp_server", "device_owner", "device_id", "binding_host_id", "revision_number", "computed", "drops"});
  add_rest(sheet, computed,
           {"number", "tap", "host", "hosts", "mapping_keys", "without_key", "router_id", "wired", "wired_hosts", "faults", "flow_fault"});
}

}  // namespace dcportals::ctl
