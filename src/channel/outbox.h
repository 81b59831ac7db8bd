// Encoded messages waiting to be written: one half is being written while the other is filled, so that all that is queued in the
// meantime goes out in one write. Bounded. Value, one a connection.
#pragma once

#include <cstddef>
#include <utility>

#include "base/byte_io.h"

namespace dcportals::channel {

class Outbox {
 public:
  explicit Outbox(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Whole messages. false: they do not fit, and nothing has changed.
  [[nodiscard]] bool push(ByteSpan encoded) {
    if (size() > max_bytes_ || encoded.size() > max_bytes_ - size()) return false;
    filling_.insert(filling_.end(), encoded.begin(), encoded.end());
    return true;
  }

  // What to write next; empty when nothing waits. Valid until written().
  [[nodiscard]] ByteSpan front() {
    if (position_ == writing_.size()) {
      writing_.clear();
      position_ = 0;
      if (writing_.capacity() > kKeep) Bytes().swap(writing_);  // a burst's memory is given back
      std::swap(writing_, filling_);
    }
    return ByteSpan(writing_).subspan(position_);
  }
  void written(std::size_t count) { position_ += count; }

  [[nodiscard]] std::size_t size() const { return writing_.size() - position_ + filling_.size(); }

 private:
  static constexpr std::size_t kKeep = 256 << 10;

  std::size_t max_bytes_;
  Bytes writing_;
  std::size_t position_ = 0;
  Bytes filling_;
};

}  // namespace dcportals::channel
