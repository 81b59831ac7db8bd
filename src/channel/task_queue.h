// Tasks from any thread for one, carried out there in the order in which they were given.
//
// A burst of tasks wakes the thread once. Used by Pool, between its workers and the main thread.
#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace dcportals::channel {

class TaskQueue {
 public:
  using Task = std::move_only_function<void()>;

  // For the thread that runs `io`, which calls `after_turn` each time when the tasks that were there have been carried out.
  explicit TaskQueue(boost::asio::io_context& io, std::function<void()> after_turn = nullptr);
  // What waits is destroyed, not carried out.
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  // Any thread. A task may push more, and may be the end of the queue.
  void push(Task task);
  // That thread, also from within a task: carries out what is there and what comes meanwhile, now. Without after_turn.
  void drain();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace dcportals::channel
