// The commands that say how far the switches are: wait and status.
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/host_view.h"
#include "ctl/resolve.h"
#include "ctl/session.h"
#include "ctl/settings.h"
#include "ctl/status_view.h"
#include "ctl/text.h"
#include "ctl/values.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;
using namespace std::chrono_literals;

constexpr double kUsualWait = 60;
// What the daemon may need beyond the time that it was told to wait.
constexpr auto kGrace = 5s;

constexpr ArgSpec kWait[] = {
    {"--synced", kNone, kOptional,
     "Until the switches have what was configured (the default, and so far the only thing to wait for)"},
    {"--timeout", kSeconds, kOptional, "How long at most (default 60)"},
    {"--host", kHost, kAny, "This host must be up to date, connected or not (default: all that are connected)"},
    {"--port", kPort, kAny, "This port must be wired: plugged somewhere, its flows on every switch that needs them"},
};

json::array to_array(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.push_back(json::string(text));
  return out;
}

// What is still missing: the same question without patience, over a connection of its own, because the waiting one is busy.
std::function<std::string()> describe_wait(const Api& api, json::object params) {
  params["timeout_seconds"] = 0;
  return [client = api.quiet_client(2s), params = std::move(params)]() mutable {
    const auto answer = client.call("sync.wait", params);
    const bool says = !answer && answer.error().rpc && answer.error().rpc->code == rpc::ErrorCode::kTimeout;
    return says ? printable(answer.error().rpc->text) : std::string("waiting for the switches");
  };
}

Outcome wait(Session& session, const Arguments& arguments) {
  const double seconds = parse_seconds(arguments.optional("--timeout").value_or("")).value_or(kUsualWait);
  auto hosts = find_ids(session.api, ObjectKind::kHost, arguments.list("--host"));
  if (!hosts) return pass(hosts);
  auto ports = find_ids(session.api, ObjectKind::kPort, arguments.list("--port"));
  if (!ports) return pass(ports);
  json::object params{{"timeout_seconds", seconds}};
  if (!hosts->empty()) params["hosts"] = to_array(*hosts);
  if (!ports->empty()) params["ports"] = to_array(*ports);
  auto answer = session.api.wait("sync.wait", params, to_milliseconds(seconds) + kGrace, describe_wait(session.api, params));
  if (!answer) return pass(answer);
  session.output.emit(*answer, [&](const Look& look) {
    return look.paint(Style::kGreen, fmt::format("synced at revision {}", text_at(as_object(*answer), "revision"))) + '\n';
  });
  return ExitCode::kOk;
}

Outcome status(Session& session, const Arguments&) {
  auto system = session.api.call("system.info", {});
  if (!system) return pass(system);
  auto sync = session.api.call("sync.status", {});
  if (!sync) return pass(sync);
  const json::object both{{"system", *system}, {"sync", *sync}};
  session.output.emit(both, [&](const Look& look) {
    const auto refused = session.api.call("host.refused", {});
    return render_status(both, look) + (refused ? render_refused(as_array(*refused), look) : std::string());
  });
  return ExitCode::kOk;
}

constexpr CommandSpec kCommands[] = {
    {"wait", "Waits until what was configured is in force on the switches.", kWait,
     "dcportalctl wait --synced\ndcportalctl wait --synced --port web-1 --timeout 10 || dcportalctl status", wait,
     "Exit code 0: it is; 6: the time was not enough, and the message names what is missing. --timeout 0 only asks."},
    {"status", "Shows the daemon, and how far the switches are.", {}, "dcportalctl status", status},
};

}  // namespace

std::span<const CommandSpec> sync_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
