// Runs configuration changes one at a time: plan, commit to disk, apply.
//
// The API's handlers describe a change as a function on the planner and get told how it ended; they never touch the store. Called and
// answered on the topology's thread (the event loop). The daemon's implementation commits on the store's thread in between; tests plan
// and apply at once.
#pragma once

#include <expected>
#include <functional>

#include "topology/planner.h"

namespace dcportals::daemon {

class Transactor {
 public:
  using Plan = std::function<std::expected<void, topology::Rejection>(topology::Planner&)>;
  using Done = std::function<void(std::expected<void, topology::Rejection>)>;
  virtual ~Transactor() = default;
  // Queues a change. `plan` runs when its turn comes, on the topology's thread; `done` after the result is on disk and applied (or
  // refused).
  virtual void submit(Plan plan, Done done) = 0;
};

}  // namespace dcportals::daemon
