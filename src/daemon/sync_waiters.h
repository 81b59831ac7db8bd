// Those who wait until the switches have what was configured: sync.wait.
//
// Asked again after every event that may matter; no polling. Event loop's thread only.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/controller.h"

namespace boost::asio {
class io_context;
}

namespace dcportals::daemon {

struct SyncRequest {
  std::optional<std::vector<topology::HostName>> hosts;  // absent: all that are connected
  std::vector<topology::PortId> ports;
};

// What is not yet so, in words; empty: everything is.
[[nodiscard]] std::vector<std::string> missing(const controller::Controller& controller, const topology::Topology& topology,
                                               const SyncRequest& request);

class SyncWaiters {
 public:
  // Given what is missing when the time is over; empty: synced.
  using Done = std::function<void(std::vector<std::string>)>;

  SyncWaiters(boost::asio::io_context& io, const controller::Controller& controller, const topology::Topology& topology);
  ~SyncWaiters();

  void wait(SyncRequest request, std::chrono::milliseconds timeout, Done done);
  // Something has changed.
  void check();

 private:
  struct Waiter;
  void finish(const std::shared_ptr<Waiter>& waiter, std::vector<std::string> still_missing);

  boost::asio::io_context& io_;
  const controller::Controller& controller_;
  const topology::Topology& topology_;
  std::list<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace dcportals::daemon
