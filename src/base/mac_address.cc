#include "base/mac_address.h"

#include "base/hex.h"

namespace dcportals {

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    const int high = hex_digit(text[i * 3]);
    const int low = hex_digit(text[i * 3 + 1]);
    if (high < 0 || low < 0 || (i < 5 && text[i * 3 + 2] != separator)) return std::nullopt;
    value = value << 8 | static_cast<std::uint64_t>(high << 4 | low);
  }
  return MacAddress(value);
}

MacAddress MacAddress::from_bytes(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = value << 8 | bytes[i];
  return MacAddress(value);
}

std::array<std::uint8_t, 6> MacAddress::bytes() const {
  std::array<std::uint8_t, 6> out;
  for (std::size_t i = 0; i < 6; ++i) out[i] = static_cast<std::uint8_t>(value_ >> (40 - 8 * i));
  return out;
}

std::string MacAddress::to_string() const {
  std::string text(17, ':');
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes()) {
    text[at] = kHexDigits[byte >> 4];
    text[at + 1] = kHexDigits[byte & 15];
    at += 3;
  }
  return text;
}

}  // namespace dcportals
