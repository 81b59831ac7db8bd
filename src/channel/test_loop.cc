// See test_loop.h.
#include "channel/test_loop.h"

#include <boost/asio/io_context.hpp>

namespace dcportals::channel {

TestLoop::TestLoop() : io_(std::make_unique<boost::asio::io_context>(1)) {}
TestLoop::~TestLoop() = default;

bool TestLoop::run_until(const std::function<bool()>& done, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    io_->restart();
    if (io_->run_one_until(deadline) == 0 && std::chrono::steady_clock::now() >= deadline) return false;
  }
  return true;
}

void TestLoop::run_ready() {
  io_->restart();
  io_->poll();
}

}  // namespace dcportals::channel
