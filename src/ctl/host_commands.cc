// The commands of hypervisors: what their switches have, and how to set one up.
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/host_setup.h"
#include "ctl/host_view.h"
#include "ctl/resolve.h"
#include "ctl/session.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;

constexpr ArgSpec kOneHost[] = {{"HOST", kHost, kOne, "Its name"}};
constexpr ArgSpec kSetup[] = {
    {"--name", kText, kOne, "What Nova and Neutron call the hypervisor", "HOST"},
    {"--uplink", kText, kOne, "Its network interface to the physical network", "INTERFACE"},
    {"--controller", kText, kOne, "Where dcportald listens for switches", "tcp:IP:PORT"},
    {"--bridge", kText, kOptional, "The bridge that VMs are plugged into (default br-int)", "NAME"},
    {"--datapath-type", kText, kOptional, "system (default): in the kernel; netdev: in user space", "", "system|netdev"},
};

Outcome list(Session& session, const Arguments&) {
  auto hosts = session.api.call("host.list", {});
  if (!hosts) return pass(hosts);
  session.output.emit(*hosts, [&](const Look& look) -> std::string {
    const json::array& all = as_array(*hosts);
    const std::string list = all.empty() ? "No host has connected yet. To set one up: dcportalctl host setup --help.\n" : render_hosts(all, look);
    const auto refused = session.api.call("host.refused", {});
    return refused ? list + render_refused(as_array(*refused), look) : list;
  });
  return ExitCode::kOk;
}

Outcome show(Session& session, const Arguments& arguments) {
  auto host = find_object(session.api, ObjectKind::kHost, arguments.text("HOST"));
  if (!host) return pass(host);
  session.output.emit(*host,
                      [&](const Look& look) { return render_host(*host, load_names(session.api, ObjectKind::kPort), look); });
  return ExitCode::kOk;
}

Outcome forget(Session& session, const Arguments& arguments) {
  auto name = find_id(session.api, ObjectKind::kHost, arguments.text("HOST"));
  if (!name) return pass(name);
  auto answer = session.api.call("host.delete", {{"name", *name}});
  if (!answer) return pass(answer);
  if (!flag_at(as_object(*answer), "deleted", true))
    return fail(ExitCode::kNotFound, fmt::format("there is no host \"{}\"", *name));
  session.output.emit(json::object{{"deleted", {*name}}}, [&](const Look&) { return fmt::format("forgot host {}\n", *name); });
  return ExitCode::kOk;
}

Outcome set_up(Session& session, const Arguments& arguments) {
  HostSetup setup;
  setup.name = arguments.text("--name");
  setup.uplink = arguments.text("--uplink");
  setup.controller = arguments.text("--controller");
  setup.bridge = arguments.optional("--bridge").value_or(setup.bridge);
  setup.datapath_type = arguments.optional("--datapath-type").value_or(setup.datapath_type);
  auto lines = setup_lines(setup);
  if (!lines) return pass(lines);
  json::array commands;
  for (const SetupLine& line : *lines) commands.push_back(json::object{{"command", line.command}, {"comment", line.comment}});
  session.output.emit(json::object{{"commands", std::move(commands)}}, [&](const Look&) { return render_setup(setup, *lines); });
  return ExitCode::kOk;
}

constexpr CommandSpec kCommands[] = {
    {"host list",
     "Lists the hypervisors that have ever connected, and how far their switches are.",
     {},
     "dcportalctl host list",
     list,
     "A host is up to date when its acknowledged revision is the desired one. Switches that were refused within the last minute come after "
     "the hosts, each with the reason; as JSON: dcportalctl call host.refused"},
    {"host show", "Shows a hypervisor: state, ports, flow count, what it dropped and why.", kOneHost, "dcportalctl host show hv1",
     show},
    {"host setup", "Prints the commands that make a hypervisor's Open vSwitch ready.", kSetup,
     "dcportalctl host setup --name hv1 --uplink eth1 --controller tcp:192.0.2.10:6653\n"
     "dcportalctl host setup --name hv1 --uplink eth1 --controller tcp:192.0.2.10:6653 | ssh root@hv1 sh",
     set_up, "Asks no daemon and changes nothing; the commands are for the hypervisor.", true},
    {"host delete", "Forgets a hypervisor that is gone and has no ports.", kOneHost, "dcportalctl host delete hv9", forget},
};

}  // namespace

std::span<const CommandSpec> host_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
