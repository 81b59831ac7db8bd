// Bitmap of key slots. See slot_map.h.
#include "topology/slot_map.h"

#include <bit>

namespace dcportals::topology {
namespace {

constexpr std::uint32_t kWordBits = 64;

constexpr std::uint64_t bit_of(std::uint32_t slot) {
  return std::uint64_t{1} << (slot % kWordBits);
}

}  // namespace

void SlotMap::take(std::uint32_t slot) {
  if (taken(slot)) return;
  if (slot / kWordBits >= words_.size()) words_.resize(slot / kWordBits + 1);
  words_[slot / kWordBits] |= bit_of(slot);
  last_taken_ = slot;
  ++count_;
}

void SlotMap::release(std::uint32_t slot) {
  if (!taken(slot)) return;
  words_[slot / kWordBits] &= ~bit_of(slot);
  --count_;
}

bool SlotMap::taken(std::uint32_t slot) const {
  return slot / kWordBits < words_.size() && (words_[slot / kWordBits] & bit_of(slot)) != 0;
}

std::optional<std::uint32_t> SlotMap::next_free(std::uint32_t end) const {
  const std::uint32_t start = last_taken_ + 1;
  if (const auto after = first_free_in(start, end)) return after;
  return first_free_in(1, start < end ? start : end);
}

std::optional<std::uint32_t> SlotMap::first_free_in(std::uint32_t begin, std::uint32_t end) const {
  while (begin < end) {
    if (begin / kWordBits >= words_.size()) return begin;
    // Slots before `begin` in its word count as taken.
    const std::uint64_t word = words_[begin / kWordBits] | (bit_of(begin) - 1);
    const std::uint32_t word_start = begin - begin % kWordBits;
    if (word != ~std::uint64_t{0}) {
      const std::uint32_t slot = word_start + static_cast<std::uint32_t>(std::countr_one(word));
      if (slot < end) return slot;
      return std::nullopt;
    }
    begin = word_start + kWordBits;
  }
  return std::nullopt;
}

}  // namespace dcportals::topology
