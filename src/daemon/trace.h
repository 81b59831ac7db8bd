// Where a packet would go: the flows that the switches should have, run in memory, host by host.
//
// It answers an operator's question "why does this not arrive?" with every table on the way. Pure: compiles flows, sends nothing.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_io.h"
#include "controller/controller.h"
#include "pipeline/pipeline.h"

namespace dcportals::daemon {

enum class TraceProtocol { kIcmp, kTcp, kUdp, kArp };

struct TraceRequest {
  topology::PortId from;
  Ipv4Address to_ip;
  std::optional<MacAddress> to_mac;  // absent: what the edge would answer to ARP
  TraceProtocol protocol = TraceProtocol::kIcmp;
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
struct TraceStep {
  std::variant<SentStep, TableStep, WireStep, ArrivalStep> what;
  Bytes frame;  // after it
};

struct TraceResult {
  std::vector<TraceStep> steps;
  std::optional<pipeline::DropReason> drop;  // absent: delivered or answered
};

// The error is a text for the operator: the port is plugged nowhere, or has no address to send from.
[[nodiscard]] std::expected<TraceResult, std::string> trace(const controller::Controller& controller, const topology::Topology& topology,
                                                            const TraceRequest& request);

}  // namespace dcportals::daemon
