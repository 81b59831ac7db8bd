// host.* and flows.list. See operation_api.h.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <optional>
#include <utility>

#include "daemon/decision_counts.h"
#include "daemon/drops.h"
#include "daemon/operation_api.h"
#include "daemon/read_tables.h"
#include "flowtable/switch_tables.h"
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

json::array refused_switches(const OperationContext& context) {
  json::array out;
  for (const auto& [dpid, refused] : context.refused.all()) {
    out.push_back(json::object{
        {"dpid", fmt::format("{:016x}", dpid.value())}, {"name", refused.name}, {"peer", refused.peer}, {"reason", refused.reason}});
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

json::object physical_networks(const controller::SwitchState* state) {
  json::object out;
  if (state == nullptr) return out;
  for (const auto& [name, of_port] : state->wiring.attachments) out[name] = of_port.value();
  return out;
}

json::object with_port(json::object drop, const std::optional<topology::PortId>& port) {
  drop["port_id"] = port ? json::value(port->to_string()) : json::value();
  return drop;
}

json::array switch_drops(const OperationContext& context, const HostName& host, const std::vector<openflow::Message>& parts) {
  std::map<std::uint32_t, topology::PortId> ports;
  for (const topology::PortId& id : context.topology.ports_sited_at(host)) ports.emplace(context.topology.port(id)->number.value(), id);
  json::array out;
  for (const auto& [what, packets] : count_drops(parts)) {
    const auto port = ports.find(what.first);
    out.push_back(with_port(drop_json(what.second, packets, "switch"), port == ports.end() ? std::nullopt : std::optional(port->second)));
  }
  return out;
}

// By the ports that are plugged now; others' drops, and the wire's, are of no port.
void add_controller_drops(const OperationContext& context, const topology::Host& host, const DecisionCounts& counts, json::array& out) {
  const controller::SwitchState* state = context.controller.switch_of(host.name);
  const auto asked = counts.by_port.find(host.dpid);
  if (state == nullptr || asked == counts.by_port.end()) return;
  std::map<openflow::OfPort, topology::PortId> ports;
  for (const auto& [id, of_port] : state->wiring.ports) ports.emplace(of_port, id);
  std::map<std::optional<topology::PortId>, decision::Counters> drops;
  for (const auto& [of_port, counters] : asked->second) {
    const auto port = ports.find(of_port);
    drops[port == ports.end() ? std::nullopt : std::optional(port->second)] += counters;
  }
  for (const auto& [port, counters] : drops) {
    for_each_controller_drop(counters, [&, &id = port](json::object drop) { out.push_back(with_port(std::move(drop), id)); });
  }
}

std::size_t flow_count(const std::vector<openflow::Message>& parts) {
  std::size_t count = 0;
  for (const openflow::Message& part : parts) {
    const auto& reply = std::get<openflow::FlowStatsReply>(part);
    count += reply.flows.size() + reply.opaque.size();
  }
  return count;
}

// `parts`: the switch's flows, nullptr when it has not answered.
json::object host_details(const OperationContext& context, const topology::Host& host, const DecisionCounts& counts,
                          const std::vector<openflow::Message>* parts) {
  const controller::HostRecord record = context.controller.record_of(host.name);
  json::object out = summary(context, host);
  out["ports"] = located_ports(context, host.name);
  out["physical_networks"] = physical_networks(context.controller.switch_of(host.name));
  out["flow_count"] = parts == nullptr ? json::value() : json::value(flow_count(*parts));
  out["flow_mods_sent"] = record.flow_mods_sent;
  out["connects"] = record.connects;
  out["repairs"] = record.repairs;
  out["decisions"] = decisions_json(counts.of(host.dpid));
  out["drops"] = nullptr;
  if (parts == nullptr) return out;
  json::array drops = switch_drops(context, host.name, *parts);
  add_controller_drops(context, host, counts, drops);
  out["drops"] = std::move(drops);
  return out;
}

void host_get(const OperationContext& context, const json::object& params, const rpc::Reply& reply) {
  const HostName name{rpc::ObjectReader(params).required<std::string>("name")};
  const topology::Host* host = context.topology.host(name);
  if (host == nullptr) return reply(std::unexpected(unknown_host("name", name)));
  gather_decisions(context.server, {host->dpid}, [&context, name, reply](const DecisionCounts& counts) {
    const auto answer = [&context, name, reply, counts](const std::vector<openflow::Message>* parts) {
      const topology::Host* now = context.topology.host(name);  // it may have gone while others were asked
      if (now == nullptr) return reply(std::unexpected(unknown_host("name", name)));
      reply(host_details(context, *now, counts, parts));
    };
    const controller::SwitchState* state = context.controller.switch_of(name);
    if (state == nullptr) return answer(nullptr);
    context.server.request(state->dpid, openflow::FlowStatsRequest{}, [answer](const channel::RequestResult& result) {
      answer(result ? &*result : nullptr);
    });
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

json::object flows_answer(const HostName& host, const std::string& view, json::array flows) {
  return {{"host", host.text}, {"view", view}, {"flows", std::move(flows)}};
}

json::array installed_texts(const controller::InstalledTables& installed) {
  json::array out;
  for (const openflow::FlowStatsReply& part : installed.flows) {
    for (const openflow::FlowStats& entry : part.flows) {
      out.emplace_back(fmt::format("n_packets={}, n_bytes={}, {}", entry.packet_count, entry.byte_count,
                                   openflow::format(openflow::Entry(openflow::flow_of(entry)))));
    }
    for (const openflow::OpaqueFlow& flow : part.opaque) {
      out.emplace_back(fmt::format("cookie={:#x}, table={}, priority={} (not readable by dcportals)", flow.known.cookie.value(),
                                   flow.known.table_id.value(), flow.known.priority));
    }
  }
  for (const openflow::GroupDescriptionReply& part : installed.groups) {
    for (const openflow::Group& group : part.groups) out.emplace_back(openflow::format(openflow::Entry(group)));
    for (const openflow::OpaqueGroup& group : part.opaque) {
      out.emplace_back(fmt::format("group_id={} (not readable by dcportals)", group.group_id.value()));
    }
  }
  for (const openflow::MeterConfigReply& part : installed.meters) {
    for (const openflow::Meter& meter : part.meters) out.emplace_back(openflow::format(openflow::Entry(meter)));
  }
  return out;
}

flowtable::SwitchTables tables_of(const controller::InstalledTables& installed) {
  flowtable::SwitchTables out;
  for (const openflow::FlowStatsReply& part : installed.flows) {
    for (const openflow::FlowStats& entry : part.flows) out.put(openflow::flow_of(entry));
  }
  for (const openflow::GroupDescriptionReply& part : installed.groups) {
    for (const openflow::Group& group : part.groups) out.put(group);
  }
  for (const openflow::MeterConfigReply& part : installed.meters) {
    for (const openflow::Meter& meter : part.meters) out.put(meter);
  }
  return out;
}

json::array difference_texts(const controller::Controller& controller, const HostName& host, const controller::InstalledTables& installed) {
  const flowtable::SwitchTables there = tables_of(installed);
  const auto difference = flowtable::difference(there, flowtable::SwitchTables(controller.desired_entries(host)));
  json::array out;
  for (const openflow::EntryKey& key : difference.erase) out.emplace_back("-" + openflow::format(*there.find(key)));
  for (const openflow::Entry& entry : difference.put) {
    if (const auto former = there.find(openflow::key_of(entry))) out.emplace_back("-" + openflow::format(*former));
    out.emplace_back("+" + openflow::format(entry));
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
    for (const openflow::Entry& entry : flowtable::SwitchTables(context.controller.desired_entries(name)).entries()) {
      flows.emplace_back(openflow::format(entry));
    }
    return reply(flows_answer(name, view, std::move(flows)));
  }
  if (context.controller.switch_of(name) == nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kBusy, fmt::format("host: host {} is not connected", name.text), "host"}));
  }
  read_tables(context.server, host->dpid, [&context, name, view, reply](const std::expected<controller::InstalledTables, std::string>& result) {
    if (!result) return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kBusy, result.error()}));
    reply(flows_answer(name, view, view == "installed" ? installed_texts(*result) : difference_texts(context.controller, name, *result)));
  });
}

}  // namespace

void register_host_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "host.list", [&context](const json::object&, const rpc::Reply& reply) {
    json::array out;
    for (const auto& [name, host] : context.topology.hosts()) out.push_back(summary(context, host));
    reply(std::move(out));
  });
  rpc::bind(dispatcher, "host.refused",
            [&context](const json::object&, const rpc::Reply& reply) { reply(refused_switches(context)); });
  rpc::bind(dispatcher, "host.get", [&context](const json::object& params, const rpc::Reply& reply) { host_get(context, params, reply); });
  rpc::bind(dispatcher, "host.delete",
            [&context](const json::object& params, rpc::Reply reply) { host_delete(context, params, std::move(reply)); });
  rpc::bind(dispatcher, "flows.list", [&context](const json::object& params, const rpc::Reply& reply) { flows_list(context, params, reply); });
}

}  // namespace dcportals::daemon
