// port.drops. See operation_api.h.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "daemon/decision_counts.h"
#include "daemon/drops.h"
#include "daemon/operation_api.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using topology::HostName;

// The answers of the hosts where a port is, until all are there.
struct Gathering {
  struct Drops {
    DropCounts of_switch;
    decision::Counters of_controller;
  };
  std::map<HostName, Drops> drops;
  std::size_t waiting = 0;
  rpc::Reply reply;
};

json::array answer(const Gathering& gathering) {
  json::array out;
  for (const auto& [host, drops] : gathering.drops) {
    const auto add = [&, &name = host](json::object drop) {
      drop["host"] = name.text;
      out.push_back(std::move(drop));
    };
    for (const auto& [what, packets] : drops.of_switch) add(drop_json(what.second, packets, "switch"));
    for_each_controller_drop(drops.of_controller, add);
  }
  return out;
}

// What the controller counted for the port where it is plugged now.
decision::Counters counters_of(const DecisionCounts& counts, const controller::SwitchState& state, const topology::PortId& id) {
  const auto plugged = state.wiring.ports.find(id);
  const auto asked = counts.by_port.find(state.dpid);
  if (plugged == state.wiring.ports.end() || asked == counts.by_port.end()) return {};
  const auto found = asked->second.find(plugged->second);
  return found == asked->second.end() ? decision::Counters{} : found->second;
}

void ask_switches(const OperationContext& context, const topology::Port& port, const DecisionCounts& counts, rpc::Reply reply) {
  const auto gathering = std::make_shared<Gathering>();
  gathering->reply = std::move(reply);
  for (const topology::Site& site : context.topology.sites_of(port.id)) {
    const controller::SwitchState* state = context.controller.switch_of(site.host);
    if (state == nullptr) continue;
    ++gathering->waiting;  // the callback comes later: never from within request()
    context.server.request(state->dpid, flows_of({pipeline::OwnerKind::kPort, port.number.value()}),
                           [gathering, host = site.host, of_controller = counters_of(counts, *state, port.id)](const channel::RequestResult& result) {
                             if (result) gathering->drops[host] = {count_drops(*result), of_controller};
                             if (--gathering->waiting == 0) gathering->reply(answer(*gathering));
                           });
  }
  if (gathering->waiting == 0) gathering->reply(answer(*gathering));
}

rpc::RpcError unknown_port(const topology::PortId& id) {
  return {rpc::ErrorCode::kNotFound, fmt::format("id: there is no port {}", id), "id"};
}

void port_drops(const OperationContext& context, const json::object& params, rpc::Reply reply) {
  const auto id = rpc::ObjectReader(params).required<topology::PortId>("id");
  if (context.topology.port(id) == nullptr) return reply(std::unexpected(unknown_port(id)));
  std::set<Dpid> switches;
  for (const topology::Site& site : context.topology.sites_of(id)) switches.insert(context.topology.host(site.host)->dpid);
  gather_decisions(context.server, std::move(switches), [&context, id, reply = std::move(reply)](const DecisionCounts& counts) {
    const topology::Port* port = context.topology.port(id);  // it may have gone meanwhile
    if (port == nullptr) return reply(std::unexpected(unknown_port(id)));
    ask_switches(context, *port, counts, reply);
  });
}

}  // namespace

void register_port_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "port.drops",
            [&context](const json::object& params, rpc::Reply reply) { port_drops(context, params, std::move(reply)); });
}

}  // namespace dcportals::daemon
