#include "decision/reason.h"

#include <array>

namespace dcportals::decision {
namespace {

struct OwnReasonSpec {
  OwnReason reason;
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array kOwn{
    OwnReasonSpec{OwnReason::kUnknownSwitch, "unknown_switch", "the switch is no host of ours, or has no uplink"},
    OwnReasonSpec{OwnReason::kMalformed, "malformed", "the frame is not of the kind that its flow asks about"},
    OwnReasonSpec{OwnReason::kTruncated, "truncated", "the switch did not send the whole frame"},
    OwnReasonSpec{OwnReason::kOutdated, "outdated", "asked from a network that the port has left"},
    OwnReasonSpec{OwnReason::kDestinationGone, "destination_gone", "the destination's switch is not connected"},
    OwnReasonSpec{OwnReason::kRateLimited, "rate_limited", "the port asks the controller more often than it may"},
    OwnReasonSpec{OwnReason::kQueueFull, "queue_full", "too many packets of the port wait for the controller"},
    OwnReasonSpec{OwnReason::kHeldFull, "held_full", "too many packets wait for another switch"},
};
static_assert(kOwn.size() == kOwnReasons);
static_assert([] {
  for (std::size_t i = 0; i < kOwn.size(); ++i) {
    if (static_cast<std::size_t>(kOwn[i].reason) != i) return false;
  }
  return true;
}(), "in the order of the enumeration");

}  // namespace

std::string_view Reason::name() const {
  if (index_ >= kPipelineReasons) return kOwn.at(index_ - kPipelineReasons).name;
  return index_ < pipeline::drop_reasons().size() ? pipeline::drop_reasons()[index_].name : std::string_view();
}

std::string_view Reason::meaning() const {
  if (index_ >= kPipelineReasons) return kOwn.at(index_ - kPipelineReasons).meaning;
  return index_ < pipeline::drop_reasons().size() ? pipeline::drop_reasons()[index_].meaning : std::string_view();
}

}  // namespace dcportals::decision
