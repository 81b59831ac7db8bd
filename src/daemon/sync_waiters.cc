#include "daemon/sync_waiters.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace dcportals::daemon {

using topology::HostName;

struct SyncWaiters::Waiter {
  Waiter(SyncRequest r, Done d, boost::asio::steady_timer t) : request(std::move(r)), done(std::move(d)), timer(std::move(t)) {}
  SyncRequest request;
  Done done;
  boost::asio::steady_timer timer;
};

namespace {

std::string host_state(const controller::Controller& controller, const HostName& host) {
  const controller::SwitchState* state = controller.switch_of(host);
  if (state == nullptr) return fmt::format("host {} is not connected", host.text);
  if (state->phase != controller::Phase::kLive) return fmt::format("host {} is {}", host.text, to_string(state->phase));
  return fmt::format("host {} has {} changes to acknowledge", host.text, controller.outstanding(host));
}

std::string port_state(const controller::Controller& controller, const topology::Topology& topology, const topology::PortId& id) {
  if (topology.port(id) == nullptr) return fmt::format("port {} does not exist", id);
  const topology::Site* site = topology.active_site(id);
  if (site == nullptr) return fmt::format("port {} is plugged nowhere", id);
  if (const auto fault = controller.flow_faults().find(id); fault != controller.flow_faults().end()) {
    return fmt::format("port {}: host {} refused a flow: {}", id, fault->second.host.text, fault->second.text);
  }
  return fmt::format("port {} is plugged at host {} and not wired yet", id, site->host.text);
}

}  // namespace

std::vector<std::string> missing(const controller::Controller& controller, const topology::Topology& topology, const SyncRequest& request) {
  std::vector<std::string> out;
  for (const HostName& host : request.hosts ? *request.hosts : controller.connected_hosts()) {
    if (!controller.is_synced(host)) out.push_back(host_state(controller, host));
  }
  for (const topology::PortId& port : request.ports) {
    if (!controller.is_wired(port)) out.push_back(port_state(controller, topology, port));
  }
  return out;
}

SyncWaiters::SyncWaiters(boost::asio::io_context& io, const controller::Controller& controller, const topology::Topology& topology)
    : io_(io), controller_(controller), topology_(topology) {}

SyncWaiters::~SyncWaiters() = default;

void SyncWaiters::wait(SyncRequest request, std::chrono::milliseconds timeout, Done done) {
  auto waiter = std::make_shared<Waiter>(std::move(request), std::move(done), boost::asio::steady_timer(io_, timeout));
  waiters_.push_back(waiter);
  // A timer that ran out in the same turn in which its waiter was finished finds it gone.
  waiter->timer.async_wait([this, weak = std::weak_ptr(waiter)](boost::system::error_code error) {
    const auto expired = weak.lock();
    if (!error && expired) finish(expired, missing(controller_, topology_, expired->request));
  });
  check();
}

// An answer may make its caller wait anew, so all that are done are found before the first is told.
void SyncWaiters::check() {
  std::vector<std::shared_ptr<Waiter>> synced;
  for (const std::shared_ptr<Waiter>& waiter : waiters_) {
    if (missing(controller_, topology_, waiter->request).empty()) synced.push_back(waiter);
  }
  for (const std::shared_ptr<Waiter>& waiter : synced) finish(waiter, {});
}

void SyncWaiters::finish(const std::shared_ptr<Waiter>& waiter, std::vector<std::string> still_missing) {
  if (std::erase(waiters_, waiter) == 0) return;  // finished by another's answer meanwhile
  waiter->done(std::move(still_missing));
}

}  // namespace dcportals::daemon
