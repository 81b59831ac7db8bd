// Where a packet would go: the flows that the switches should have, run in memory, host by host.
//
// It answers an operator's question "why does this not arrive?" with every table on the way. In a reactive network the packet is a first one:
// flows that packets ask for are not there, the switch asks, and the controller decides as it would (decision/decide.h). Pure: compiles flows,
// sends nothing.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_io.h"
#include "controller/controller.h"
#include "decision/decide.h"

namespace dcportals::daemon {

enum class TraceProtocol { kIcmp, kTcp, kUdp, kArp };

struct TraceRequest {
  topology::PortId from;
  Ipv4Address to_ip;
  std::optional<MacAddress> to_mac;  // absent: what its stack would send to (trace_target.h)
  TraceProtocol protocol = TraceProtocol::kIcmp;
  // A port that has sent to the same address just before, so that the flows it asked for are there. `from` itself: the packet is not its first.
  std::optional<topology::PortId> after = std::nullopt;
};

struct SentStep {
  topology::HostName host;
  topology::PortId port;
};
struct TableStep {
  topology::HostName host;
  openflow::TableId table;
  std::optional<openflow::Flow> flow;
};
// The switch has asked about the frame.
struct ControllerStep {
  struct Installation {
    topology::HostName host;
    openflow::Flow flow;
  };
  topology::HostName host;
  decision::AskClass asked{};
  decision::Kind decision{};
  decision::Reason reason;               // of drops
  std::vector<Installation> installs;    // in this order, before the frame goes on
};
struct WireStep {
  topology::HostName from;
  std::optional<topology::HostName> to;  // absent: no host of ours has this MAC
};
// To a port: another's, or the sender's own as an answer.
struct ArrivalStep {
  topology::HostName host;
  topology::PortId port;
  openflow::OfPort of_port;
  bool answer = false;
};
// Out by the attachment of a physical network: what becomes of it there is not known.
struct DepartureStep {
  topology::HostName host;
  std::string physical_network;
  openflow::OfPort of_port;
};
struct TraceStep {
  std::variant<SentStep, TableStep, ControllerStep, WireStep, ArrivalStep, DepartureStep> what;
  Bytes frame;  // after it
};

struct TraceResult {
  std::vector<TraceStep> steps;
  std::optional<decision::Reason> drop;  // where it last ended; absent: somebody has got it, or a physical network has
};

// The error is a text for the operator: the port is plugged nowhere, or has no address to send from.
[[nodiscard]] std::expected<TraceResult, std::string> trace(const controller::Controller& controller, const topology::Topology& topology,
                                                            const TraceRequest& request);

}  // namespace dcportals::daemon
