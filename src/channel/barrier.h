// One barrier that several callers wait for: whoever asks before it is sent shares it. Made by Connection. See exchange.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "channel/exchange.h"

namespace dcportals::channel {

// What a caller gets back when the barrier is answered: his own number, and which worker he is on (see pool.h).
struct BarrierToken {
  std::uint32_t worker = 0;
  std::uint64_t number = 0;
  friend bool operator==(const BarrierToken&, const BarrierToken&) = default;
};

class Barrier : public Exchange {
 public:
  // false: refused, not answered in time, or the connection ended first.
  using Callback = std::function<void(std::span<const BarrierToken>, bool ok)>;

  Barrier(TimePoint deadline, Callback callback) : Exchange(deadline), callback_(std::move(callback)) {}

  void add(BarrierToken token) { tokens_.push_back(token); }
  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  // Until then no message is an answer to it, whatever its xid.
  void set_sent() { sent_ = true; }

  [[nodiscard]] Progress on_message(std::uint32_t, openflow::Message& message, std::size_t, TimePoint) override {
    if (!sent_) return Progress::kNotMine;
    ok_ = std::holds_alternative<openflow::BarrierReply>(message);
    return ok_ || std::holds_alternative<openflow::ErrorMessage>(message) ? Progress::kDone : Progress::kNotMine;
  }
  [[nodiscard]] Progress on_undecodable(std::uint32_t, const std::string&, TimePoint) override {
    return sent_ ? Progress::kDone : Progress::kNotMine;
  }
  void on_end(End, const std::string&) override {}
  void complete() override { callback_(tokens_, ok_); }

 private:
  Callback callback_;
  std::vector<BarrierToken> tokens_;
  bool sent_ = false;
  bool ok_ = false;
};

}  // namespace dcportals::channel
