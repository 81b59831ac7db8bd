// A token bucket: how much may happen now if no more than `rate` a second may happen on average. Time is a parameter. Value.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace dcportals::channel {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

class TokenBucket {
 public:
  // Full at first. `rate`: tokens a second; `burst`: how many are kept at most.
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

  [[nodiscard]] bool take(TimePoint now) {
    fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

  // How many there are, whole ones.
  [[nodiscard]] std::size_t available(TimePoint now) {
    fill(now);
    return static_cast<std::size_t>(tokens_);
  }
  // No more than available() has said.
  void spend(std::size_t count) { tokens_ -= static_cast<double>(count); }

  // From now until `count` tokens, or as many as it can hold, are there.
  [[nodiscard]] Clock::duration wait_for(double count, TimePoint now) {
    fill(now);
    const double missing = std::max(0.0, std::min(count, burst_) - tokens_);
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(missing / rate_));
  }

 private:
  void fill(TimePoint now) {
    if (last_ != TimePoint{}) tokens_ = std::min(burst_, tokens_ + rate_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }

  double rate_;
  double burst_;
  double tokens_;
  TimePoint last_{};
};

}  // namespace dcportals::channel
