// What every decoder and encoder of this module shares: where a fault is noted, and how structures are framed. Internal.
//
// Decoders are `bool decode_x(ByteReader& in, X& out, Fault& fault)`: false once the fault is raised. They may leave short reads
// to the reader's ok(), which whoever made the reader asks. Encoders append to one buffer and mend length fields afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/byte_io.h"
#include "openflow/codec.h"

namespace dcportals::openflow {

// The first thing that was wrong.
class Fault {
 public:
  [[nodiscard]] bool raised() const { return raised_; }
  [[nodiscard]] const DecodeError& error() const { return error_; }

  // Always false, so that a decoder can return it.
  bool raise(DecodeErrorCode code, std::size_t offset, std::string_view text) {
    if (!raised_) error_ = {code, offset, std::string(text)};
    raised_ = true;
    return false;
  }
  bool truncated(const ByteReader& in, std::string_view what) { return raise(DecodeErrorCode::kTruncated, in.offset(), what); }

 private:
  bool raised_ = false;
  DecodeError error_{};
};

// Copies what is left to be read.
inline Bytes rest_of(ByteReader& in) {
  const ByteSpan rest = in.rest();
  return {rest.begin(), rest.end()};
}

// Zero bytes that bring `length` to a multiple of 8.
constexpr std::size_t padding(std::size_t length) {
  return (8 - length % 8) % 8;
}

// Writes the bytes since `start` as the 16-bit length at `at`. What does not fit wraps: then the whole message is too long, and
// encode() throws.
inline void mend_length(ByteWriter& out, std::size_t start, std::size_t at) {
  out.set_u16(at, static_cast<std::uint16_t>(out.size() - start));
}

// How many structures with a 16-bit length at `length_at` the bytes can hold, at most: a bound to reserve by. Stops at the first
// length that makes no sense.
inline std::size_t count_structures(ByteSpan bytes, std::size_t length_at, std::size_t min_length) {
  std::size_t count = 0;
  while (bytes.size() >= min_length) {
    const std::size_t length = load_be<std::uint16_t>(bytes.data() + length_at);
    if (length < min_length || length > bytes.size()) break;
    bytes = bytes.subspan(length);
    ++count;
  }
  return count;
}

}  // namespace dcportals::openflow
