#include "daemon/transaction_queue.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>
#include <utility>

#include "store/store.h"

namespace dcportals::daemon {

// The store's thread. Its answers run on the event loop, which is kept alive meanwhile, and not at all once the queue is gone.
class TransactionQueue::Worker {
 public:
  Worker(boost::asio::io_context& io, store::Store& store) : io_(io), store_(store), thread_(1) {}
  ~Worker() { thread_.join(); }

  void commit(topology::Changes changes, std::function<void(topology::Changes, std::optional<std::string>)> done) {
    auto work = boost::asio::make_work_guard(io_);
    boost::asio::post(thread_, [this, changes = std::move(changes), done = std::move(done), work, alive = std::weak_ptr(alive_)]() mutable {
      std::optional<std::string> error;
      try {
        store_.commit(changes);
      } catch (const store::StoreError& e) {
        error = e.what();
      }
      boost::asio::post(io_, [changes = std::move(changes), done = std::move(done), error = std::move(error), alive]() mutable {
        if (!alive.expired()) done(std::move(changes), std::move(error));
      });
    });
  }

 private:
  boost::asio::io_context& io_;
  store::Store& store_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  boost::asio::thread_pool thread_;
};

TransactionQueue::TransactionQueue(boost::asio::io_context& io, store::Store& store, topology::Topology& topology, Apply apply)
    : topology_(topology), apply_(std::move(apply)), worker_(std::make_unique<Worker>(io, store)) {}

TransactionQueue::~TransactionQueue() = default;

void TransactionQueue::submit(Plan plan, Done done) {
  queue_.push_back({std::move(plan), std::move(done)});
  run_next();
}

void TransactionQueue::run_next() {
  while (!busy_ && !queue_.empty()) {
    Item item = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;  // a plan or an answer may submit more
    if (!run(std::move(item))) return;
    busy_ = false;
  }
}

bool TransactionQueue::run(Item item) {
  topology::Changes changes;
  {
    topology::Planner planner(topology_);
    if (auto planned = item.plan(planner); !planned) {
      changes = planner.finish();  // takes the steps back; nothing of a refused plan is kept
      item.done(std::unexpected(std::move(planned.error())));
      return true;
    }
    changes = planner.finish();
  }
  if (changes.empty()) {
    item.done({});
    return true;
  }
  worker_->commit(std::move(changes), [this, done = std::move(item.done)](topology::Changes committed, std::optional<std::string> error) {
    if (error) {
      done(std::unexpected(topology::Rejection{topology::RejectCode::kExhausted, "", *error}));
    } else {
      apply_(committed);
      done({});
    }
    busy_ = false;
    run_next();
  });
  return false;
}

}  // namespace dcportals::daemon
