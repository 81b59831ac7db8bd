// host.* and flows.list. See operation_api.h.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <utility>

#include "daemon/drops.h"
#include "daemon/operation_api.h"
#include "flowtable/flow_table.h"
#include "openflow/format.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using topology::HostName;

rpc::RpcError unknown_host(const char* field, const HostName& name) {
  return {rpc::ErrorCode::kNotFound, fmt::format("{}: there is no host {}", field, name.text), field};
}

json::object summary(const OperationContext& context, const topology::Host& host) {
  const controller::HostRecord record = context.controller.record_of(host.name);
  json::object out{{"name", host.name.text},
                   {"state", state_name(context.controller, host.name)},
                   {"dpid", fmt::format("{:016x}", host.dpid.value())},
                   {"mac", host.mac ? json::value(host.mac->to_string()) : json::value()},
                   {"ports", context.topology.ports_sited_at(host.name).size()},
                   {"desired_revision", record.desired},
                   {"acknowledged_revision", std::min(record.acknowledged, record.desired)}};
  const controller::SwitchState* state = context.controller.switch_of(host.name);
  if (!record.fault.empty()) {
    out["fault"] = record.fault;
  } else if (state != nullptr && state->phase == controller::Phase::kLive && !state->wiring.uplink) {
    out["fault"] = "no OpenFlow port of the switch has the name of an uplink (fabric.uplink)";
  }
  return out;
}

json::array located_ports(const OperationContext& context, const HostName& name) {
  json::array out;
  const controller::SwitchState* state = context.controller.switch_of(name);
  for (const topology::PortId& id : context.topology.ports_sited_at(name)) {
    json::object port{{"port_id", id.to_string()}, {"name", context.topology.port(id)->name}, {"ofport", nullptr},
                      {"wired", context.controller.is_wired(id)}};
    if (state != nullptr && state->wiring.ports.contains(id)) port["ofport"] = state->wiring.ports.at(id).value();
    out.push_back(std::move(port));
  }
  return out;
}

json::array drops(const OperationContext& context, const HostName& host, const std::vector<openflow::Message>& parts) {
  std::map<std::uint32_t, std::string> ports;
  for (const topology::PortId& id : context.topology.ports_sited_at(host)) ports[context.topology.port(id)->number.value()] = id.to_string();
  json::array out;
  for (const auto& [what, packets] : count_drops(parts)) {
    const auto port = ports.find(what.first);
    out.push_back(json::object{{"port_id", port == ports.end() ? json::value() : json::value(port->second)},
                               {"reason", json::string(what.second)},
                               {"packets", packets},
                               {"where", "switch"}});
  }
  return out;
}

std::size_t flow_count(const std::vector<openflow::Message>& parts) {
  std::size_t count = 0;
  for (const openflow::Message& part : parts) {
    const auto& reply = std::get<openflow::FlowStatsReply>(part);
    count += reply.flows.size() + reply.opaque.size();
  }
  return count;
}

void host_get(const OperationContext& context, const json::object& params, const rpc::Reply& reply) {
  const HostName name{rpc::ObjectReader(params).required<std::string>("name")};
  const topology::Host* host = context.topology.host(name);
  if (host == nullptr) return reply(std::unexpected(unknown_host("name", name)));
  const auto answer = [&context, name, reply](const std::vector<openflow::Message>* parts) {
    const topology::Host* now = context.topology.host(name);  // it may have gone while the switch was asked
    if (now == nullptr) return reply(std::unexpected(unknown_host("name", name)));
    const controller::HostRecord record = context.controller.record_of(name);
    json::object out = summary(context, *now);
    out["ports"] = located_ports(context, name);
    out["flow_count"] = parts == nullptr ? json::value() : json::value(flow_count(*parts));
    out["flow_mods_sent"] = record.flow_mods_sent;
    out["connects"] = record.connects;
    out["drops"] = parts == nullptr ? json::value() : json::value(drops(context, name, *parts));
    reply(std::move(out));
  };
  if (context.controller.switch_of(name) == nullptr) return answer(nullptr);
  context.server.request(host->dpid, openflow::FlowStatsRequest{}, [answer](const channel::RequestResult& result) {
    answer(result ? &*result : nullptr);
  });
}

void host_delete(const OperationContext& context, const json::object& params, rpc::Reply reply) {
  const HostName name{rpc::ObjectReader(params).required<std::string>("name")};
  if (context.controller.switch_of(name) != nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kInUse, fmt::format("name: host {} is connected", name.text), "name"}));
  }
  auto deleted = std::make_shared<bool>(false);
  context.transactor.submit(
      [name, deleted](topology::Planner& planner) -> std::expected<void, topology::Rejection> {
        auto erased = planner.erase(name);
        if (!erased) return std::unexpected(std::move(erased.error()));
        *deleted = *erased;
        return {};
      },
      [deleted, reply = std::move(reply)](std::expected<void, topology::Rejection> result) {
        if (!result) return reply(std::unexpected(rpc::to_rpc_error(result.error())));
        reply(json::object{{"deleted", *deleted}});
      });
}

std::string text_of(const openflow::Flow& flow) {
  return openflow::format_flow(flow.key.table, flow.key.priority, flow.cookie, flow.key.match, flow.instructions);
}

json::object flows_answer(const HostName& host, const std::string& view, json::array flows) {
  return {{"host", host.text}, {"view", view}, {"flows", std::move(flows)}};
}

json::array installed_texts(const std::vector<openflow::Message>& parts) {
  json::array out;
  for (const openflow::Message& part : parts) {
    const auto& reply = std::get<openflow::FlowStatsReply>(part);
    for (const openflow::FlowStats& entry : reply.flows) {
      out.emplace_back(fmt::format("n_packets={}, n_bytes={}, {}", entry.packet_count, entry.byte_count, text_of(openflow::flow_of(entry))));
    }
    for (const openflow::OpaqueFlow& flow : reply.opaque) {
      out.emplace_back(fmt::format("cookie={:#x}, table={}, priority={} (not readable by dcportals)", flow.known.cookie.value(),
                                   flow.known.table_id.value(), flow.known.priority));
    }
  }
  return out;
}

json::array difference_texts(const controller::Controller& controller, const HostName& host, const std::vector<openflow::Message>& parts) {
  flowtable::FlowTable installed;
  for (const openflow::Message& part : parts) {
    for (const openflow::FlowStats& entry : std::get<openflow::FlowStatsReply>(part).flows) installed.put(openflow::flow_of(entry));
  }
  const auto difference = flowtable::difference(installed, flowtable::FlowTable(controller.desired_flows(host)));
  json::array out;
  for (const openflow::FlowKey& key : difference.erase) out.emplace_back("-" + text_of(*installed.find(key)));
  for (const openflow::Flow& flow : difference.put) {
    if (const openflow::Flow* there = installed.find(flow.key)) out.emplace_back("-" + text_of(*there));
    out.emplace_back("+" + text_of(flow));
  }
  return out;
}

void flows_list(const OperationContext& context, const json::object& params, const rpc::Reply& reply) {
  rpc::ObjectReader reader(params);
  const HostName name{reader.required<std::string>("host")};
  const auto view = reader.required<std::string>("view");
  const topology::Host* host = context.topology.host(name);
  if (host == nullptr) return reply(std::unexpected(unknown_host("host", name)));
  if (view == "desired") {
    json::array flows;
    for (const openflow::Flow& flow : flowtable::FlowTable(context.controller.desired_flows(name)).flows()) flows.emplace_back(text_of(flow));
    return reply(flows_answer(name, view, std::move(flows)));
  }
  if (context.controller.switch_of(name) == nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kBusy, fmt::format("host: host {} is not connected", name.text), "host"}));
  }
  context.server.request(host->dpid, openflow::FlowStatsRequest{}, [&context, name, view, reply](const channel::RequestResult& result) {
    if (!result) return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kBusy, result.error().text}));
    reply(flows_answer(name, view,
                       view == "installed" ? installed_texts(*result) : difference_texts(context.controller, name, *result)));
  });
}

}  // namespace

void register_host_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "host.list", [&context](const json::object&, const rpc::Reply& reply) {
    json::array out;
    for (const auto& [name, host] : context.topology.hosts()) out.push_back(summary(context, host));
    reply(std::move(out));
  });
  rpc::bind(dispatcher, "host.get", [&context](const json::object& params, const rpc::Reply& reply) { host_get(context, params, reply); });
  rpc::bind(dispatcher, "host.delete",
            [&context](const json::object& params, rpc::Reply reply) { host_delete(context, params, std::move(reply)); });
  rpc::bind(dispatcher, "flows.list", [&context](const json::object& params, const rpc::Reply& reply) { flows_list(context, params, reply); });
}

}  // namespace dcportals::daemon
