// An io_context for tests and benchmarks, without Asio's headers: run until something is true.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace dcportals::channel {

class TestLoop {
 public:
  TestLoop();
  ~TestLoop();

  [[nodiscard]] boost::asio::io_context& io() { return *io_; }
  // Runs events until `done()`; false when it took longer than `patience`, which only a failing test waits for.
  [[nodiscard]] bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience = std::chrono::seconds(20));
  // Runs what is ready, and what follows from it at once.
  void run_ready();

 private:
  std::unique_ptr<boost::asio::io_context> io_;
};

}  // namespace dcportals::channel
