// The commands that look into switches: flows and trace.
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/flow_view.h"
#include "ctl/resolve.h"
#include "ctl/session.h"
#include "ctl/trace_view.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;

constexpr ArgSpec kFlows[] = {
    {"HOST", kHost, kOne, "The hypervisor"},
    {"--desired", kNone, kOptional, "What its switch should have (default)"},
    {"--installed", kNone, kOptional, "What its switch has: it is asked"},
    {"--diff", kNone, kOptional, "What must change: + is missing, - is too much"},
};
constexpr ArgSpec kTrace[] = {
    {"PORT", kPort, kOne, "The port that sends"},
    {"--to", kIp, kOne, "The address it sends to"},
    {"--to-mac", kMac, kOptional, "The MAC address it sends to (default: a group's, what ARP would tell it, or its gateway's)"},
    {"--protocol", kText, kOptional, "What it sends (default icmp)", "", "icmp|tcp|udp|arp"},
    {"--after", kPort, kOptional, "A port that has just sent there too, so that the flows it asked for are there (reactive networks)"},
};

Result<std::string> which_flows(const Arguments& arguments) {
  std::vector<std::string> given;
  for (const char* view : {"desired", "installed", "diff"}) {
    if (arguments.has(fmt::format("--{}", view))) given.emplace_back(view);
  }
  if (given.size() > 1) return fail(ExitCode::kUsage, "--desired, --installed and --diff exclude each other");
  return given.empty() ? "desired" : given.front();
}

std::string nothing(const std::string& view, const std::string& host) {
  if (view == "diff") return fmt::format("Nothing: the switch of {} has the flows that it should have.\n", host);
  if (view == "installed") return fmt::format("The switch of {} has no flows of ours.\n", host);
  return fmt::format("The switch of {} should have no flows.\n", host);
}

Outcome flows(Session& session, const Arguments& arguments) {
  auto view = which_flows(arguments);
  if (!view) return pass(view);
  auto host = find_id(session.api, ObjectKind::kHost, arguments.text("HOST"));
  if (!host) return pass(host);
  auto answer = session.api.call("flows.list", {{"host", *host}, {"view", *view}});
  if (!answer) return pass(answer);
  session.output.emit(*answer, [&](const Look& look) {
    const std::vector<std::string> lines = texts_at(as_object(*answer), "flows");
    return lines.empty() ? nothing(*view, *host) : render_flows(lines, look);
  });
  return ExitCode::kOk;
}

// Of the few ports that occur; one that cannot be had keeps its id.
TraceView view_of(Session& session, const json::object& trace) {
  TraceView view;
  for (const std::string& id : ports_in(trace)) {
    if (const auto port = session.api.call("port.get", {{"id", id}})) view.ports[id] = text_at(as_object(*port), "name");
  }
  return view;
}

Outcome trace(Session& session, const Arguments& arguments) {
  auto port = find_object(session.api, ObjectKind::kPort, arguments.text("PORT"));
  if (!port) return pass(port);
  const std::string id = raw_at(*port, "id");
  const std::string protocol = arguments.optional("--protocol").value_or("icmp");
  json::object params{{"port_id", id}, {"to_ip", arguments.text("--to")}, {"protocol", protocol}};
  if (const auto mac = arguments.optional("--to-mac")) params["to_mac"] = *mac;
  if (const auto after = arguments.optional("--after")) {
    auto earlier = find_id(session.api, ObjectKind::kPort, *after);
    if (!earlier) return pass(earlier);
    params["after_port_id"] = *earlier;
  }
  auto answer = session.api.call("trace", params);
  if (!answer) return pass(answer);
  const json::object& result = as_object(*answer);
  session.output.emit(*answer, [&](const Look& look) {
    TraceView view = view_of(session, result);
    const std::string from = label({{id, text_at(*port, "name")}}, id);
    view.title = fmt::format("{} from {} to {}", protocol, from, arguments.text("--to"));
    view.wants_ip = protocol != "arp";
    return render_trace(result, view, look);
  });
  const std::string verdict = text_at(result, "verdict");
  return verdict == "delivered" || verdict == "answered" ? ExitCode::kOk : ExitCode::kNotSo;
}

constexpr CommandSpec kCommands[] = {
    {"flows", "Shows the flows of a host's switch, by table.", kFlows, "dcportalctl flows hv1\ndcportalctl flows hv1 --diff",
     flows, "Each stands beside the rule that it is an instance of: see dcportalctl pipeline."},
    {"trace", "Follows a packet through the tables and over the wire: where it goes, and if it is dropped, why.", kTrace,
     "dcportalctl trace web-1 --to 10.0.0.20\n"
     "dcportalctl trace web-1 --to 10.0.0.20 --protocol arp\n"
     "dcportalctl trace web-1 --to 10.0.0.20 --after web-1\n"
     "dcportalctl trace web-1 --to 10.0.0.20 >/dev/null || echo dropped",
     trace, "By the flows that the switches should have; nothing is sent. In a reactive network it is a first packet, and the daemon's decision about "
     "it is shown. Exit code 0: delivered or answered, 6: dropped."},
};

}  // namespace

std::span<const CommandSpec> switch_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
