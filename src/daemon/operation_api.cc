// sync.*, events.get and system.info. See operation_api.h.
#include "daemon/operation_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <utility>

#include "daemon/decision_counts.h"
#include "daemon/drops.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using controller::Phase;

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values) out.emplace_back(value);
  return out;
}

void sync_wait(const OperationContext& context, const json::object& params, rpc::Reply reply) {
  rpc::ObjectReader reader(params);
  const auto seconds = reader.required<double>("timeout_seconds");
  SyncRequest request;
  if (const json::value* hosts = params.if_contains("hosts"); hosts != nullptr && !hosts->is_null()) {
    request.hosts.emplace();
    for (std::string& name : reader.list<std::string>("hosts")) request.hosts->push_back({std::move(name)});
  }
  request.ports = reader.list<topology::PortId>("ports");
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  context.waiters.wait(
      std::move(request), timeout, [&context, reply = std::move(reply)](const std::vector<std::string>& missing) {
        if (missing.empty()) return reply(json::object{{"synced", true}, {"revision", context.controller.revision()}});
        reply(std::unexpected(
            rpc::RpcError{rpc::ErrorCode::kTimeout, fmt::format("not synced yet: {}", fmt::join(missing, "; "))}));
      });
}

json::object sync_status(const OperationContext& context) {
  json::array hosts;
  for (const auto& [name, host] : context.topology.hosts()) {
    const controller::HostRecord record = context.controller.record_of(name);
    hosts.push_back(json::object{{"name", name.text},
                                 {"state", state_name(context.controller, name)},
                                 {"desired_revision", record.desired},
                                 {"acknowledged_revision", std::min(record.acknowledged, record.desired)}});
  }
  const std::vector<std::string> lacks = missing(context.controller, context.topology, {});
  return {{"synced", lacks.empty()},
          {"revision", context.controller.revision()},
          {"hosts", std::move(hosts)},
          {"missing", texts(lacks)}};
}

void events_get(const OperationContext& context, const json::object& params, const rpc::Reply& reply) {
  rpc::ObjectReader reader(params);
  const auto cursor = reader.optional<std::string>("after");
  const auto seconds = reader.required<double>("timeout_seconds");
  context.events.wait(cursor, std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)), reply);
}

json::object system_info(const OperationContext& context, const DecisionCounts& counts) {
  const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - context.started);
  const topology::Topology& t = context.topology;
  return {{"version", context.version},
          {"uptime_seconds", uptime.count()},
          {"store", context.store_path},
          {"tenants", t.tenants().size()},
          {"networks", t.network_count()},
          {"subnets", t.subnets().size()},
          {"ports", t.port_count()},
          {"routers", t.routers().size()},
          {"hosts", t.hosts().size()},
          {"workers", context.server.workers()},
          {"decisions", decisions_json(counts.totals)}};
}

}  // namespace

std::string state_name(const controller::Controller& controller, const topology::HostName& host) {
  const controller::SwitchState* state = controller.switch_of(host);
  if (state == nullptr) return "disconnected";
  if (state->phase != Phase::kLive) return "connecting";
  return controller.is_synced(host) ? "ready" : "reconciling";
}

void register_operation_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "sync.wait",
            [&context](const json::object& params, rpc::Reply reply) { sync_wait(context, params, std::move(reply)); });
  rpc::bind(dispatcher, "sync.status", [&context](const json::object&, rpc::Reply reply) { reply(sync_status(context)); });
  rpc::bind(dispatcher, "events.get",
            [&context](const json::object& params, const rpc::Reply& reply) { events_get(context, params, reply); });
  rpc::bind(dispatcher, "system.info", [&context](const json::object&, rpc::Reply reply) {
    gather_decisions(context.server, {},
                     [&context, reply = std::move(reply)](const DecisionCounts& counts) { reply(system_info(context, counts)); });
  });
  register_host_api(dispatcher, context);
  register_port_api(dispatcher, context);
  register_trace_api(dispatcher, context);
}

}  // namespace dcportals::daemon
