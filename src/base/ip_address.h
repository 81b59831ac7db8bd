// IPv4 and IPv6 addresses and prefixes.
//
// An IPv4 address is kept as a number in host order (10.0.0.1 is 0x0a000001), so ranges and masks are arithmetic; it becomes
// big-endian only in the codecs. Text is strict: dotted quad or RFC 4291 text, no leading zeros, no surrounding space.
#pragma once

#include <fmt/format.h>

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace dcportals {

class Ipv4Address {
 public:
  constexpr Ipv4Address() = default;
  constexpr explicit Ipv4Address(std::uint32_t value) : value_(value) {}

  [[nodiscard]] static std::optional<Ipv4Address> parse(std::string_view text);

  [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] constexpr bool is_multicast() const { return value_ >> 28 == 0xe; }
  [[nodiscard]] constexpr bool is_loopback() const { return value_ >> 24 == 127; }
  [[nodiscard]] constexpr bool is_limited_broadcast() const { return value_ == 0xffff'ffff; }

  friend constexpr bool operator==(Ipv4Address, Ipv4Address) = default;
  friend constexpr auto operator<=>(Ipv4Address, Ipv4Address) = default;

 private:
  std::uint32_t value_ = 0;
};

class Ipv4Prefix {
 public:
  constexpr Ipv4Prefix() = default;
  // Bits of `address` past `length` (0 to 32) are cleared.
  constexpr Ipv4Prefix(Ipv4Address address, unsigned length)
      : address_(address.value() & mask_of(length)), length_(static_cast<std::uint8_t>(length)) {}

  // "10.0.0.0/24". nullopt when the length is missing or over 32, or bits past it are set.
  [[nodiscard]] static std::optional<Ipv4Prefix> parse(std::string_view text);

  [[nodiscard]] constexpr Ipv4Address address() const { return address_; }
  [[nodiscard]] constexpr unsigned length() const { return length_; }
  [[nodiscard]] constexpr std::uint32_t mask() const { return mask_of(length_); }
  [[nodiscard]] constexpr Ipv4Address first() const { return address_; }
  [[nodiscard]] constexpr Ipv4Address last() const { return Ipv4Address(address_.value() | ~mask()); }
  [[nodiscard]] constexpr bool contains(Ipv4Address a) const { return (a.value() & mask()) == address_.value(); }
  [[nodiscard]] constexpr bool overlaps(const Ipv4Prefix& o) const { return contains(o.address_) || o.contains(address_); }
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Ipv4Prefix&, const Ipv4Prefix&) = default;
  friend constexpr auto operator<=>(const Ipv4Prefix&, const Ipv4Prefix&) = default;

 private:
  static constexpr std::uint32_t mask_of(unsigned length) {
    return length == 0 ? 0 : ~std::uint32_t{0} << (32 - (length > 32 ? 32 : length));
  }

  Ipv4Address address_;
  std::uint8_t length_ = 0;
};

class Ipv6Address {
 public:
  constexpr Ipv6Address() = default;
  constexpr explicit Ipv6Address(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}

  [[nodiscard]] static std::optional<Ipv6Address> parse(std::string_view text);

  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  // RFC 5952 text.
  [[nodiscard]] std::string to_string() const;

  friend constexpr bool operator==(const Ipv6Address&, const Ipv6Address&) = default;
  friend constexpr auto operator<=>(const Ipv6Address&, const Ipv6Address&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

class Ipv6Prefix {
 public:
  constexpr Ipv6Prefix() = default;
  Ipv6Prefix(const Ipv6Address& address, unsigned length);

  [[nodiscard]] static std::optional<Ipv6Prefix> parse(std::string_view text);

  [[nodiscard]] const Ipv6Address& address() const { return address_; }
  [[nodiscard]] unsigned length() const { return length_; }
  [[nodiscard]] bool contains(const Ipv6Address& a) const;
  [[nodiscard]] bool overlaps(const Ipv6Prefix& o) const { return contains(o.address_) || o.contains(address_); }
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Ipv6Prefix&, const Ipv6Prefix&) = default;
  friend auto operator<=>(const Ipv6Prefix&, const Ipv6Prefix&) = default;

 private:
  Ipv6Address address_;
  std::uint8_t length_ = 0;
};

// An address or a prefix of either family, as Neutron writes them.
using IpAddress = std::variant<Ipv4Address, Ipv6Address>;
using IpPrefix = std::variant<Ipv4Prefix, Ipv6Prefix>;

[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text);
[[nodiscard]] std::optional<IpPrefix> parse_ip_prefix(std::string_view text);
[[nodiscard]] std::string to_string(const IpAddress& address);
[[nodiscard]] std::string to_string(const IpPrefix& prefix);

}  // namespace dcportals

template <>
struct std::hash<dcportals::Ipv4Address> {
  std::size_t operator()(dcportals::Ipv4Address a) const noexcept { return std::hash<std::uint32_t>{}(a.value()); }
};

template <>
struct fmt::formatter<dcportals::Ipv4Address> : fmt::formatter<std::string> {
  auto format(dcportals::Ipv4Address a, fmt::format_context& ctx) const {
    return fmt::formatter<std::string>::format(a.to_string(), ctx);
  }
};

template <>
struct fmt::formatter<dcportals::Ipv4Prefix> : fmt::formatter<std::string> {
  auto format(const dcportals::Ipv4Prefix& p, fmt::format_context& ctx) const {
    return fmt::formatter<std::string>::format(p.to_string(), ctx);
  }
};

template <>
struct fmt::formatter<dcportals::Ipv6Address> : fmt::formatter<std::string> {
  auto format(const dcportals::Ipv6Address& a, fmt::format_context& ctx) const {
    return fmt::formatter<std::string>::format(a.to_string(), ctx);
  }
};
