// The states of one switch's connection, in the order in which they are passed through. Value.
//
//   accepted -> AwaitingHello -> AwaitingFeatures -> AwaitingBarrier -> Up -> Closing -> Closed
//
// Every state but Closed may go to Closing; Closing says our last words (an error, say) and waits a moment for the peer to read
// them.
#pragma once

#include <cstdint>

namespace dcportals::channel {

enum class State : std::uint8_t {
  kAwaitingHello,     // we have sent our hello
  kAwaitingFeatures,  // versions agreed, features request sent
  kAwaitingBarrier,   // the dpid is ours alone; set-config and barrier sent
  kUp,                // known to the Handler
  kClosing,           // nothing is read any more, what is queued is still written
  kClosed,            // the socket is closed
};

[[nodiscard]] constexpr const char* to_string(State state) {
  switch (state) {
    case State::kAwaitingHello:
      return "awaiting_hello";
    case State::kAwaitingFeatures:
      return "awaiting_features";
    case State::kAwaitingBarrier:
      return "awaiting_barrier";
    case State::kUp:
      return "up";
    case State::kClosing:
      return "closing";
    case State::kClosed:
      return "closed";
  }
  return "?";
}

}  // namespace dcportals::channel
