// Resting mapping keys, and when each may be given again (doc/architecture.md, "Mapping keys").
//
// A key that was released at some revision is on no switch any more once every known host has acknowledged everything up to that revision; it
// then still rests for a while, because Open vSwitch's caches and frames in flight are a little older than its tables. Pure.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "controller/rollout.h"
#include "topology/change.h"

namespace dcportals::controller {

using Clock = std::chrono::steady_clock;

class KeyRest {
 public:
  explicit KeyRest(Clock::duration at_least) : at_least_(at_least) {}

  // Notes releases, and keys that are given or gone.
  void on_changes(const topology::Changes& changes, Revision revision, Clock::time_point now);
  void on_release(topology::MappingKey key, Revision revision, Clock::time_point now) { resting_[key] = {revision, now}; }

  // Keys that have rested enough when all hosts have acknowledged everything up to `acknowledged`.
  [[nodiscard]] std::vector<topology::MappingKey> rested(Revision acknowledged, Clock::time_point now) const;
  [[nodiscard]] std::size_t size() const { return resting_.size(); }

 private:
  struct Release {
    Revision revision;
    Clock::time_point at;
  };
  Clock::duration at_least_;
  std::map<topology::MappingKey, Release> resting_;
};

}  // namespace dcportals::controller
