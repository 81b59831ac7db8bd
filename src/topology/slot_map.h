// Which key slots of one host are taken: a bitmap that answers "the next free slot from here on" a word at a time.
//
// Grows with the highest slot in use, so a host with few keys costs a few words. Used by Topology alone. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace dcportals::topology {

class SlotMap {
 public:
  void take(std::uint32_t slot);
  void release(std::uint32_t slot);
  [[nodiscard]] bool taken(std::uint32_t slot) const;
  [[nodiscard]] std::uint32_t count() const { return count_; }

  // The first free slot in [1, end), searched cyclically from the one after the slot last taken, so that a released slot is given
  // again as late as may be. Slot 0 is never given: it is the host's broadcast key.
  [[nodiscard]] std::optional<std::uint32_t> next_free(std::uint32_t end) const;

 private:
  [[nodiscard]] std::optional<std::uint32_t> first_free_in(std::uint32_t begin, std::uint32_t end) const;

  std::vector<std::uint64_t> words_;
  std::uint32_t last_taken_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace dcportals::topology
