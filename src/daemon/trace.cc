#include "daemon/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "daemon/trace_target.h"
#include "decision/packet_out.h"
#include "emulator/emulator.h"
#include "openflow/codec.h"
#include "packet/build.h"
#include "pipeline/cookie.h"

namespace dcportals::daemon {
namespace {

using openflow::OfPort;
using pipeline::DropReason;
using topology::HostName;
using topology::PortId;

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

// Messages of a snapshot: flow mods, one after the other.
std::vector<openflow::Flow> flows_in(ByteSpan messages) {
  std::vector<openflow::Flow> out;
  while (!messages.empty()) {
    const std::size_t size = openflow::message_length(messages).value();
    const openflow::Envelope envelope = openflow::decode(messages.first(size)).value();
    const auto& mod = std::get<openflow::FlowMod>(envelope.message);
    out.push_back({{mod.table_id, mod.priority, mod.match}, mod.cookie, mod.instructions, mod.idle_timeout});
    messages = messages.subspan(size);
  }
  return out;
}

class Tracer {
 public:
  Tracer(const controller::Controller& controller, const topology::Topology& topology, const PortId& sender)
      : controller_(controller), topology_(topology), sender_(sender) {}

  void run(const HostName& host, OfPort in_port, ByteSpan frame) {
    const emulator::Outcome outcome = emulator::run(tables_of(host), in_port, frame);
    for (const emulator::Step& step : outcome.steps) add(TableStep{host, step.table, step.flow}, step.after);
    for (const emulator::Emission& emission : outcome.emissions) emit(host, emission);
    for (const emulator::Question& question : outcome.questions) ask(host, in_port, question);
    if (!outcome.emissions.empty() || !outcome.questions.empty()) return;
    const openflow::Flow* last = outcome.last_flow();
    const auto content = last == nullptr ? std::nullopt : pipeline::parse_cookie(last->cookie);
    result_.drop = content ? pipeline::spec(content->rule).drop : DropReason::kUnknownPort;
  }
  // Of a frame that many get, the copies that nobody gets do not matter.
  TraceResult take() {
    const auto arrived = [](const TraceStep& step) {
      return std::holds_alternative<ArrivalStep>(step.what) || std::holds_alternative<DepartureStep>(step.what);
    };
    if (std::ranges::any_of(result_.steps, arrived)) result_.drop.reset();
    return std::move(result_);
  }
  // For another packet: the flows stay.
  void begin_again() {
    result_ = {};
    asked_.clear();
  }
  template <class Step>
  void add(Step step, Bytes frame) {
    result_.steps.push_back({std::move(step), std::move(frame)});
  }

 private:
  // What the switch has before any packet has asked, and what was installed on the way.
  flowtable::SwitchTables& tables_of(const HostName& host) {
    const auto [found, is_new] = tables_.try_emplace(host);
    if (is_new) {
      flowgen::Entries entries = controller_.desired_entries(host);
      std::erase_if(entries, flowgen::is_on_demand);
      found->second = flowtable::SwitchTables(entries);
    }
    return found->second;
  }

  void emit(const HostName& host, const emulator::Emission& emission) {
    const controller::SwitchState& state = *controller_.switch_of(host);
    if (emission.port == state.wiring.uplink) return cross(host, emission.frame);
    for (const auto& [name, number] : state.wiring.attachments) {
      if (number == emission.port) add(DepartureStep{host, name, number}, emission.frame);
    }
    for (const auto& [port, number] : state.wiring.ports) {
      if (number == emission.port) add(ArrivalStep{host, port, number, port == sender_}, emission.frame);
    }
  }

  void cross(const HostName& from, const Bytes& frame) {
    const auto headers = packet::parse_headers(frame);
    const topology::Host* to = headers ? topology_.host_by_mac(headers->eth_dst) : nullptr;
    add(WireStep{from, to == nullptr ? std::nullopt : std::optional(to->name)}, frame);
    const controller::SwitchState* state = to == nullptr ? nullptr : controller_.switch_of(to->name);
    if (state == nullptr || !state->wiring.uplink) {
      result_.drop = DropReason::kNotForThisHost;
      return;
    }
    run(to->name, *state->wiring.uplink, frame);
  }

  void ask(const HostName& host, OfPort in_port, const emulator::Question& question) {
    decision::Ask asked{static_cast<decision::AskClass>(question.userdata.at(0)), in_port, question.metadata, question.frame, false};
    if (asked.ask_class == decision::AskClass::kWire) asked.metadata.reset();
    const decision::Decision decision = decide(*controller_.snapshot(), topology_.host(host)->dpid, asked);
    ControllerStep step{host, asked.ask_class, decision.kind, {}, {}};
    step.reason = carry_out(decision, step);
    if (step.reason != decision::Reason()) {
      step.decision = decision::Kind::kDrop;
      result_.drop = step.reason;
    }
    add(step, question.frame);
    if (step.decision == decision::Kind::kDrop) return;
    if (step.decision != decision::Kind::kArpReply) return run(host, in_port, question.frame);
    Bytes reply = question.frame;
    decision::turn_into_arp_reply(reply, decision.answer);
    emit(host, {in_port, std::move(reply)});
  }

  // As decision::Desk does. A reason when nothing comes of it.
  decision::Reason carry_out(const decision::Decision& decision, ControllerStep& step) {
    if (decision.kind == decision::Kind::kDrop) return decision.reason;
    // A flow that is not the one that was missing: the switch would ask until its meter stops it.
    if (!asked_.insert({step.host, step.asked}).second) return decision::OwnReason::kRateLimited;
    if (!tell_receivers(decision, step)) return decision::OwnReason::kDestinationGone;
    install(step.host, decision.sender_flow, step);
    return {};
  }

  // false: there is one receiver, and its switch is not connected.
  bool tell_receivers(const decision::Decision& decision, ControllerStep& step) {
    if (decision.everyone == nullptr) return decision.receiver_flow.empty() || tell(decision.receiver, decision.receiver_flow, step);
    for (const Dpid member : decision.everyone->members) {
      if (member != topology_.host(step.host)->dpid) (void)tell(member, decision.receiver_flow, step);
    }
    return true;
  }
  bool tell(Dpid receiver, ByteSpan flows, ControllerStep& step) {
    const topology::Host* host = topology_.host_by_dpid(receiver);
    if (host == nullptr || controller_.switch_of(host->name) == nullptr) return false;
    install(host->name, flows, step);
    return true;
  }
  void install(const HostName& host, ByteSpan flows, ControllerStep& step) {
    for (openflow::Flow& flow : flows_in(flows)) {
      tables_of(host).put(flow);
      step.installs.push_back({host, std::move(flow)});
    }
  }

  const controller::Controller& controller_;
  const topology::Topology& topology_;
  PortId sender_;
  TraceResult result_;
  std::map<HostName, flowtable::SwitchTables> tables_;
  std::set<std::pair<HostName, decision::AskClass>> asked_;
};

// What a port sends, and where it comes in.
struct Packet {
  HostName host;
  OfPort in_port;
  Bytes frame;
};

std::expected<Packet, std::string> packet_of(const controller::Controller& controller, const topology::Topology& topology, const PortId& sender,
                                             const TraceRequest& request) {
  const topology::Port* port = topology.port(sender);
  const topology::Site* site = topology.active_site(sender);
  const controller::SwitchState* state = site == nullptr ? nullptr : controller.switch_of(site->host);
  if (port == nullptr || state == nullptr || !state->wiring.ports.contains(sender)) {
    return std::unexpected(fmt::format("port {} is not plugged at a connected host", sender));
  }
  const auto addresses = port->tenant_addresses();
  if (addresses.empty()) return std::unexpected(fmt::format("port {} has no IPv4 address to send from", sender));
  const packet::Endpoint from{addresses[0].mac, addresses[0].ip};
  const auto mac = request.to_mac ? request.to_mac : destination_mac(topology, *port, from.ip, request.to_ip);
  // Nobody would answer ARP: that is what the trace shows then.
  const TraceProtocol protocol = mac ? request.protocol : TraceProtocol::kArp;
  const Ipv4Address to = mac ? request.to_ip : next_hop(topology, *port, from.ip, request.to_ip);
  return Packet{site->host, state->wiring.ports.at(sender), build_frame(from, {mac.value_or(kBroadcastMac), to}, protocol)};
}

}  // namespace

std::expected<TraceResult, std::string> trace(const controller::Controller& controller, const topology::Topology& topology,
                                              const TraceRequest& request) {
  const auto packet = packet_of(controller, topology, request.from, request);
  if (!packet) return std::unexpected(packet.error());
  Tracer tracer(controller, topology, request.from);
  if (request.after) {
    const auto earlier = packet_of(controller, topology, *request.after, request);
    if (!earlier) return std::unexpected(earlier.error());
    tracer.run(earlier->host, earlier->in_port, earlier->frame);
    tracer.begin_again();
  }
  tracer.add(SentStep{packet->host, request.from}, packet->frame);
  tracer.run(packet->host, packet->in_port, packet->frame);
  return tracer.take();
}

}  // namespace dcportals::daemon
