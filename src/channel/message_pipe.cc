// See message_pipe.h. Each operation under way holds the pipe, so `this` outlives it; the user may be gone sooner (close()).
#include "channel/message_pipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dcportals::channel {

namespace {

std::size_t length_of_first(ByteSpan messages) {
  const std::size_t length = messages.size() < openflow::kHeaderSize ? 0 : load_be<std::uint16_t>(messages.data() + 2);
  if (length < openflow::kHeaderSize || length > messages.size()) throw std::invalid_argument("not whole OpenFlow messages");
  return length;
}

}  // namespace

void require_whole_messages(ByteSpan messages) {
  for (ByteSpan rest = messages; !rest.empty();) rest = rest.subspan(length_of_first(rest));
}

std::size_t count_index(std::uint8_t type) {
  return std::min<std::size_t>(type, std::tuple_size_v<MessageCounts> - 1);
}

MessagePipe::MessagePipe(boost::asio::io_context& io, std::unique_ptr<Stream> stream, const Limits& limits, User& user)
    : io_(io),
      stream_(std::move(stream)),
      limits_(limits),
      user_(&user),
      throttle_timer_(io),
      outbox_(limits.max_send_queue_bytes),
      progress_timer_(io),
      linger_timer_(io) {
  if (limits.max_messages_per_second > 0) rate_.emplace(limits.max_messages_per_second, limits.max_messages_per_second);
}

void MessagePipe::read() {
  if (reading_ || mode_ == Mode::kClosed) return;
  reading_ = true;
  stream_->read_some(inbox_.space(),
                     [self = shared_from_this()](std::error_code error, std::size_t count) { self->on_read(error, count); });
}

void MessagePipe::on_read(std::error_code error, std::size_t count) {
  reading_ = false;
  if (mode_ == Mode::kClosed) return;
  if (error) {
    lose(inbox_.waiting().empty() ? error.message() : error.message() + " in the middle of a message");
    return;
  }
  bytes_in_ += count;
  inbox_.received(count);
  if (mode_ == Mode::kOpen) user_->on_bytes();
  process();
}

void MessagePipe::process() {
  const std::size_t most = mode_ == Mode::kOpen ? turn_size() : 0;
  std::size_t handled = 0;
  bool emptied = false;
  while (mode_ == Mode::kOpen && !held_ && !emptied && handled < most) {
    emptied = !hand_out_next();
    if (!emptied) ++handled;
  }
  if (rate_) rate_->spend(handled);
  if (handled > 0 && user_) user_->on_turn_end();
  if (mode_ == Mode::kOpen) {
    if (held_) return;
    if (!emptied) return most < limits_.messages_per_turn ? pause_for_rate() : process_soon();
  } else if (mode_ == Mode::kFinishing) {
    inbox_.clear();  // what comes now is only taken away, so that the peer is not reset before it has read
  }
  read();
}

// false: there is no whole message any more.
bool MessagePipe::hand_out_next() {
  const auto frame = inbox_.next();
  if (!frame) {
    user_->on_bad_framing(inbox_.waiting());
    if (mode_ == Mode::kOpen) lose(frame.error().text);
    return true;
  }
  if (frame->empty()) {
    if (!inbox_.waiting().empty()) user_->on_partial(inbox_.waiting());
    return false;
  }
  user_->on_frame(*frame);
  return true;
}

void MessagePipe::process_soon() {
  if (std::exchange(process_posted_, true)) return;
  post(io_, [self = shared_from_this()] {
    self->process_posted_ = false;
    if (!self->reading_) self->process();
  });
}

std::size_t MessagePipe::turn_size() {
  return rate_ ? std::min(limits_.messages_per_turn, rate_->available(Clock::now())) : limits_.messages_per_turn;
}

void MessagePipe::pause_for_rate() {
  ++read_pauses_;
  const TimePoint now = Clock::now();
  const auto pause = rate_->wait_for(static_cast<double>(limits_.messages_per_turn), now);
  throttle_timer_.set(now + pause, [self = weak_from_this()] {
    if (auto pipe = self.lock()) pipe->process_soon();
  });
}

void MessagePipe::hold() {
  if (!std::exchange(held_, true)) ++read_pauses_;
}

void MessagePipe::release() {
  if (std::exchange(held_, false)) process_soon();
}

MessagePipe::Sent MessagePipe::send(const openflow::Message& message, openflow::Xid xid) {
  scratch_.clear();
  try {
    openflow::encode(message, xid, scratch_);
  } catch (const std::length_error&) {
    return Sent::kTooLarge;
  }
  return send(scratch_);
}

MessagePipe::Sent MessagePipe::send(ByteSpan encoded_messages) {
  require_whole_messages(encoded_messages);
  const Sent sent = send_raw(encoded_messages);
  if (sent != Sent::kQueued) return sent;
  for (ByteSpan rest = encoded_messages; !rest.empty(); rest = rest.subspan(length_of_first(rest))) {
    ++messages_out_[count_index(rest[1])];
  }
  return sent;
}

MessagePipe::Sent MessagePipe::send_raw(ByteSpan bytes) {
  if (mode_ != Mode::kOpen || !outbox_.push(bytes)) return Sent::kFull;
  flush_soon();
  return Sent::kQueued;
}

void MessagePipe::flush_soon() {
  if (writing_ || std::exchange(flush_posted_, true)) return;
  post(io_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->write();
  });
}

void MessagePipe::write() {
  if (writing_ || mode_ == Mode::kClosed) return;
  const ByteSpan bytes = outbox_.front();
  if (bytes.empty()) {
    if (mode_ == Mode::kFinishing && !std::exchange(sending_finished_, true)) stream_->finish_sending();
    return;
  }
  writing_ = true;
  last_progress_ = Clock::now();
  watch_progress();
  stream_->write_some(bytes,
                      [self = shared_from_this()](std::error_code error, std::size_t count) { self->on_written(error, count); });
}

void MessagePipe::on_written(std::error_code error, std::size_t count) {
  writing_ = false;
  if (mode_ == Mode::kClosed) return;
  if (error) {
    lose(error.message());
    return;
  }
  bytes_out_ += count;
  outbox_.written(count);
  write();
}

// One look per timeout, not one timer per write.
void MessagePipe::watch_progress() {
  if (std::exchange(watching_, true)) return;
  progress_timer_.set(last_progress_ + limits_.send_stall_timeout, [weak = weak_from_this()] {
    auto self = weak.lock();
    if (!self) return;
    self->watching_ = false;
    if (!self->writing_) return;
    if (Clock::now() - self->last_progress_ >= self->limits_.send_stall_timeout) {
      self->lose(fmt::format("reads too slowly: {} bytes are waiting", self->outbox_.size()));
    } else {
      self->watch_progress();
    }
  });
}

void MessagePipe::finish(Clock::duration linger, std::function<void()> closed) {
  if (mode_ != Mode::kOpen) return;
  mode_ = Mode::kFinishing;
  closed_ = std::move(closed);
  throttle_timer_.cancel();
  linger_timer_.set(Clock::now() + linger, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->lose("");
  });
  flush_soon();
  process_soon();  // to read, and pass over, what comes
}

void MessagePipe::lose(const std::string& reason) {
  const bool finishing = mode_ == Mode::kFinishing;
  shut();
  if (finishing) {
    if (auto closed = std::exchange(closed_, nullptr)) closed();
  } else if (user_) {
    std::exchange(user_, nullptr)->on_lost(reason);
  }
}

void MessagePipe::close() {
  user_ = nullptr;
  closed_ = nullptr;
  shut();
}

void MessagePipe::shut() {
  if (std::exchange(mode_, Mode::kClosed) == Mode::kClosed) return;
  stream_->close();
  throttle_timer_.cancel();
  progress_timer_.cancel();
  linger_timer_.cancel();
}

void MessagePipe::add_to(SwitchStats& stats) const {
  stats.peer = stream_->peer();
  stats.messages_out = messages_out_;
  stats.bytes_in = bytes_in_;
  stats.bytes_out = bytes_out_;
  stats.read_pauses = read_pauses_;
  stats.send_queue_bytes = outbox_.size();
}

}  // namespace dcportals::channel
