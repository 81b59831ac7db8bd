// trace. See operation_api.h.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "daemon/operation_api.h"
#include "daemon/trace.h"
#include "openflow/entry.h"
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

json::object place_json(const ArrivalStep& step) {
  return {{"port_id", step.port.to_string()}, {"host", step.host.text}, {"ofport", step.of_port.value()}};
}

json::object step_json(const ArrivalStep& step) {
  json::object out = place_json(step);
  out["kind"] = step.answer ? "answered" : "delivered";
  return out;
}

json::object place_json(const DepartureStep& step) {
  return {{"physical_network", step.physical_network}, {"host", step.host.text}, {"ofport", step.of_port.value()}};
}

json::object step_json(const DepartureStep& step) {
  json::object out = place_json(step);
  out["kind"] = "outside";
  return out;
}

std::string_view name_of(decision::AskClass asked) {
  switch (asked) {
    case decision::AskClass::kArp: return "arp";
    case decision::AskClass::kForward: return "forward";
    case decision::AskClass::kFlood: return "flood";
    case decision::AskClass::kWire: break;
  }
  return "wire";
}

void add_reason(decision::Reason reason, json::object& out) {
  out["reason"] = json::string(reason.name());
  out["reason_text"] = json::string(reason.meaning());
}

json::object step_json(const ControllerStep& step) {
  json::array installs;
  for (const auto& [host, flow] : step.installs) {
    installs.push_back(json::object{{"host", host.text}, {"flow", openflow::format(openflow::Entry(flow))}});
  }
  json::object out{{"kind", "controller"},
                   {"host", step.host.text},
                   {"asked", json::string(name_of(step.asked))},
                   {"decision", json::string(to_string(step.decision))},
                   {"installs", std::move(installs)}};
  if (step.decision == decision::Kind::kDrop) add_reason(step.reason, out);
  return out;
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
  json::array steps, deliveries;
  for (const TraceStep& step : result.steps) {
    json::object item = std::visit([](const auto& what) { return step_json(what); }, step.what);
    item["frame"] = frame_json(step.frame);
    const auto* arrival = std::get_if<ArrivalStep>(&step.what);
    if (arrival != nullptr && !arrival->answer) deliveries.push_back(place_json(*arrival));
    if (const auto* departure = std::get_if<DepartureStep>(&step.what)) deliveries.push_back(place_json(*departure));
    steps.push_back(std::move(item));
  }
  json::object out{{"verdict", result.drop ? "dropped" : deliveries.empty() ? "answered" : "delivered"}};
  if (result.drop) add_reason(*result.drop, out);
  if (!deliveries.empty()) {
    out["delivered_to"] = deliveries.front();
    out["deliveries"] = std::move(deliveries);
  }
  out["steps"] = std::move(steps);
  return out;
}

TraceProtocol protocol_of(const std::string& name) {
  if (name == "tcp") return TraceProtocol::kTcp;
  if (name == "udp") return TraceProtocol::kUdp;
  return name == "arp" ? TraceProtocol::kArp : TraceProtocol::kIcmp;
}

rpc::RpcError unknown_port(const std::string& field, const topology::PortId& id) {
  return {rpc::ErrorCode::kNotFound, fmt::format("{}: there is no port {}", field, id), field};
}

void trace_method(const OperationContext& context, const json::object& params, const rpc::Reply& reply) {
  rpc::ObjectReader reader(params);
  const auto port_id = reader.required<topology::PortId>("port_id");
  const auto to_ip = reader.required<IpAddress>("to_ip");
  const auto to_mac = reader.optional<MacAddress>("to_mac");
  const auto protocol = reader.optional<std::string>("protocol");
  const auto after = reader.optional<topology::PortId>("after_port_id");
  if (context.topology.port(port_id) == nullptr) return reply(std::unexpected(unknown_port("port_id", port_id)));
  if (after && context.topology.port(*after) == nullptr) return reply(std::unexpected(unknown_port("after_port_id", *after)));
  const auto* ipv4 = std::get_if<Ipv4Address>(&to_ip);
  if (ipv4 == nullptr) {
    return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kInvalid, "to_ip: IPv6 is not carried", "to_ip"}));
  }
  const auto result = trace(context.controller, context.topology, {port_id, *ipv4, to_mac, protocol_of(protocol.value_or("icmp")), after});
  if (!result) return reply(std::unexpected(rpc::RpcError{rpc::ErrorCode::kInvalid, "port_id: " + result.error(), "port_id"}));
  reply(result_json(*result));
}

}  // namespace

void register_trace_api(rpc::Dispatcher& dispatcher, const OperationContext& context) {
  rpc::bind(dispatcher, "trace",
            [&context](const json::object& params, const rpc::Reply& reply) { trace_method(context, params, reply); });
}

}  // namespace dcportals::daemon
