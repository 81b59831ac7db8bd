// The one door to the topology: plans changes, has them committed on the store's thread, then applies them; one at a time, in order.
//
// While a commit waits for the disk, the event loop goes on; the next plan waits, because it must see what the one before it did. Everything but
// the commit itself runs on the io_context's thread. See doc/architecture.md, "Threads".
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "daemon/transactor.h"
#include "topology/topology.h"

namespace boost::asio {
class io_context;
}
namespace dcportals::store {
class Store;
}

namespace dcportals::daemon {

class TransactionQueue : public Transactor {
 public:
  // Called with changes that are on disk, to apply them to the topology.
  using Apply = std::function<void(const topology::Changes&)>;

  TransactionQueue(boost::asio::io_context& io, store::Store& store, topology::Topology& topology, Apply apply);
  ~TransactionQueue() override;  // waits for a commit under way; what has not begun is dropped unanswered

  void submit(Plan plan, Done done) override;
  [[nodiscard]] bool idle() const { return queue_.empty() && !busy_; }

 private:
  struct Item {
    Plan plan;
    Done done;
  };
  class Worker;

  void run_next();
  // Plans one; false when it waits for the disk now.
  bool run(Item item);

  topology::Topology& topology_;
  Apply apply_;
  std::deque<Item> queue_;
  bool busy_ = false;
  std::unique_ptr<Worker> worker_;
};

}  // namespace dcportals::daemon
