#include "ctl/status_view.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <vector>

#include "ctl/decisions_view.h"
#include "ctl/host_view.h"
#include "ctl/human.h"
#include "ctl/json_view.h"
#include "ctl/object_view.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

std::string objects(const json::object& system) {
  std::vector<std::string> counts;
  for (const std::string_view noun : {"tenant", "network", "subnet", "port", "router", "host"}) {
    if (const auto count = number_at(system, fmt::format("{}s", noun))) counts.push_back(count_text(*count, noun));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

}  // namespace

std::string render_status(const json::object& both, const Look& look) {
  const json::object& system = object_at(both, "system");
  const json::object& sync = object_at(both, "sync");
  const bool synced = flag_at(sync, "synced", false);
  Sheet sheet;
  sheet.add("dcportald",
            fmt::format("{}, up {}", text_at(system, "version"), duration_text(number_at(system, "uptime_seconds").value_or(0))));
  sheet.add("store", text_at(system, "store"));
  sheet.add("configured", objects(system));
  sheet.add("in force",
            fmt::format("{}, revision {}", synced ? "on all connected hosts" : "not everywhere yet", text_at(sync, "revision")),
            synced ? Style::kGreen : Style::kYellow);
  sheet.add("missing", texts_at(sync, "missing"), Style::kYellow);
  sheet.add("workers", text_at(system, "workers"));
  add_rest(sheet, system,
           {"version", "uptime_seconds", "store", "tenants", "networks", "subnets", "ports", "routers", "hosts", "workers", "decisions"});
  const json::array& hosts = array_at(sync, "hosts");
  return sheet.render(look) + '\n' + (hosts.empty() ? "No host has connected yet.\n" : render_hosts(hosts, look)) +
         render_decisions(object_at(system, "decisions"), look);
}

}  // namespace dcportals::ctl
