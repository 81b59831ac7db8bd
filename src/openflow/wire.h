// What every decoder and encoder of this module shares: where a fault is noted, and how structures are framed. Internal.
//
// Decoders are `bool decode_x(ByteReader& in, X& out, Fault& fault)`: false once the fault is raised. They may leave short reads
// to the reader's ok(), which whoever made the reader asks. Encoders append to one buffer and mend length fields afterwards.
#pragma once

#include <algorithm>
#include <concepts>
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

// Appends as ByteWriter does, but makes room in chunks and not for every number, because encoding is mostly small numbers: five
// times as fast. Until the writer is gone, the buffer is longer than what was written.
class WireWriter {
 public:
  explicit WireWriter(Bytes& out) : out_(out), size_(out.size()) {}
  ~WireWriter() { out_.resize(size_); }
  WireWriter(const WireWriter&) = delete;
  WireWriter& operator=(const WireWriter&) = delete;

  // Of the buffer up to what was written last.
  [[nodiscard]] std::size_t size() const { return size_; }

  void u8(std::uint8_t v) { *room(1) = v; }
  void u16(std::uint16_t v) { store_be(room(2), v); }
  void u32(std::uint32_t v) { store_be(room(4), v); }
  void u64(std::uint64_t v) { store_be(room(8), v); }
  void bytes(ByteSpan v) { std::ranges::copy(v, room(v.size())); }
  void zeros(std::size_t count) { std::fill_n(room(count), count, std::uint8_t{0}); }
  // Zeros until the bytes written since `start` are a multiple of `alignment`.
  void pad_to(std::size_t start, std::size_t alignment) { zeros((alignment - (size() - start) % alignment) % alignment); }
  // Overwrite what is written already.
  void set_u16(std::size_t at, std::uint16_t v) { store_be(out_.data() + at, v); }
  void set_u32(std::size_t at, std::uint32_t v) { store_be(out_.data() + at, v); }
  // Takes back what was written behind `size`.
  void truncate(std::size_t size) { size_ = size; }

 private:
  static constexpr std::size_t kChunk = 256;

  std::uint8_t* room(std::size_t count) {
    if (out_.size() - size_ < count) out_.resize(size_ + std::max(count, kChunk));
    std::uint8_t* const place = out_.data() + size_;
    size_ += count;
    return place;
  }

  Bytes& out_;
  std::size_t size_;
};

// What `write` writes, in a buffer of its own.
inline Bytes written_by(const std::invocable<WireWriter&> auto& write) {
  Bytes out;
  {
    WireWriter writer(out);
    write(writer);
  }
  return out;
}

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
inline void mend_length(WireWriter& out, std::size_t start, std::size_t at) {
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
