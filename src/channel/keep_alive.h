// Is the switch still there? Echo requests at an interval, and death when nothing at all came after one for too long.
//
// Any byte is a sign of life, not just the reply: on a busy connection the reply waits behind packet-ins. Connection calls
// heard() for bytes, tick() when next() is reached, and sends what tick() asks for. Time is a parameter. Value, one a connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/byte_io.h"
#include "channel/rate.h"

namespace dcportals::channel {

class KeepAlive {
 public:
  enum class Action { kNothing, kSendEcho, kDead };

  KeepAlive(Clock::duration interval, Clock::duration timeout) : interval_(interval), timeout_(timeout) {}

  void start(TimePoint now) {
    unanswered_since_.reset();
    next_echo_ = now;  // the first at once: it measures the round trip
  }
  void heard() { unanswered_since_.reset(); }
  // Asks sooner than the interval would.
  void probe(TimePoint now) { next_echo_ = std::min(next_echo_, now); }

  [[nodiscard]] TimePoint next() const {
    return unanswered_since_ ? std::min(next_echo_, *unanswered_since_ + timeout_) : next_echo_;
  }

  // When the tick itself comes very late, we were busy, not the switch: its bytes may lie unread. It is asked again, and gets its
  // time again.
  [[nodiscard]] Action tick(TimePoint now) {
    if (unanswered_since_ && now - next() > timeout_ / 2) {
      unanswered_since_.reset();
      probe(now);
    }
    if (unanswered_since_ && now >= *unanswered_since_ + timeout_) return Action::kDead;
    return now >= next_echo_ ? Action::kSendEcho : Action::kNothing;
  }

  // The data of the echo request that is sent now.
  [[nodiscard]] Bytes make_echo(TimePoint now) {
    next_echo_ = now + interval_;
    if (!unanswered_since_) unanswered_since_ = now;
    sent_at_ = now;
    Bytes data;
    ByteWriter(data).u64(++number_);
    return data;
  }

  void on_reply(ByteSpan data, TimePoint now) {
    if (data.size() != sizeof number_ || load_be<std::uint64_t>(data.data()) != number_) return;
    round_trip_ = std::chrono::duration_cast<std::chrono::microseconds>(now - sent_at_);
  }
  [[nodiscard]] std::optional<std::chrono::microseconds> round_trip() const { return round_trip_; }

 private:
  Clock::duration interval_;
  Clock::duration timeout_;
  TimePoint next_echo_{};
  TimePoint sent_at_{};
  std::optional<TimePoint> unanswered_since_;
  std::uint64_t number_ = 0;
  std::optional<std::chrono::microseconds> round_trip_;
};

}  // namespace dcportals::channel
