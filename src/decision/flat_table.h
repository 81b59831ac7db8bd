// An open-addressing hash table: one block of memory, linear probing, erasure by shifting back.
//
// Lookups touch one or two cache lines, and neither they nor re-use of freed places allocate. Pointers hold until the next put or erase.
// Keys are trivially comparable values; Hash must spread them over all bits. A value type: copies are deep. One thread at a time; readers may
// share a table that nobody changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dcportals::decision {

// Murmur3's finalizer: every bit of the input moves about half of the output's.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ x >> 33;
}

template <class Key, class Value, class Hash>
class FlatTable {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] const Value* find(const Key& key, std::uint64_t hash) const {
    if (slots_.empty()) return nullptr;
    for (std::size_t i = hash & mask();; i = (i + 1) & mask()) {
      const Slot& slot = slots_[i];
      if (!slot.used) return nullptr;
      if (slot.key == key) return &slot.value;
    }
  }
  [[nodiscard]] const Value* find(const Key& key) const { return find(key, Hash{}(key)); }
  [[nodiscard]] Value* find(const Key& key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

  // Starts to bring the place of the hash into the cache.
  void fetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(slots_.data() + (hash & mask()));
  }

  // The value at `key`, made by default if there was none.
  Value& operator[](const Key& key) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    std::size_t i = Hash{}(key)&mask();
    while (slots_[i].used && slots_[i].key != key) i = (i + 1) & mask();
    Slot& slot = slots_[i];
    if (!slot.used) {
      slot.used = true;
      slot.key = key;
      ++size_;
    }
    return slot.value;
  }

  // Whether there was one.
  bool erase(const Key& key) {
    if (slots_.empty()) return false;
    std::size_t hole = Hash{}(key)&mask();
    while (slots_[hole].used && slots_[hole].key != key) hole = (hole + 1) & mask();
    if (!slots_[hole].used) return false;
    // Whoever was pushed past the hole by it moves into it.
    for (std::size_t i = (hole + 1) & mask(); slots_[i].used; i = (i + 1) & mask()) {
      const std::size_t home = Hash{}(slots_[i].key) & mask();
      if (((i - home) & mask()) < ((i - hole) & mask())) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = Slot{};
    --size_;
    return true;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const Slot& slot : slots_) {
      if (slot.used) visit(slot.key, slot.value);
    }
  }

 private:
  struct Slot {
    Key key{};
    Value value{};
    bool used = false;
  };

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 8 : slots_.size() * 2);
    old.swap(slots_);
    size_ = 0;
    for (Slot& slot : old) {
      if (slot.used) (*this)[slot.key] = std::move(slot.value);
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, or none
  std::size_t size_ = 0;
};

}  // namespace dcportals::decision
