// Callbacks that wait for results from other threads. They and what they hold stay on the thread that gave them; only their numbers
// travel. Value; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

namespace dcportals::channel {

template <class Result>
class Outstanding {
 public:
  using Callback = std::function<void(Result)>;

  [[nodiscard]] std::uint64_t add(Callback callback) {
    callbacks_.emplace(next_, std::move(callback));
    return next_++;
  }
  // The callback may be the end of this.
  void finish(std::uint64_t id, Result result) {
    const auto node = callbacks_.extract(id);
    if (node) node.mapped()(std::move(result));
  }

 private:
  std::unordered_map<std::uint64_t, Callback> callbacks_;
  std::uint64_t next_ = 1;
};

}  // namespace dcportals::channel
