// Hexadecimal text to bytes and back, for tests, logs and identifiers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/byte_io.h"

namespace dcportals {

// Lower-case hexadecimal digits, two a byte, no separators.
[[nodiscard]] std::string to_hex(ByteSpan bytes);

// Digits of either case; white space is passed over. nullopt for an odd count of digits or any other character.
[[nodiscard]] std::optional<Bytes> parse_hex(std::string_view text);

inline constexpr char kHexDigits[] = "0123456789abcdef";

// The value of one hexadecimal digit, or -1.
[[nodiscard]] int hex_digit(char c);

}  // namespace dcportals
