// The command that shows where ports are wired and which hosts are live, and follows it: events.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/session.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;
using namespace std::chrono_literals;

// How long one call waits in the daemon before it is made again.
constexpr auto kPatience = 30s;
// What the daemon may need beyond it.
constexpr auto kGrace = 5s;

constexpr ArgSpec kEvents[] = {{"--follow", kNone, kOptional, "Go on with every change, until Ctrl-C"}};

std::string line(const json::object& event, const Look& look) {
  if (text_at(event, "kind") == "host") {
    const bool live = flag_at(event, "live", false);
    return fmt::format("host  {:<36}  {}\n", text_at(event, "name"),
                       look.paint(live ? Style::kGreen : Style::kRed, live ? "live" : "gone"));
  }
  const std::vector<std::string> hosts = texts_at(event, "hosts");
  const std::string state = hosts.empty() ? look.paint(Style::kYellow, "not wired")
                                          : look.paint(Style::kGreen, fmt::format("wired at {}", fmt::join(hosts, ", ")));
  return fmt::format("port  {:<36}  {}\n", text_at(event, "port_id"), state);
}

Outcome events(Session& session, const Arguments& arguments) {
  const bool follow = arguments.has("--follow");
  json::object params{{"timeout_seconds", 0}};
  while (true) {
    const auto patience = std::chrono::seconds(params.at("timeout_seconds").to_number<std::int64_t>()) + kGrace;
    auto answer =
        session.api.wait("events.get", params, patience, [] { return std::string("waiting for a change; Ctrl-C ends"); });
    if (!answer) return pass(answer);
    for (const json::value& event : array_at(as_object(*answer), "events")) {
      session.output.emit(event, [&](const Look& look) { return line(as_object(event), look); });
    }
    if (!follow) return ExitCode::kOk;
    params = {{"after", raw_at(as_object(*answer), "cursor")}, {"timeout_seconds", kPatience.count()}};
  }
}

constexpr CommandSpec kCommands[] = {
    {"events", "Shows where ports are wired and which hosts are live, as Neutron is told.", kEvents,
     "dcportalctl events\ndcportalctl events --follow --json | jq -c 'select(.kind == \"host\")'", events,
     "A port stays wired while its switch is away for a moment (status.host_grace_seconds). With --json, one object a line and "
     "event."},
};

}  // namespace

std::span<const CommandSpec> event_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
