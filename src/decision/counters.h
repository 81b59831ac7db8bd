// What became of packet-ins, by kind of decision and by reason of drop.
#pragma once

#include <array>
#include <cstdint>

#include "decision/decide.h"

namespace dcportals::decision {

struct Counters {
  std::array<std::uint64_t, kKinds> decided{};  // packets, by kind; of kDrop all drops
  std::array<std::uint64_t, kReasons> dropped{};

  [[nodiscard]] std::uint64_t of(Kind kind) const { return decided[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::uint64_t of(Reason reason) const { return dropped[reason.index()]; }
  void count(Kind kind) { ++decided[static_cast<std::size_t>(kind)]; }
  void count_drop(Reason reason) {
    count(Kind::kDrop);
    ++dropped[reason.index()];
  }
};

}  // namespace dcportals::decision
