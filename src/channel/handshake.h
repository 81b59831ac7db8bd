// From the first byte to a switch that is up, as a function from (state, message) to what comes next (OpenFlow 1.3.5 sections 6.3
// and 7.5.1).
//
// Knows no socket and no clock: Connection sends what a step says and moves on. Two things are Connection's: that a dpid is
// connected only once, asked when the features arrive, and how long all of this may take. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "channel/state.h"
#include "openflow/message.h"

namespace dcportals::channel {

// Our hello: OpenFlow 1.3 and nothing else, with a version bitmap.
[[nodiscard]] openflow::Hello our_hello();

// Section 6.3.1: the highest version in both bitmaps; without a bitmap of theirs the lower of the two header versions. nullopt:
// none that we speak.
[[nodiscard]] std::optional<std::uint8_t> negotiate_version(const openflow::Hello& theirs);

struct HandshakeStep {
  State next;
  std::vector<openflow::Message> send;
  std::string refusal;  // next == kClosing: why, for our log
};

// `state` is one before kUp. Echo requests never get here. A message that only has no place yet (a port status) leaves the state
// as it is.
[[nodiscard]] HandshakeStep handshake_step(State state, const openflow::Message& message);

}  // namespace dcportals::channel
