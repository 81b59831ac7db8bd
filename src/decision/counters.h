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
  Counters& operator+=(const Counters& other) {
    for (std::size_t i = 0; i < decided.size(); ++i) decided[i] += other.decided[i];
    for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] += other.dropped[i];
    return *this;
  }
  // visit(Reason, packets), for each reason that there was.
  template <class Visit>
  void for_each_drop(Visit visit) const {
    for (std::size_t i = 0; i < dropped.size(); ++i) {
      if (dropped[i] != 0) visit(Reason::from_index(i), dropped[i]);
    }
  }
};

}  // namespace dcportals::decision
