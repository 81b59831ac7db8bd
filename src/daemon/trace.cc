#include "daemon/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/emulator.h"
#include "packet/build.h"
#include "pipeline/cookie.h"

namespace dcportals::daemon {
namespace {

using openflow::OfPort;
using pipeline::DropReason;
using topology::HostName;
using topology::PortId;

// The MAC that ARP would tell: that of whoever serves the address in the network. Without one, a VM would not send at all.
std::optional<MacAddress> resolve(const topology::Topology& topology, const topology::Port& from, Ipv4Address ip) {
  for (const PortId& id : topology.claimants(from.network_id, ip)) {
    const topology::Port& port = *topology.port(id);
    if (!flowgen::serves(topology, port, ip)) continue;
    for (const topology::TenantAddress& address : port.tenant_addresses()) {
      if (address.ip == ip) return address.mac;
    }
  }
  return std::nullopt;
}

Bytes build_frame(const packet::Endpoint& from, const packet::Endpoint& to, TraceProtocol protocol) {
  static constexpr std::uint16_t kSourcePort = 49152, kDestinationPort = 80;
  switch (protocol) {
    case TraceProtocol::kArp: return packet::build_arp_request(from, to.ip);
    case TraceProtocol::kTcp: return packet::build_tcp_syn(from, to, kSourcePort, kDestinationPort);
    case TraceProtocol::kUdp: return packet::build_udp(from, to, kSourcePort, kDestinationPort, {});
    case TraceProtocol::kIcmp: break;
  }
  return packet::build_icmp_echo(from, to, 1, {});
}

class Tracer {
 public:
  Tracer(const controller::Controller& controller, const topology::Topology& topology, const PortId& sender)
      : controller_(controller), topology_(topology), sender_(sender) {}

  void run(const HostName& host, OfPort in_port, ByteSpan frame) {
    const flowtable::SwitchTables table(controller_.desired_entries(host));
    const emulator::Outcome outcome = emulator::run(table, in_port, frame);
    for (const emulator::Step& step : outcome.steps) result.steps.push_back({TableStep{host, step.table, step.flow}, step.after});
    if (outcome.emissions.empty()) {
      const openflow::Flow* last = outcome.last_flow();
      const auto content = last == nullptr ? std::nullopt : pipeline::parse_cookie(last->cookie);
      result.drop = content ? pipeline::spec(content->rule).drop : DropReason::kUnknownPort;
      return;
    }
    for (const emulator::Emission& emission : outcome.emissions) emit(host, emission);
  }

  TraceResult result;

 private:
  void emit(const HostName& host, const emulator::Emission& emission) {
    const controller::SwitchState& state = *controller_.switch_of(host);
    if (emission.port == state.wiring.uplink) return cross(host, emission.frame);
    for (const auto& [port, number] : state.wiring.ports) {
      if (number == emission.port) result.steps.push_back({ArrivalStep{host, port, number, port == sender_}, emission.frame});
    }
  }

  void cross(const HostName& from, const Bytes& frame) {
    const auto headers = packet::parse_headers(frame);
    const topology::Host* to = headers ? topology_.host_by_mac(headers->eth_dst) : nullptr;
    result.steps.push_back({WireStep{from, to == nullptr ? std::nullopt : std::optional(to->name)}, frame});
    const controller::SwitchState* state = to == nullptr ? nullptr : controller_.switch_of(to->name);
    if (state == nullptr || !state->wiring.uplink) {
      result.drop = DropReason::kNotForThisHost;
      return;
    }
    run(to->name, *state->wiring.uplink, frame);
  }

  const controller::Controller& controller_;
  const topology::Topology& topology_;
  PortId sender_;
};

}  // namespace

std::expected<TraceResult, std::string> trace(const controller::Controller& controller, const topology::Topology& topology,
                                              const TraceRequest& request) {
  const topology::Port* port = topology.port(request.from);
  const topology::Site* site = topology.active_site(request.from);
  const controller::SwitchState* state = site == nullptr ? nullptr : controller.switch_of(site->host);
  if (port == nullptr || state == nullptr || !state->wiring.ports.contains(request.from)) {
    return std::unexpected(fmt::format("port {} is not plugged at a connected host", request.from));
  }
  const auto addresses = port->tenant_addresses();
  if (addresses.empty()) return std::unexpected(fmt::format("port {} has no IPv4 address to send from", request.from));
  const packet::Endpoint from{addresses[0].mac, addresses[0].ip};
  auto mac = request.to_mac ? request.to_mac : resolve(topology, *port, request.to_ip);
  // Nobody would answer ARP: that is what the trace shows then.
  const TraceProtocol protocol = mac ? request.protocol : TraceProtocol::kArp;
  const Bytes frame = build_frame(from, {mac.value_or(kBroadcastMac), request.to_ip}, protocol);
  Tracer tracer(controller, topology, request.from);
  tracer.result.steps.push_back({SentStep{site->host, request.from}, frame});
  tracer.run(site->host, state->wiring.ports.at(request.from), frame);
  return std::move(tracer.result);
}

}  // namespace dcportals::daemon
