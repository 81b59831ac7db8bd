// An io_context and the thread that runs it, without Asio's headers.
#pragma once

#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace dcportals::channel {

class LoopThread {
 public:
  LoopThread();
  // join()
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  [[nodiscard]] boost::asio::io_context& io();
  // `name`: for people who look at threads, 15 characters. Throws std::system_error.
  void start(const std::string& name);
  // Any thread. It ends after what it is doing now.
  void stop();
  void join();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dcportals::channel
