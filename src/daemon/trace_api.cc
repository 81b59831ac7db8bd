// trace. See operation_api.h.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "daemon/operation_api.h"
#include "daemon/trace.h"
#include "openflow/format.h"
#include "packet/headers.h"
#include "pipeline/cookie.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;

json::object frame_json(ByteSpan frame) {
  json::object out{{"text", packet::describe(frame)}};
  const auto headers = packet::parse_headers(frame);
  if (!headers) return out;
  out["eth_src"] = headers->eth_src.to_string();
  out["eth_dst"] = headers->eth_dst.to_string();
  if (headers->ipv4) {
    out["ip_src"] = headers->ipv4->source.to_string();
    out["ip_dst"] = headers->ipv4->destination.to_string();
  }
  return out;
}

json::object step_json(const SentStep& step) { return {{"kind", "sent"}, {"host", step.host.text}, {"port_id", step.port.to_string()}}; }

json::object step_json(const WireStep& step) {
  return {{"kind", "wire"}, {"from", step.from.text}, {"to", step.to ? json::value(step.to->text) : json::value()}};
}

json::object step_json(const ArrivalStep& step) {
  return {{"kind", step.answer ? "answered" : "delivered"},
          {"host", step.host.text},
          {"port_id", step.port.to_string()},
          {"ofport", step.of_port.value()}};
}

json::object step_json(const TableStep& step) {
  const pipeline::TableSpec* table = pipeline::find_table(step.table);
  json::object out{{"kind", "table"},
                   {"host", step.host.text},
                   {"table", table == nullptr ? json::string("?") : json::string(table->name)},
                   {"table_id", step.table.value()}};
  if (!step.flow) return out;
  const openflow::Flow& flow = *step.flow;
  out["flow"] = openflow::format_flow(flow.key.table, flow.key.priority, flow.cookie, flow.key.match, flow.instructions);
  if (const auto content = pipeline::parse_cookie(flow.cookie)) {
    out["rule"] = json::string(pipeline::spec(content->rule).name);
    out["purpose"] = json::string(pipeline::spec(content->rule).purpose);
  }
  return out;
}

json::object result_json(const TraceResult& result) {
  json::object out;
  json::array steps;
  bool answered = false;
  for (const TraceStep& step : result.steps) {
    json::object item = std::visit([](const auto& what) { return step_json(what); }, step.what);
    item["frame"] = frame_json(step.frame);
    if (const auto* arrival = std::get_if<ArrivalStep>(&step.what)) {
      answered = arrival->answer;
      if (!arrival->answer) {
        out["delivered_to"] = json::object{
            {"port_id", arrival->port.to_string()}, {"host", arrival->host.text}, {"ofport", arrival->of_port.value()}};
      }
    }
    steps.push_back(std::move(item));
  }
  out["verdict"] = result.drop ? "dropped" : answered ? "answered" : "delivered";
  if (result.drop) {
    out["reason"] = json::string(pipeline::spec(*result.drop).name);
    out["reason_text"] = json::string(pipeline::spec(*result.drop).meaning);
  }
  out["steps"] = std::move(steps);
  return out;
}

TraceProtocol protocol_of(const std::string& name) {
  if (name == "tcp") return TraceProtocol::kTcp;
  if (name == "udp") return TraceProtocol::kUdp;
  return name == "arp" ? TraceProtocol::kArp : TraceProtocol::kIcmp;
}

void trace_method(const OperationContext& context, const json::object& params, const rpc::Reply& reply) {
  rpc::ObjectReader reader(params);
  const auto port_id = reader.required<topology::PortId>("port_id");
  const auto to_ip = reader.required<IpAddress>("to_ip");
  const auto to_mac = reader.optional<MacAddress>("to_mac");
  const auto protocol = reader.optional<std::string>("protocol");
  if (context.topology.port(port_id) == nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kNotFound, fmt::format("port_id: there is no port {}", port_id), "port_id"}));
  }
  const auto* ipv4 = std::get_if<Ipv4Address>(&to_ip);
  if (ipv4 == nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kInvalid, "to_ip: IPv6 is not carried", "to_ip"}));
  }
  const auto result = trace(context.controller, context.topology, {port_id, *ipv4, to_mac, protocol_of(protocol.value_or("icmp"))});
  if (!result) return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kInvalid, "port_id: " + result.error(), "port_id"}));
  reply(result_json(*result));
}

}  // namespace

void register_trace_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "trace",
            [&context](const json::object& params, const rpc::Reply& reply) { trace_method(context, params, reply); });
}

}  // namespace dcportals::daemon
