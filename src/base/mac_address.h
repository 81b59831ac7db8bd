// A 48-bit Ethernet address (IEEE 802).
#pragma once

#include <fmt/format.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dcportals {

class MacAddress {
 public:
  constexpr MacAddress() = default;
  // From the number whose most significant of 48 bits comes first on the wire; higher bits are dropped.
  constexpr explicit MacAddress(std::uint64_t value) : value_(value & 0xffff'ffff'ffffULL) {}

  // Six pairs of hexadecimal digits separated by ':' or '-'. nullopt for anything else.
  [[nodiscard]] static std::optional<MacAddress> parse(std::string_view text);
  // From six bytes in wire order.
  [[nodiscard]] static MacAddress from_bytes(const std::uint8_t* bytes);

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  [[nodiscard]] std::array<std::uint8_t, 6> bytes() const;
  // Lower case, separated by ':'.
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] constexpr bool is_zero() const { return value_ == 0; }
  [[nodiscard]] constexpr bool is_broadcast() const { return value_ == 0xffff'ffff'ffffULL; }
  // The group bit: multicast and broadcast.
  [[nodiscard]] constexpr bool is_group() const { return (value_ >> 40 & 1) != 0; }

  friend constexpr bool operator==(MacAddress, MacAddress) = default;
  friend constexpr auto operator<=>(MacAddress, MacAddress) = default;

 private:
  std::uint64_t value_ = 0;
};

inline constexpr MacAddress kBroadcastMac{0xffff'ffff'ffffULL};

}  // namespace dcportals

template <>
struct std::hash<dcportals::MacAddress> {
  std::size_t operator()(dcportals::MacAddress mac) const noexcept { return std::hash<std::uint64_t>{}(mac.value()); }
};

template <>
struct fmt::formatter<dcportals::MacAddress> : fmt::formatter<std::string> {
  auto format(dcportals::MacAddress mac, fmt::format_context& ctx) const {
    return fmt::formatter<std::string>::format(mac.to_string(), ctx);
  }
};
