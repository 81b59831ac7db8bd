// Strong integer identifiers: an OfPort is not a TableId, and neither is an int.
//
// Used by every module for numbers that name something. A StrongId only compares, hashes and formats; arithmetic is not
// offered because the sum of two names means nothing. Header only, no state, safe from any thread.
#pragma once

#include <fmt/format.h>

#include <compare>
#include <cstddef>
#include <functional>

namespace dcportals {

template <class Tag, class Rep>
class StrongId {
 public:
  using rep_type = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }

  friend constexpr bool operator==(StrongId, StrongId) = default;
  friend constexpr auto operator<=>(StrongId, StrongId) = default;

 private:
  Rep value_{};
};

}  // namespace dcportals

template <class Tag, class Rep>
struct std::hash<dcportals::StrongId<Tag, Rep>> {
  std::size_t operator()(dcportals::StrongId<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value()); }
};

template <class Tag, class Rep>
struct fmt::formatter<dcportals::StrongId<Tag, Rep>> : fmt::formatter<Rep> {
  auto format(dcportals::StrongId<Tag, Rep> id, fmt::format_context& ctx) const {
    return fmt::formatter<Rep>::format(id.value(), ctx);
  }
};
