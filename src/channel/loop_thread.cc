// See loop_thread.h.
#include "channel/loop_thread.h"

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace dcportals::channel {

struct LoopThread::State {
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;
};

LoopThread::LoopThread() : state_(std::make_unique<State>()) {}

LoopThread::~LoopThread() {
  stop();
  join();
}

boost::asio::io_context& LoopThread::io() {
  return state_->io;
}

void LoopThread::start(const std::string& name) {
  state_->thread = std::thread([state = state_.get()] { state->io.run(); });
  pthread_setname_np(state_->thread.native_handle(), name.substr(0, 15).c_str());
}

void LoopThread::stop() {
  state_->io.stop();
}

void LoopThread::join() {
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace dcportals::channel
