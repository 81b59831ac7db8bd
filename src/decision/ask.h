// What a switch asks: a packet-in's bytes, read in place.
//
// Nothing is copied or allocated, so an Ask lives as long as the message. Only packet-ins of our own flows are asks: NXT_PACKET_IN2 whose
// user data is one byte, the class. Everything in it is data of a peer: read within bounds, not yet believed.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_io.h"
#include "openflow/types.h"
#include "pipeline/pipeline.h"

namespace dcportals::decision {

// Which of our flows asks (its NXAST_CONTROLLER2 action's user data).
using AskClass = pipeline::Ask;
inline constexpr std::size_t kAskClasses = static_cast<std::size_t>(AskClass::kWire) + 1;  // with the unused 0

struct Ask {
  AskClass ask_class = AskClass::kForward;
  openflow::OfPort in_port;
  std::optional<std::uint64_t> metadata;  // the network's number, where the pipeline knows it
  ByteSpan frame;
  bool truncated = false;  // the frame was longer than what the switch sent of it
};

// `message` is one whole OpenFlow message. nullopt: it is not a packet-in with our user data and a port, or contradicts itself.
[[nodiscard]] std::optional<Ask> read_ask(ByteSpan message);

}  // namespace dcportals::decision
