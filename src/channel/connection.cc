// See connection.h. What comes in is in connection_receive.cc; here are the beginning, sending, time and the end.
#include "channel/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "channel/bundle.h"
#include "channel/handshake.h"
#include "channel/request.h"
#include "openflow/format.h"

namespace dcportals::channel {

namespace of = openflow;

namespace {

constexpr std::size_t kTypeFlowMod = 14;  // section 7.1
// A switch that answers no barriers collects no more than these.
constexpr std::size_t kMaxBarrierTokens = 65'536;

MessagePipe::Limits pipe_limits(const Options& options) {
  return {options.max_send_queue_bytes, options.send_stall_timeout, options.max_messages_per_second, options.messages_per_turn};
}

}  // namespace

Connection::Connection(boost::asio::io_context& io, std::unique_ptr<Stream> stream, std::shared_ptr<const Options> options,
                       std::shared_ptr<PeerLog> log, ConnectionOwner& owner)
    : io_(io),
      options_(std::move(options)),
      log_(std::move(log)),
      owner_(&owner),
      pipe_(std::make_shared<MessagePipe>(io, std::move(stream), pipe_limits(*options_), static_cast<MessagePipe::User&>(*this))),
      keep_alive_(options_->echo_interval, options_->echo_timeout),
      timer_(io) {}

void Connection::start() {
  handshake_deadline_ = Clock::now() + options_->handshake_timeout;
  wake_by(handshake_deadline_);
  transmit(our_hello(), exchanges_.allocate());
  pipe_->start();
}

bool Connection::transmit(const of::Message& message, of::Xid xid) {
  switch (pipe_->send(message, xid)) {
    case MessagePipe::Sent::kQueued:
      return true;
    case MessagePipe::Sent::kFull:
      end_for_overflow();
      return false;
    case MessagePipe::Sent::kTooLarge:
      log_->warn("event=message_too_large peer={} dpid={:016x} type={}", peer(), dpid().value(), of::type_name(message));
      return false;
  }
  return false;
}

void Connection::end_for_overflow() {
  end(Ending::kOther, fmt::format("reads too slowly: {} bytes are waiting", pipe_->send_queue_bytes()), Farewell::kAbrupt);
}

void Connection::send(ByteSpan encoded) {
  if (state_ == State::kUp && pipe_->send(encoded) != MessagePipe::Sent::kQueued) end_for_overflow();
}

std::optional<of::Xid> Connection::send(const of::Message& message) {
  if (state_ != State::kUp) return std::nullopt;
  const of::Xid xid = exchanges_.allocate();
  if (!transmit(message, xid)) return std::nullopt;
  return xid;
}

void Connection::request(const of::Message& message, RequestCallback callback) {
  const auto fail = [&](RequestErrorCode code, std::string text) {
    post(io_,
         [callback = std::move(callback), error = RequestError{code, {}, std::move(text)}] { callback(std::unexpected(error)); });
  };
  if (state_ != State::kUp) return fail(RequestErrorCode::kNoSwitch, "not connected");
  const auto answer = answer_test(message);
  const std::uint32_t count = answer ? 1 : 2;
  const of::Xid xid = exchanges_.allocate(count);
  Bytes encoded;
  try {
    of::encode(message, xid, encoded);
  } catch (const std::length_error&) {
    return fail(RequestErrorCode::kTooLarge, fmt::format("{} is too long", of::type_name(message)));
  }
  if (!answer) of::encode(of::BarrierRequest{}, of::Xid(xid.value() + 1), encoded);
  if (pipe_->send(encoded) != MessagePipe::Sent::kQueued) {
    return fail(RequestErrorCode::kQueueFull, fmt::format("{} bytes are waiting already", pipe_->send_queue_bytes()));
  }
  const TimePoint deadline = Clock::now() + options_->request_timeout;
  exchanges_.add(xid, count, std::make_unique<Request>(answer, options_->max_reply_bytes, deadline, std::move(callback)));
  wake_by(deadline);
}

void Connection::apply_bundle(std::vector<of::Message> messages, BundleCallback callback) {
  const auto fail = [&](BundleError error) {
    post(io_, [callback = std::move(callback), error = std::move(error)] { callback(std::unexpected(error)); });
  };
  if (state_ != State::kUp) return fail({BundleErrorCode::kNoSwitch, {}, {}, "not connected"});
  if (messages.empty()) return post(io_, [callback = std::move(callback)] { callback({}); });

  const auto count = static_cast<std::uint32_t>(messages.size()) + Bundle::kXidsBesideMessages;
  const of::BundleId id(next_bundle_++);
  const of::Xid first = exchanges_.allocate(count);
  auto staging = Bundle::stage(id, first, messages);
  if (!staging) return fail(std::move(staging.error()));
  if (pipe_->send(staging->encoded) != MessagePipe::Sent::kQueued) {
    return fail({BundleErrorCode::kQueueFull,
                 {},
                 {},
                 fmt::format("{} bytes do not fit: {} are waiting already", staging->encoded.size(), pipe_->send_queue_bytes())});
  }
  bundled_flow_mods_out_ += static_cast<std::uint64_t>(
      std::ranges::count_if(messages, [](const auto& m) { return std::holds_alternative<of::FlowMod>(m); }));
  const TimePoint now = Clock::now();
  // The table is a member: it and what it holds never outlive `this`.
  auto counted = [this, callback = std::move(callback)](BundleResult result) {
    ++(result ? bundles_committed_ : bundles_failed_);
    callback(std::move(result));
  };
  auto bundle = std::make_unique<Bundle>(
      Bundle::Plan{id, first, messages.size(), std::move(staging->deleted_meters), options_->bundle_timeout}, now,
      [this](const of::Message& message, of::Xid xid) { transmit(message, xid); }, std::move(counted));
  exchanges_.add(first, count, std::move(bundle));
  wake_by(now + options_->bundle_timeout);
}

Connection::Waiting Connection::barrier(BarrierToken token) {
  if (state_ != State::kUp || barrier_tokens_ >= kMaxBarrierTokens) return Waiting::kRefused;
  const bool first = open_barrier_ == nullptr;
  if (first) {
    // The table is a member: it and what it holds never outlive `this`.
    auto barrier = std::make_unique<Barrier>(Clock::now() + options_->request_timeout, [this](auto tokens, bool ok) {
      barrier_tokens_ -= tokens.size();
      if (owner_) owner_->on_barrier(*this, tokens, ok);
    });
    open_barrier_ = barrier.get();
    open_barrier_xid_ = exchanges_.allocate();
    exchanges_.add(open_barrier_xid_, 1, std::move(barrier));
  }
  open_barrier_->add(token);
  ++barrier_tokens_;
  return first ? Waiting::kFirst : Waiting::kMore;
}

void Connection::send_barrier() {
  if (state_ != State::kUp || !open_barrier_) return;
  Barrier& barrier = *std::exchange(open_barrier_, nullptr);
  barrier.set_sent();
  wake_by(barrier.deadline());
  transmit(of::BarrierRequest{}, open_barrier_xid_);
}

void Connection::hold(Hold reason) {
  holds_ |= std::to_underlying(reason);
  pipe_->hold();
}

void Connection::release(Hold reason) {
  holds_ = static_cast<std::uint8_t>(holds_ & ~std::to_underlying(reason));
  if (holds_ == 0) pipe_->release();
}

void Connection::probe() {
  if (state_ != State::kUp) return;
  keep_alive_.probe(Clock::now());
  wake_by(keep_alive_.next());
}

void Connection::end(Ending ending, std::string reason, Farewell farewell) {
  if (state_ >= State::kClosing) return;
  was_up_ = state_ == State::kUp;
  state_ = State::kClosing;
  ending_ = ending;
  end_reason_ = std::move(reason);
  timer_.cancel();
  const auto self = shared_from_this();
  post(io_, [self] { self->report_end(); });
  if (farewell == Farewell::kLinger) {
    pipe_->finish(options_->linger_timeout, [self] { self->gone(); });
  } else {
    pipe_->close();
    post(io_, [self] { self->gone(); });
  }
}

void Connection::report_end() {
  open_barrier_ = nullptr;
  exchanges_.disconnect(end_reason_);
  if (owner_) owner_->on_end(*this, ending_, was_up_, end_reason_);
}

void Connection::gone() {
  state_ = State::kClosed;
  if (owner_) owner_->on_gone(*this);
}

void Connection::abandon() {
  owner_ = nullptr;
  state_ = State::kClosed;
  timer_.cancel();
  pipe_->close();
  open_barrier_ = nullptr;
  exchanges_.disconnect("the channel was stopped");
}

void Connection::wake_by(TimePoint when) {
  if (when >= timer_set_for_ || state_ >= State::kClosing) return;
  timer_set_for_ = when;
  timer_.set(when, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->on_timer();
  });
}

void Connection::on_timer() {
  timer_set_for_ = TimePoint::max();
  const TimePoint now = Clock::now();
  if (state_ < State::kUp) {
    if (now >= handshake_deadline_) {
      end(Ending::kOther, fmt::format("the handshake took too long, state={}", to_string(state_)), Farewell::kLinger);
    }
    return wake_by(handshake_deadline_);
  }
  exchanges_.expire(now);
  if (state_ != State::kUp) return;
  if (!pipe_->reading()) keep_alive_.heard();  // what the switch says lies with us
  switch (keep_alive_.tick(now)) {
    case KeepAlive::Action::kNothing:
      break;
    case KeepAlive::Action::kSendEcho:
      transmit(of::EchoRequest{keep_alive_.make_echo(now)}, exchanges_.allocate());
      break;
    case KeepAlive::Action::kDead:
      return end(Ending::kOther, "no answer to echo requests", Farewell::kAbrupt);
  }
  wake_by(keep_alive_.next());
  if (const auto deadline = exchanges_.next_deadline()) wake_by(*deadline);
}

SwitchStats Connection::stats() const {
  SwitchStats stats;
  pipe_->add_to(stats);
  stats.connected_since = up_since_;
  stats.messages_in = messages_in_;
  stats.flow_mods_out = stats.messages_out[kTypeFlowMod] + bundled_flow_mods_out_;
  stats.bundles_committed = bundles_committed_;
  stats.bundles_failed = bundles_failed_;
  stats.bad_messages = bad_messages_;
  stats.stray_replies = stray_replies_;
  stats.requests_pending = exchanges_.size();
  stats.echo_round_trip = keep_alive_.round_trip();
  return stats;
}

}  // namespace dcportals::channel
