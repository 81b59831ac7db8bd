#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace dcportals {
namespace {

// Splits "address/length"; nullopt when the length is missing, not a plain number, or over `max`.
std::optional<std::pair<std::string_view, unsigned>> split_prefix(std::string_view text, unsigned max) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size() || length > max) return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  return std::pair{text.substr(0, slash), length};
}

}  // namespace

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
  if (text.size() > 15 || text.contains('\0')) return std::nullopt;
  in_addr parsed;
  if (inet_pton(AF_INET, std::string(text).c_str(), &parsed) != 1) return std::nullopt;
  return Ipv4Address(ntohl(parsed.s_addr));
}

std::string Ipv4Address::to_string() const {
  return fmt::format("{}.{}.{}.{}", value_ >> 24, value_ >> 16 & 255, value_ >> 8 & 255, value_ & 255);
}

std::optional<Ipv4Prefix> Ipv4Prefix::parse(std::string_view text) {
  const auto parts = split_prefix(text, 32);
  if (!parts) return std::nullopt;
  const auto address = Ipv4Address::parse(parts->first);
  if (!address) return std::nullopt;
  const Ipv4Prefix prefix(*address, parts->second);
  if (prefix.address() != *address) return std::nullopt;
  return prefix;
}

std::string Ipv4Prefix::to_string() const { return fmt::format("{}/{}", address_.to_string(), length_); }

std::optional<Ipv6Address> Ipv6Address::parse(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  std::array<std::uint8_t, 16> bytes;
  if (inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return Ipv6Address(bytes);
}

std::string Ipv6Address::to_string() const {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, bytes_.data(), text, sizeof text) != nullptr ? text : "";
}

Ipv6Prefix::Ipv6Prefix(const Ipv6Address& address, unsigned length) : length_(static_cast<std::uint8_t>(std::min(length, 128U))) {
  std::array<std::uint8_t, 16> bytes = address.bytes();
  for (unsigned bit = length_; bit < 128; ++bit) bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
  address_ = Ipv6Address(bytes);
}

std::optional<Ipv6Prefix> Ipv6Prefix::parse(std::string_view text) {
  const auto parts = split_prefix(text, 128);
  if (!parts) return std::nullopt;
  const auto address = Ipv6Address::parse(parts->first);
  if (!address) return std::nullopt;
  const Ipv6Prefix prefix(*address, parts->second);
  if (prefix.address() != *address) return std::nullopt;
  return prefix;
}

bool Ipv6Prefix::contains(const Ipv6Address& a) const { return Ipv6Prefix(a, length_).address_ == address_; }

std::string Ipv6Prefix::to_string() const { return fmt::format("{}/{}", address_.to_string(), length_); }

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (auto v4 = Ipv4Address::parse(text)) return IpAddress(*v4);
  if (auto v6 = Ipv6Address::parse(text)) return IpAddress(*v6);
  return std::nullopt;
}

std::optional<IpPrefix> parse_ip_prefix(std::string_view text) {
  if (auto v4 = Ipv4Prefix::parse(text)) return IpPrefix(*v4);
  if (auto v6 = Ipv6Prefix::parse(text)) return IpPrefix(*v6);
  return std::nullopt;
}

std::string to_string(const IpAddress& address) {
  return std::visit([](const auto& a) { return a.to_string(); }, address);
}

std::string to_string(const IpPrefix& prefix) {
  return std::visit([](const auto& p) { return p.to_string(); }, prefix);
}

}  // namespace dcportals
