// Which worker has a switch, so that a dpid is up only once among all of them. Any thread; asked at handshakes, not for packets.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "base/dpid.h"

namespace dcportals::channel {

class Claims {
 public:
  // Whose the dpid is now: `worker`, or the one that had it already.
  [[nodiscard]] std::uint32_t claim(Dpid dpid, std::uint32_t worker) {
    const std::scoped_lock lock(mutex_);
    return owners_.try_emplace(dpid, worker).first->second;
  }
  void release(Dpid dpid) {
    const std::scoped_lock lock(mutex_);
    owners_.erase(dpid);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<Dpid, std::uint32_t> owners_;
};

}  // namespace dcportals::channel
