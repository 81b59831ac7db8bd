#include "pipeline/cookie.h"

namespace dcportals::pipeline {

std::optional<CookieContent> parse_cookie(openflow::Cookie cookie) {
  const std::uint64_t v = cookie.value();
  const auto rule = static_cast<std::uint8_t>(v >> 48);
  const auto kind = static_cast<std::uint8_t>(v >> 40);
  const bool reserved_clear = (v >> 32 & 0xff) == 0;
  if ((v & kCookieMarkMask) != kCookieMark || rule >= rules().size() || !reserved_clear) return std::nullopt;
  if (kind < static_cast<std::uint8_t>(OwnerKind::kHost) || kind > static_cast<std::uint8_t>(OwnerKind::kNetwork)) return std::nullopt;
  return CookieContent{static_cast<Rule>(rule), {static_cast<OwnerKind>(kind), static_cast<std::uint32_t>(v)}};
}

}  // namespace dcportals::pipeline
