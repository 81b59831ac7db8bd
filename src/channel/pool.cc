// See pool.h. What is captured for a worker's thread holds no callback; what comes back is a task in main_, which stop() drains.
#include "channel/pool.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "channel/transport.h"
#include "channel/xid.h"
#include "openflow/format.h"

namespace dcportals::channel {

namespace {

constexpr double kEventLogLinesPerSecond = 200;
constexpr double kTroubleLogLinesPerSecond = 5;

void add(ServerStats& sum, const ServerStats& part) {
  sum.switches_up += part.switches_up;
  sum.accepted += part.accepted;
  sum.refused_full += part.refused_full;
  sum.refused_duplicate += part.refused_duplicate;
  sum.handshakes_failed += part.handshakes_failed;
  sum.downs += part.downs;
}

// Addresses that differ only at their end, as those of one rack do, are dealt out in turn.
std::size_t number_of(std::string_view address) {
  std::size_t number = 0;
  for (const char byte : address) number = number * 31 + static_cast<unsigned char>(byte);
  return number;
}

}  // namespace

Pool::Pool(boost::asio::io_context& io, Options options, Handler& handler, PacketHandlerFactory factory)
    : io_(io),
      options_(std::move(options)),
      handler_(handler),
      event_log_(kEventLogLinesPerSecond),
      trouble_log_(kTroubleLogLinesPerSecond),
      main_(io),
      shop_{main_, *this, {}, {}, {}},
      next_xid_(kFirstPoolXid) {
  if (options_.workers == 0) throw std::invalid_argument("no workers");
  for (std::uint32_t i = 0; i < options_.workers; ++i) {
    shop_.workers.push_back(std::make_unique<Worker>(i, options_, shop_));
  }
  for (const auto& worker : shop_.workers) worker->start(factory);
}

Pool::~Pool() {
  stop();
}

void Pool::listen() {
  listener_ = std::make_unique<Listener>(
      io_, parse_endpoint(options_.listen_endpoint), [this](Accepted accepted) { accept(std::move(accepted)); },
      [this](std::error_code error) { trouble_log_.warn("event=accept_failed error=\"{}\"", error.message()); });
  event_log_.info("event=listening endpoint={} port={} workers={}", options_.listen_endpoint, port(), workers());
}

std::uint16_t Pool::port() const {
  return listener_ ? listener_->port() : std::uint16_t{0};
}

// Each worker still does what was pushed to it before, so that everything asked has its answer in main_.
void Pool::stop() {
  if (std::exchange(stopped_, true)) return;
  listener_.reset();
  switches_.clear();
  for (const auto& worker : shop_.workers) worker->stop();
  for (const auto& worker : shop_.workers) worker->join();
  main_.drain();
}

void Pool::accept(Accepted accepted) {
  if (shop_.connections >= options_.max_connections) {
    ++refused_full_;
    trouble_log_.warn("event=refused peer={} reason=\"too many, {} connections\"", accepted.peer(), shop_.connections.load());
    return;
  }
  ++shop_.connections;
  Worker& worker = *shop_.workers[number_of(accepted.address()) % shop_.workers.size()];
  worker.push([&worker, accepted = std::move(accepted)]() mutable { worker.adopt(std::move(accepted)); });
}

void Pool::switch_up(Worker& worker, Session session, openflow::Dpid dpid, const openflow::FeaturesReply& features,
                     const std::string& peer) {
  if (stopped_) return;
  switches_[dpid] = {&worker, session};
  handler_.on_up(dpid, features, peer);
}

void Pool::switch_message(Session session, openflow::Dpid dpid, const openflow::Envelope& envelope) {
  const auto found = switches_.find(dpid);
  if (found == switches_.end()) return;  // stopped
  Switch& from = found->second;
  if (++from.handled % Worker::kHandledStep == 0) {
    from.worker->push([worker = from.worker, session, dpid] { worker->handled(dpid, session); });
  }
  if (!from.closing) handler_.on_message(dpid, envelope);
}

void Pool::switch_down(Session, openflow::Dpid dpid, const std::string& reason) {
  if (switches_.erase(dpid) > 0) handler_.on_down(dpid, reason);
}

void Pool::run_task(std::move_only_function<void()>& task) {
  if (!stopped_) task();
}

const Pool::Switch* Pool::find(openflow::Dpid dpid) const {
  const auto found = switches_.find(dpid);
  return found != switches_.end() && !found->second.closing ? &found->second : nullptr;
}

template <class Task>
void Pool::on_worker(openflow::Dpid dpid, const Switch& at, Task task) {
  at.worker->push([worker = at.worker, session = at.session, dpid, task = std::move(task)]() mutable {
    if (worker->is_session(dpid, session)) task(worker->server());
  });
}

std::optional<openflow::Xid> Pool::send(openflow::Dpid dpid, const openflow::Message& message) {
  const Switch* at = find(dpid);
  if (!at) return std::nullopt;
  const openflow::Xid xid(next_xid_);
  Bytes encoded;
  try {
    openflow::encode(message, xid, encoded);
  } catch (const std::length_error&) {
    trouble_log_.warn("event=message_too_large dpid={:016x} type={}", dpid.value(), openflow::type_name(message));
    return std::nullopt;
  }
  next_xid_ = next_xid_ == kLastPoolXid ? kFirstPoolXid : next_xid_ + 1;
  on_worker(dpid, *at, [dpid, encoded = std::move(encoded)](Server& server) { server.send(dpid, encoded); });
  return xid;
}

void Pool::request(openflow::Dpid dpid, const openflow::Message& message, RequestCallback callback) {
  const auto no_switch = [] { return std::unexpected(RequestError{RequestErrorCode::kNoSwitch, {}, "not connected"}); };
  const Switch* at = find(dpid);
  if (!at) return post(io_, [callback = std::move(callback), no_switch] { callback(no_switch()); });
  const std::uint64_t id = requests_.add(std::move(callback));
  at->worker->push([this, worker = at->worker, session = at->session, dpid, message, id, no_switch] {
    const auto answer = [this, id](RequestResult result) {
      main_.push([this, id, result = std::move(result)]() mutable { requests_.finish(id, std::move(result)); });
    };
    if (!worker->is_session(dpid, session)) return answer(no_switch());
    worker->server().request(dpid, message, answer);
  });
}

void Pool::apply_bundle(openflow::Dpid dpid, std::vector<openflow::Message> messages, BundleCallback callback) {
  const auto no_switch = [] { return std::unexpected(BundleError{BundleErrorCode::kNoSwitch, {}, {}, "not connected"}); };
  const Switch* at = find(dpid);
  if (!at) return post(io_, [callback = std::move(callback), no_switch] { callback(no_switch()); });
  const std::uint64_t id = bundles_.add(std::move(callback));
  at->worker->push(
      [this, worker = at->worker, session = at->session, dpid, messages = std::move(messages), id, no_switch]() mutable {
        const auto answer = [this, id](BundleResult result) {
          main_.push([this, id, result = std::move(result)]() mutable { bundles_.finish(id, std::move(result)); });
        };
        if (!worker->is_session(dpid, session)) return answer(no_switch());
        worker->server().apply_bundle(dpid, std::move(messages), answer);
      });
}

void Pool::close(openflow::Dpid dpid, std::string_view reason) {
  const auto found = switches_.find(dpid);
  if (found == switches_.end() || std::exchange(found->second.closing, true)) return;
  on_worker(dpid, found->second, [dpid, reason = std::string(reason)](Server& server) { server.close(dpid, reason); });
}

void Pool::pause_reading(openflow::Dpid dpid) {
  if (const Switch* at = find(dpid)) on_worker(dpid, *at, [dpid](Server& server) { server.pause_reading(dpid); });
}

void Pool::resume_reading(openflow::Dpid dpid) {
  if (const Switch* at = find(dpid)) on_worker(dpid, *at, [dpid](Server& server) { server.resume_reading(dpid); });
}

std::vector<openflow::Dpid> Pool::switches() const {
  std::vector<openflow::Dpid> up;
  for (const auto& [dpid, state] : switches_) {
    if (!state.closing) up.push_back(dpid);
  }
  std::ranges::sort(up);
  return up;
}

bool Pool::is_up(openflow::Dpid dpid) const {
  return find(dpid) != nullptr;
}

void Pool::stats(openflow::Dpid dpid, std::function<void(std::optional<SwitchStats>)> callback) {
  const Switch* at = find(dpid);
  if (!at) return post(io_, [callback = std::move(callback)] { callback(std::nullopt); });
  const std::uint64_t id = switch_counts_.add(std::move(callback));
  at->worker->push([this, worker = at->worker, session = at->session, dpid, id] {
    auto stats = worker->is_session(dpid, session) ? worker->server().stats(dpid) : std::nullopt;
    main_.push([this, id, stats = std::move(stats)]() mutable { switch_counts_.finish(id, std::move(stats)); });
  });
}

void Pool::stats(std::function<void(PoolStats)> callback) {
  if (stopped_) return post(io_, [callback = std::move(callback)] { callback({}); });
  const std::uint64_t id = next_id_++;
  counts_.emplace(id, Count{{}, std::move(callback), workers()});
  for (const auto& worker : shop_.workers) {
    worker->push([this, worker = worker.get(), id] {
      PoolStats part{worker->server().stats(), {}};
      for (openflow::Dpid dpid : worker->server().switches()) {
        if (auto stats = worker->server().stats(dpid)) part.switches.emplace(dpid, std::move(*stats));
      }
      main_.push([this, id, part = std::move(part)] { on_count(id, part); });
    });
  }
}

void Pool::on_count(std::uint64_t id, const PoolStats& part) {
  const auto count = counts_.find(id);
  add(count->second.stats.server, part.server);
  count->second.stats.switches.insert(part.switches.begin(), part.switches.end());
  if (--count->second.missing > 0) return;
  const auto node = counts_.extract(count);
  PoolStats& stats = node.mapped().stats;
  stats.server.connections = shop_.connections;
  stats.server.accepted += refused_full_;
  stats.server.refused_full += refused_full_;
  node.mapped().callback(std::move(stats));
}

void Pool::post_to_all(std::function<void(PacketHandler&)> task, std::function<void()> done) {
  if (stopped_) return post(io_, std::move(done));
  const std::uint64_t id = next_id_++;
  const auto& fence = fences_.emplace(id, Fence{std::move(task), std::move(done), workers()}).first->second;
  for (const auto& worker : shop_.workers) {
    // The map's nodes stay where they are until all workers have answered.
    worker->push([this, worker = worker.get(), id, run = &fence.task] {
      worker->with_handler(*run);
      main_.push([this, id] { on_fence(id); });
    });
  }
}

void Pool::on_fence(std::uint64_t id) {
  const auto fence = fences_.find(id);
  if (--fence->second.missing > 0) return;
  const auto node = fences_.extract(fence);
  node.mapped().done();
}

}  // namespace dcportals::channel
