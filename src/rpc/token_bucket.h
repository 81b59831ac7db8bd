// A token bucket: so many events a second on average, so many at once at most.
//
// Time is a parameter, so tests need no clock. Used by the HTTP server to pace new connections. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>

namespace dcportals::rpc {

class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  // Both more than zero.
  TokenBucket(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}

  // Counts one event at `now` and says how long the next one must wait.
  Clock::duration take(Clock::time_point now) {
    if (last_ != Clock::time_point{}) {
      tokens_ = std::min(burst_, tokens_ + std::chrono::duration<double>(now - last_).count() * per_second_);
    }
    last_ = now;
    tokens_ -= 1;
    if (tokens_ >= 1) return Clock::duration::zero();
    return std::chrono::ceil<Clock::duration>(std::chrono::duration<double>((1 - tokens_) / per_second_));
  }

 private:
  double per_second_;
  double burst_;
  double tokens_;
  Clock::time_point last_{};
};

}  // namespace dcportals::rpc
