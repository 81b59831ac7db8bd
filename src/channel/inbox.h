// Received bytes, cut into messages. Holds at most one message and what came with it: 64 KiB, and as much only for a peer that has
// sent more at once than the small buffer it begins with.
//
// The stream reads into space(), tells received(), and next() gives one message after the other; a span it gave stays valid until
// space() is called. Value, one a connection.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <expected>
#include <optional>
#include <span>

#include "base/byte_io.h"
#include "openflow/codec.h"

namespace dcportals::channel {

class Inbox {
 public:
  // Where to read to; never empty. Moves what is left to the front, and grows when the message there is longer than the buffer.
  [[nodiscard]] std::span<std::uint8_t> space() {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    buffer_.resize(std::max({buffer_.size(), filled_ ? openflow::kMaxMessageSize : kSmallest, needed_}));
    return std::span(buffer_).subspan(end_);
  }
  void received(std::size_t count) {
    end_ += count;
    filled_ = end_ == buffer_.size();
  }

  // The next whole message, an empty span when more bytes are needed, or what is wrong with the length in its header.
  [[nodiscard]] std::expected<ByteSpan, openflow::DecodeError> next() {
    const auto length = openflow::message_length(waiting());
    if (!length) return std::unexpected(length.error());
    needed_ = *length;
    if (*length == 0 || *length > end_ - begin_) return ByteSpan{};
    const ByteSpan message = waiting().first(*length);
    begin_ += *length;
    needed_ = 0;
    return message;
  }

  [[nodiscard]] ByteSpan waiting() const { return ByteSpan(buffer_).subspan(begin_, end_ - begin_); }
  void clear() { begin_ = end_ = needed_ = 0; }

 private:
  static constexpr std::size_t kSmallest = 16 << 10;

  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool filled_ = false;     // the last read took all the space there was
  std::size_t needed_ = 0;  // the whole length of the message at begin_, 0 if not known
};

}  // namespace dcportals::channel
