#include "ctl/host_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "ctl/decisions_view.h"
#include "ctl/drops_view.h"
#include "ctl/object_view.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

std::string ports_table(const json::array& ports, const Names& names, const Look& look) {
  Table table({{"OFPORT", Fit::kNumber}, {"PORT"}, {"ID", Fit::kId}, {"STATE", Fit::kWhole}});
  for (const json::value& value : ports) {
    const json::object& port = as_object(value);
    const std::string id = text_at(port, "port_id");
    const std::string name = text_at(port, "name");
    const bool wired = flag_at(port, "wired", false);
    table.add({{text_at(port, "ofport")},
               {name.empty() ? label(names, id) : name},
               {id},
               {wired ? "wired" : "not wired", wired ? Style::kGreen : Style::kYellow}});
  }
  return table.render(look);
}

}  // namespace

Cell host_state(const json::object& host) {
  const std::string state = text_at(host, "state");
  if (state == "disconnected") return {state, Style::kRed};
  const bool is_current = number_at(host, "desired_revision") == number_at(host, "acknowledged_revision");
  return {state, state == "ready" && is_current ? Style::kGreen : Style::kYellow};
}

std::string render_hosts(const json::array& hosts, const Look& look) {
  struct Optional {
    std::string_view member;
    Column column;
  };
  const Optional optional[] = {{"ports", {"PORTS", Fit::kNumber}},
                               {"flow_count", {"FLOWS", Fit::kNumber}},
                               {"mac", {"MAC", Fit::kWhole}},
                               {"dpid", {"DPID", Fit::kWhole}},
                               {"fault", {"FAULT"}}};
  const auto anybody_has = [&](const Optional& one) {
    return std::ranges::any_of(hosts, [&](const json::value& host) { return !text_at(as_object(host), one.member).empty(); });
  };
  std::vector<Column> columns{{"NAME"}, {"STATE", Fit::kWhole}, {"DESIRED", Fit::kNumber}, {"ACKNOWLEDGED", Fit::kNumber}};
  for (const Optional& one : optional) {
    if (anybody_has(one)) columns.push_back(one.column);
  }
  Table table(std::move(columns));
  for (const json::value& value : hosts) {
    const json::object& host = as_object(value);
    std::vector<Cell> row{
        {text_at(host, "name")}, host_state(host), {text_at(host, "desired_revision")}, {text_at(host, "acknowledged_revision")}};
    for (const Optional& one : optional) {
      if (anybody_has(one)) row.push_back({text_at(host, one.member), one.member == "fault" ? Style::kRed : Style::kPlain});
    }
    table.add(std::move(row));
  }
  return table.render(look);
}

std::string render_refused(const json::array& switches, const Look& look) {
  if (switches.empty()) return {};
  Sheet sheet;
  for (const json::value& value : switches) {
    const json::object& one = as_object(value);
    const std::string name = text_at(one, "name");
    sheet.add(text_at(one, "dpid"), fmt::format("{}, from {}", name.empty() ? "without a name" : name, text_at(one, "peer")));
    sheet.add({}, text_at(one, "reason"), Style::kRed);
  }
  return "\n" + look.paint(Style::kBold, "Refused switches:") + "\n" + sheet.render(look);
}

std::string render_host(const json::object& host, const Names& ports, const Look& look) {
  Sheet sheet;
  const Cell state = host_state(host);
  const auto desired = number_at(host, "desired_revision");
  const auto acknowledged = number_at(host, "acknowledged_revision");
  sheet.add("name", text_at(host, "name"), Style::kBold);
  sheet.add("state", state.text, state.style);
  sheet.add("fault", text_at(host, "fault"), Style::kRed);
  sheet.add("revision", desired == acknowledged
                            ? fmt::format("{}, acknowledged", desired.value_or(0))
                            : fmt::format("{} desired, {} acknowledged", desired.value_or(0), acknowledged.value_or(0)));
  const std::string mac = text_at(host, "mac");
  sheet.add("mac", mac.empty() ? "none: no uplink was seen" : mac, mac.empty() ? Style::kYellow : Style::kPlain);
  sheet.add("dpid", text_at(host, "dpid"));
  std::vector<std::string> attached;
  for (const auto& member : object_at(host, "physical_networks")) {
    attached.push_back(fmt::format("{} by OpenFlow port {}", std::string_view(member.key()), text_of(member.value())));
  }
  if (!attached.empty()) sheet.add("attached to", attached);
  sheet.add("flows", text_at(host, "flow_count"));
  sheet.add("flow mods sent", text_at(host, "flow_mods_sent"));
  sheet.add("connects", text_at(host, "connects"));
  add_rest(sheet, host,
           {"name", "state", "fault", "desired_revision", "acknowledged_revision", "mac", "dpid", "flow_count", "flow_mods_sent",
            "connects", "ports", "physical_networks", "drops", "decisions"});
  std::string out = sheet.render(look) + '\n';
  const json::array& plugged = array_at(host, "ports");
  out += plugged.empty() ? "No ports are plugged here.\n" : ports_table(plugged, ports, look);
  out += render_decisions(object_at(host, "decisions"), look);
  out += render_drops(array_at(host, "drops"), ports, look);
  return out;
}

}  // namespace dcportals::ctl
