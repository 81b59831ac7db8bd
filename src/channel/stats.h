// Counters of one switch's connection and of the server, for metrics and `dcportalctl`. Values.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace dcportals::channel {

// Index: the message's type in the OpenFlow header (OFPT_FLOW_MOD is 14); types past the end count at the last place.
using MessageCounts = std::array<std::uint64_t, 32>;

struct SwitchStats {
  std::string peer;  // "192.0.2.1:54321"
  std::chrono::system_clock::time_point connected_since;
  MessageCounts messages_in{};
  MessageCounts messages_out{};
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;      // accepted by the kernel
  std::uint64_t flow_mods_out = 0;  // alone and inside bundles
  std::uint64_t bundles_committed = 0;
  std::uint64_t bundles_failed = 0;
  std::uint64_t bad_messages = 0;   // could not be decoded, or had no place here
  std::uint64_t stray_replies = 0;  // answers to nothing, or too late
  std::uint64_t read_pauses = 0;    // times the switch was held back
  std::size_t send_queue_bytes = 0;
  std::size_t requests_pending = 0;
  std::optional<std::chrono::microseconds> echo_round_trip;  // of the last echo
};

struct ServerStats {
  std::size_t connections = 0;  // all, also those in their handshake
  std::size_t switches_up = 0;  // from on_up to on_down
  std::uint64_t accepted = 0;
  std::uint64_t refused_full = 0;       // over max_connections
  std::uint64_t refused_duplicate = 0;  // a second connection of a live dpid
  std::uint64_t handshakes_failed = 0;  // every other end before being up
  std::uint64_t downs = 0;              // ends after having been up
};

}  // namespace dcportals::channel
