// See task_queue.h. The state outlives the queue while a turn is posted or under way.
#include "channel/task_queue.h"

#include <deque>
#include <mutex>
#include <utility>

#include "channel/transport.h"

namespace dcportals::channel {

struct TaskQueue::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& loop, std::function<void()> after) : io(loop), after_turn(std::move(after)) {}

  void push(Task task) {
    bool first = false;
    {
      const std::scoped_lock lock(mutex);
      first = waiting.empty();
      waiting.push_back(std::move(task));
    }
    if (first) post(io, [self = shared_from_this()] { self->turn(); });
  }

  // false: there was nothing.
  bool fetch() {
    const std::scoped_lock lock(mutex);
    if (running.empty()) std::swap(running, waiting);
    return !running.empty();
  }

  // A task that drains the queue, or ends it, leaves nothing here.
  void run() {
    while (!running.empty()) {
      Task task = std::move(running.front());
      running.pop_front();
      task();
    }
  }

  void turn() {
    if (!fetch()) return;
    run();
    if (!ended && after_turn) after_turn();
  }

  boost::asio::io_context& io;
  std::function<void()> after_turn;
  bool ended = false;
  std::deque<Task> running;  // the thread's own
  std::mutex mutex;
  std::deque<Task> waiting;
};

TaskQueue::TaskQueue(boost::asio::io_context& io, std::function<void()> after_turn)
    : state_(std::make_shared<State>(io, std::move(after_turn))) {}

TaskQueue::~TaskQueue() {
  state_->ended = true;
  std::deque<Task> waiting;
  {
    const std::scoped_lock lock(state_->mutex);
    std::swap(waiting, state_->waiting);
  }
  state_->running.clear();
}

void TaskQueue::push(Task task) {
  state_->push(std::move(task));
}

void TaskQueue::drain() {
  const auto state = state_;
  while (state->fetch()) state->run();
}

}  // namespace dcportals::channel
