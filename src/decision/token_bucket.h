// How often something may happen: a rate with a burst, in one number.
//
// The generic cell rate algorithm (ITU-T I.371 annex A): what is kept is the time at which the bucket will be full again. Times are the
// caller's, from any fixed point, and should not go back.
#pragma once

#include <algorithm>
#include <chrono>

#include "flowgen/policy.h"

namespace dcportals::decision {

using Time = std::chrono::nanoseconds;

class TokenBucket {
 public:
  // Takes one, if there is one.
  [[nodiscard]] bool take(Time now, flowgen::RateLimit limit) {
    if (limit.rate == 0) return false;
    const Time each = Time(std::chrono::seconds(1)) / limit.rate;
    const Time full = std::max(full_, now) + each;
    if (full - now > each * std::max(limit.burst, 1U)) return false;
    full_ = full;
    return true;
  }

 private:
  Time full_{0};
};

}  // namespace dcportals::decision
