// Bounded big-endian reading and writing of wire formats.
//
// ByteReader never reads past its end: a read that would do so returns zeros and makes ok() false for good, so a decoder reads a
// whole structure and asks once. Its offset counts from the start of the outermost buffer, which is what errors report.
// ByteWriter appends to a vector. Used by `packet` and `openflow`. Values, no shared state.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace dcportals {

using ByteSpan = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_be(const std::uint8_t* p) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((std::uint64_t{value} << 8) | p[i]);
  return value;
}

template <std::unsigned_integral T>
constexpr void store_be(std::uint8_t* p, T value) {
  for (std::size_t i = sizeof(T); i-- > 0;) {
    p[i] = static_cast<std::uint8_t>(value);
    value = static_cast<T>(std::uint64_t{value} >> 8);
  }
}

class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes, std::size_t base_offset = 0) : bytes_(bytes), base_(base_offset) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - position_; }
  [[nodiscard]] bool empty() const { return remaining() == 0; }
  // Bytes from the start of the outermost buffer to the next byte to be read.
  [[nodiscard]] std::size_t offset() const { return base_ + position_; }

  std::uint8_t u8() { return get<std::uint8_t>(); }
  std::uint16_t u16() { return get<std::uint16_t>(); }
  std::uint32_t u32() { return get<std::uint32_t>(); }
  std::uint64_t u64() { return get<std::uint64_t>(); }

  // The next `count` bytes, or an empty span (and ok() false) when there are fewer.
  ByteSpan take(std::size_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return {};
    }
    ByteSpan part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }
  ByteSpan rest() { return take(remaining()); }
  void skip(std::size_t count) { (void)take(count); }

  // A reader over the next `count` bytes, which this one then has behind it.
  ByteReader sub(std::size_t count) {
    std::size_t start = offset();
    ByteReader part(take(count), start);
    part.ok_ = ok_;
    return part;
  }

 private:
  template <std::unsigned_integral T>
  T get() {
    ByteSpan part = take(sizeof(T));
    return part.empty() ? T{0} : load_be<T>(part.data());
  }

  ByteSpan bytes_;
  std::size_t position_ = 0;
  std::size_t base_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit ByteWriter(Bytes& out) : out_(out) {}

  [[nodiscard]] std::size_t size() const { return out_.size(); }

  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16(std::uint16_t v) { put(v); }
  void u32(std::uint32_t v) { put(v); }
  void u64(std::uint64_t v) { put(v); }
  void bytes(ByteSpan v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void zeros(std::size_t count) { out_.insert(out_.end(), count, 0); }
  // Zeros until the bytes written since `start` are a multiple of `alignment`.
  void pad_to(std::size_t start, std::size_t alignment) { zeros((alignment - (size() - start) % alignment) % alignment); }
  // Overwrites two bytes already written, for length fields known only at the end.
  void set_u16(std::size_t at, std::uint16_t v) { store_be(out_.data() + at, v); }

 private:
  template <std::unsigned_integral T>
  void put(T v) {
    std::size_t at = out_.size();
    out_.resize(at + sizeof(T));
    store_be(out_.data() + at, v);
  }

  Bytes& out_;
};

}  // namespace dcportals
