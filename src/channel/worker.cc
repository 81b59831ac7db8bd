// See worker.h.
#include "channel/worker.h"

#include <fmt/format.h>

#include <utility>

#include "channel/message_pipe.h"

namespace dcportals::channel {

namespace {

// Messages of one switch that wait for the main thread; beyond, the switch is not read. A multiple of kHandledStep.
constexpr std::size_t kMaxUnhandled = 4 * Worker::kHandledStep;
// Bytes of mail that wait for one worker; beyond, the switches that cause more are not read until it has taken what is there.
constexpr std::size_t kMaxBacklog = 8U << 20;
constexpr unsigned kSessionBits = 48;  // the rest of a Session is the worker's index

}  // namespace

Worker::Worker(std::uint32_t index, const Options& options, Workshop& shop)
    : index_(index),
      shop_(shop),
      tasks_(thread_.io(), [this] { settle(); }),
      server_(thread_.io(), options, static_cast<WorkerHandler&>(*this)),
      next_session_((Session{index} << kSessionBits) + 1) {}

Worker::~Worker() {
  thread_.stop();
  thread_.join();
}

void Worker::start(const PacketHandlerFactory& factory) {
  mail_.resize(shop_.workers.size());
  if (factory) handler_ = factory(*this);
  thread_.start(fmt::format("channel-{}", index_));
}

void Worker::stop() {
  push([this] {
    server_.stop();
    channel::post(thread_.io(), [this] { thread_.stop(); });  // after the callbacks that the server has posted
  });
}

bool Worker::is_session(openflow::Dpid dpid, Session session) const {
  const auto found = switches_.find(dpid);
  return found != switches_.end() && found->second.session == session;
}

void Worker::handled(openflow::Dpid dpid, Session session) {
  if (!is_session(dpid, session)) return;
  switches_.at(dpid).unhandled -= kHandledStep;
  server_.release(dpid, Connection::Hold::kUnhandled);
}

void Worker::with_handler(const std::function<void(PacketHandler&)>& task) {
  if (!handler_) return;
  task(*handler_);
  touched_ = true;
  settle();
}

template <class Task>
void Worker::for_others(Task task) {
  for (const auto& other : shop_.workers) {
    if (other.get() != this) other->push([worker = other.get(), task] { task(*worker); });
  }
}

bool Worker::claim(openflow::Dpid dpid) {
  const std::uint32_t owner = shop_.claims.claim(dpid, index_);
  if (owner == index_) return true;
  // As Server::claim() does: perhaps the other connection is dead.
  shop_.workers[owner]->push([worker = shop_.workers[owner].get(), dpid] { worker->server_.probe(dpid); });
  return false;
}

// The other workers hear of it before the main thread, so whatever comes of its hearing finds them knowing.
void Worker::on_up(openflow::Dpid dpid, const openflow::FeaturesReply& features, const std::string& peer) {
  const Session session = next_session_++;
  switches_[dpid] = {session};
  if (handler_) handler_->on_up(dpid);
  touched_ = handler_ != nullptr;
  for_others([dpid, index = index_](Worker& other) { other.elsewhere_[dpid] = index; });
  shop_.main.push([this, session, dpid, features, peer] { shop_.events.switch_up(*this, session, dpid, features, peer); });
}

void Worker::on_message(openflow::Dpid dpid, const openflow::Envelope& envelope) {
  Switch& origin = switches_.at(dpid);
  if (++origin.unhandled >= kMaxUnhandled) server_.hold(dpid, Connection::Hold::kUnhandled);
  shop_.main.push([this, session = origin.session, dpid, envelope] { shop_.events.switch_message(session, dpid, envelope); });
}

void Worker::on_down(openflow::Dpid dpid, const std::string& reason) {
  const Session session = switches_.at(dpid).session;
  switches_.erase(dpid);
  if (handler_) handler_->on_down(dpid);
  touched_ = handler_ != nullptr;
  for_others([dpid, index = index_](Worker& other) {
    const auto found = other.elsewhere_.find(dpid);
    if (found != other.elsewhere_.end() && found->second == index) other.elsewhere_.erase(found);
  });
  shop_.main.push([this, session, dpid, reason] { shop_.events.switch_down(session, dpid, reason); });
  settle_soon();
}

bool Worker::on_packet_in(openflow::Dpid dpid, ByteSpan message) {
  if (!handler_) return false;
  touched_ = true;
  return handler_->on_packet_in(dpid, message);
}

void Worker::on_barrier(openflow::Dpid dpid, std::span<const BarrierToken> tokens, bool ok) {
  for (const BarrierToken& token : tokens) {
    if (token.worker != index_) {
      mail_[token.worker].add(ok ? Mail::Kind::kDone : Mail::Kind::kFailed, dpid, token.number);
    } else {
      touched_ = true;
      handler_->on_barrier(dpid, token.number, ok);
    }
  }
  if (!ok) settle_soon();  // it may come from a timer or an end, where no turn ends
}

void Worker::on_turn_end(openflow::Dpid dpid) {
  settle();
  for (const auto& other : shop_.workers) {
    if (other->backlog_.load(std::memory_order_relaxed) <= kMaxBacklog) continue;
    server_.hold(dpid, Connection::Hold::kMail);
    other->push([this, dpid] { push([this, dpid] { server_.release(dpid, Connection::Hold::kMail); }); });
    return;
  }
}

void Worker::send(Dpid dpid, ByteSpan encoded) {
  if (server_.send(dpid, encoded)) return;
  const auto found = elsewhere_.find(dpid);
  if (found == elsewhere_.end()) return;
  require_whole_messages(encoded);
  mail_[found->second].add_send(dpid, encoded);
}

void Worker::barrier(Dpid dpid, std::uint64_t token) {
  if (server_.barrier(dpid, {index_, token})) return;
  const auto found = elsewhere_.find(dpid);
  const bool known = found != elsewhere_.end();
  mail_[known ? found->second : index_].add(known ? Mail::Kind::kBarrier : Mail::Kind::kFailed, dpid, token);
}

void Worker::post(std::size_t worker, std::move_only_function<void(PacketHandler&)> task) {
  Worker& other = *shop_.workers.at(worker);
  deliver(other.index_);
  other.push([&other, task = std::move(task)]() mutable {
    task(*other.handler_);
    other.touched_ = true;
  });
}

void Worker::post_to_main(std::move_only_function<void()> task) {
  shop_.main.push([this, task = std::move(task)]() mutable { shop_.events.run_task(task); });
}

void Worker::settle() {
  settle_pushed_ = false;
  if (std::exchange(touched_, false)) handler_->on_batch_end();
  server_.send_barriers();
  for (const auto& other : shop_.workers) deliver(other->index_);
}

void Worker::settle_soon() {
  if (!std::exchange(settle_pushed_, true)) push([] {});  // a turn of the queue ends with settle()
}

void Worker::deliver(std::uint32_t to) {
  if (mail_[to].empty()) return;
  Worker& other = *shop_.workers[to];
  const std::size_t size = mail_[to].size();
  other.backlog_.fetch_add(size, std::memory_order_relaxed);
  other.push([&other, from = index_, size, mail = std::exchange(mail_[to], {})] {
    other.backlog_.fetch_sub(size, std::memory_order_relaxed);
    other.take(mail, from);
  });
}

void Worker::take(const Mail& mail, std::uint32_t from) {
  ByteSpan rest = mail.bytes;
  for (const Mail::Item& item : mail.items) {
    switch (item.kind) {
      case Mail::Kind::kSend:
        (void)server_.send(item.dpid, rest.first(item.number));
        rest = rest.subspan(item.number);
        break;
      case Mail::Kind::kBarrier:
        if (!server_.barrier(item.dpid, {from, item.number})) mail_[from].add(Mail::Kind::kFailed, item.dpid, item.number);
        break;
      case Mail::Kind::kDone:
      case Mail::Kind::kFailed:
        touched_ = true;
        handler_->on_barrier(item.dpid, item.number, item.kind == Mail::Kind::kDone);
        break;
    }
  }
}

}  // namespace dcportals::channel
