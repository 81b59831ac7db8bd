// The commands that show and choose how networks are forwarded: the fabric's mode, and networks' own.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/mode_view.h"
#include "ctl/objects.h"
#include "ctl/resolve.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;

constexpr std::string_view kDefault = "default";

constexpr ArgSpec kShow[] = {
    {"--network", kNetwork, kAny, "This network"},
    {"--all", kNone, kOptional, "Every network, not only those with a mode of their own"},
};
constexpr ArgSpec kSet[] = {
    {"MODE", kText, kOne, "proactive, reactive or auto; default: of a network the fabric's, of the fabric the configuration's", "",
     "proactive|reactive|auto|default"},
    {"--network", kNetwork, kAny, "Only of this network"},
    {"--all", kNone, kOptional, "Of the fabric, and of the networks that have their own: these lose it"},
};

Result<void> check_together(const Arguments& arguments) {
  if (arguments.has("--network") && arguments.has("--all")) return fail(ExitCode::kUsage, "--network and --all exclude each other");
  return {};
}

Result<json::array> networks_to_show(Session& session, const Arguments& arguments) {
  auto ids = find_ids(session.api, ObjectKind::kNetwork, arguments.list("--network"));
  if (!ids) return pass(ids);
  auto list = session.api.call("network.list", {});
  if (!list) return pass(list);
  json::array out;
  for (const json::value& value : as_array(*list)) {
    const json::object& network = as_object(value);
    const bool named = std::ranges::find(*ids, raw_at(network, "id")) != ids->end();
    const bool own = ids->empty() && !text_at(network, "mode").empty();
    if (arguments.has("--all") || named || own) out.push_back(value);
  }
  return out;
}

Outcome show(Session& session, const Arguments& arguments) {
  if (auto sound = check_together(arguments); !sound) return pass(sound);
  auto networks = networks_to_show(session, arguments);
  if (!networks) return pass(networks);
  auto fabric = session.api.call("fabric.get", {});
  if (!fabric) return pass(fabric);
  const json::object both{{"fabric", std::move(*fabric)}, {"networks", std::move(*networks)}};
  session.output.emit(both, [&](const Look& look) { return render_modes(both, load_names(session.api, ObjectKind::kTenant), look); });
  return ExitCode::kOk;
}

// What `mode set` asks of the daemon, and of what, in words.
struct Choice {
  std::vector<Operation> operations;
  std::string what;
};

Result<Choice> of_networks(Session& session, const Arguments& arguments, const json::value& mode) {
  auto ids = find_ids(session.api, ObjectKind::kNetwork, arguments.list("--network"));
  if (!ids) return pass(ids);
  Choice out;
  for (const std::string& id : *ids) out.operations.push_back({"network.configure", {{"id", id}, {"mode", mode}}});
  out.what = fmt::format("the mode of network{} {}", ids->size() == 1 ? "" : "s", fmt::join(*ids, ", "));
  return out;
}

Result<Choice> of_everything(Session& session, const json::value& mode) {
  auto list = session.api.call("network.list", {});
  if (!list) return pass(list);
  Choice out{{{"fabric.configure", {{"mode", mode}}}}, "the mode of the fabric and of all its networks"};
  for (const json::value& value : as_array(*list)) {
    const json::object& network = as_object(value);
    if (text_at(network, "mode").empty()) continue;
    out.operations.push_back({"network.configure", {{"id", raw_at(network, "id")}, {"mode", nullptr}}});
  }
  return out;
}

Outcome set(Session& session, const Arguments& arguments) {
  if (auto sound = check_together(arguments); !sound) return pass(sound);
  const std::string& text = arguments.text("MODE");
  const json::value mode = text == kDefault ? json::value() : json::value(text);
  auto choice = arguments.has("--network") ? of_networks(session, arguments, mode)
                : arguments.has("--all")   ? of_everything(session, mode)
                                           : Result<Choice>(Choice{{{"fabric.configure", {{"mode", mode}}}}, "the mode of the fabric"});
  if (!choice) return pass(choice);
  auto changed = apply_operations(session.api, std::move(choice->operations));
  if (!changed) return pass(changed);
  session.output.emit(json::object{{"changed", *changed}}, [&](const Look&) {
    return *changed ? fmt::format("changed {} to {}\n", choice->what, text) : fmt::format("nothing to change: {} is {}\n", choice->what, text);
  });
  return ExitCode::kOk;
}

constexpr CommandSpec kCommands[] = {
    {"mode show", "Shows how the fabric is forwarded, and which networks differ.", kShow,
     "dcportalctl mode show\ndcportalctl mode show --all\ndcportalctl mode show --network web", show,
     "MODE is what a network is now, CHOSEN what an operator chose for it; auto means reactive for networks of many ports."},
    {"mode set", "Chooses how networks are forwarded, at once and over restarts.", kSet,
     "dcportalctl mode set reactive\ndcportalctl mode set reactive --network web\n"
     "dcportalctl mode set default --network web\ndcportalctl mode set auto --all",
     set,
     "proactive: the flows towards a port are on every switch that may need them before the first packet. reactive: the first packet "
     "asks for them. auto: reactive for networks of forwarding.auto_ports ports or more. Without --network, "
     "networks that have a mode of their own keep it, unless --all."},
};

}  // namespace

std::span<const CommandSpec> mode_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
