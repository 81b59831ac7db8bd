#include "ctl/mode_view.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "ctl/object_view.h"
#include "ctl/table.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

std::string fabric_mode(const json::object& fabric) {
  const json::object& computed = object_at(fabric, "computed");
  const std::string mode = text_at(computed, "mode");
  if (text_at(fabric, "mode").empty()) return mode + ", as configured";
  return fmt::format("{}, chosen by an operator (configured: {})", mode, text_at(computed, "configured_mode"));
}

}  // namespace

std::string render_modes(const json::object& both, const Names& tenants, const Look& look) {
  const json::object& fabric = object_at(both, "fabric");
  const json::object& computed = object_at(fabric, "computed");
  Sheet sheet;
  sheet.add("fabric", fabric_mode(fabric), Style::kBold);
  sheet.add("networks", fmt::format("{} proactive, {} reactive", number_at(computed, "proactive_networks").value_or(0),
                                    number_at(computed, "reactive_networks").value_or(0)));
  sheet.add("auto", fmt::format("reactive from {} ports on", text_at(computed, "auto_ports")));
  sheet.add("flows on demand", fmt::format("go after {} s without traffic", text_at(computed, "idle_timeout_seconds")));
  add_rest(sheet, computed,
           {"mode", "configured_mode", "proactive_networks", "reactive_networks", "auto_ports", "idle_timeout_seconds", "broadcast_rate"});
  std::string out = sheet.render(look) + '\n';
  const json::array& networks = array_at(both, "networks");
  if (networks.empty()) return out + "No network has a mode of its own.\n";
  Table table({{"ID", Fit::kId}, {"NAME"}, {"TENANT"}, {"MODE", Fit::kWhole}, {"CHOSEN", Fit::kWhole}});
  for (const json::value& value : networks) {
    const json::object& network = as_object(value);
    table.add({{text_at(network, "id")},
               {text_at(network, "name")},
               {label(tenants, text_at(network, "tenant_id"))},
               {text_at(object_at(network, "computed"), "mode")},
               {text_at(network, "mode")}});
  }
  return out + table.render(look);
}

}  // namespace dcportals::ctl
