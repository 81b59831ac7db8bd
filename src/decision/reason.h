// Why the controller did not carry a packet on: one of the pipeline's reasons, or one of its own.
//
// A small number, so that counters are arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pipeline/pipeline.h"

namespace dcportals::decision {

// What no flow can find out.
enum class OwnReason : std::uint8_t {
  kUnknownSwitch,    // no host of ours, or one without a MAC address or uplink
  kMalformed,        // no sound frame of the kind that its flow sends to us
  kTruncated,        // the switch did not send all of the frame
  kOutdated,         // asked from a network that the port has left
  kDestinationGone,  // the destination's switch is not connected
  kRateLimited,      // the port asks more often than it may
  kQueueFull,        // too much of the port waits for its turn
  kHeldFull,         // too much waits for other switches
};
inline constexpr std::size_t kOwnReasons = 8;
// Room for those that the pipeline will have; a test keeps it large enough.
inline constexpr std::size_t kPipelineReasons = 48;

class Reason {
 public:
  constexpr Reason() = default;
  constexpr Reason(pipeline::DropReason reason) : index_(static_cast<std::uint8_t>(reason)) {}  // NOLINT: a reason is a reason
  constexpr Reason(OwnReason reason) : index_(static_cast<std::uint8_t>(kPipelineReasons + static_cast<std::size_t>(reason))) {}  // NOLINT
  [[nodiscard]] static constexpr Reason from_index(std::size_t index) {
    Reason out;
    out.index_ = static_cast<std::uint8_t>(index);
    return out;
  }

  // Less than kReasons.
  [[nodiscard]] constexpr std::size_t index() const { return index_; }
  // "unknown_destination", "rate_limited". Empty for an index that stands for nothing.
  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] std::string_view meaning() const;

  friend constexpr bool operator==(Reason, Reason) = default;

 private:
  std::uint8_t index_ = 0;  // DropReason::kNone
};
inline constexpr std::size_t kReasons = kPipelineReasons + kOwnReasons;

}  // namespace dcportals::decision
