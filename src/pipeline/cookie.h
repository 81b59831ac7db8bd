// What a flow's cookie says: which rule it is an instance of, and whose it is (OpenFlow 1.3 section 6.4, "cookie").
//
// Bits 63-56 are dcportals' mark, 55-48 the rule, 47-40 the kind of owner, 31-0 the owner's number (PortNumber,
// NetworkNumber, or 0 for the host itself).
#pragma once

#include <cstdint>
#include <optional>

#include "openflow/types.h"
#include "pipeline/pipeline.h"

namespace dcportals::pipeline {

struct Owner {
  OwnerKind kind = OwnerKind::kHost;
  std::uint32_t number = 0;
  friend bool operator==(const Owner&, const Owner&) = default;
};

struct CookieContent {
  Rule rule;
  Owner owner;
  friend bool operator==(const CookieContent&, const CookieContent&) = default;
};

inline constexpr std::uint64_t kCookieMark = std::uint64_t{0xdc} << 56;
inline constexpr std::uint64_t kCookieMarkMask = std::uint64_t{0xff} << 56;

[[nodiscard]] constexpr openflow::Cookie make_cookie(Rule rule, Owner owner) {
  return openflow::Cookie{kCookieMark | std::uint64_t{static_cast<std::uint8_t>(rule)} << 48 |
                          std::uint64_t{static_cast<std::uint8_t>(owner.kind)} << 40 | owner.number};
}

// nullopt for a cookie that is not ours.
[[nodiscard]] std::optional<CookieContent> parse_cookie(openflow::Cookie cookie);

}  // namespace dcportals::pipeline
