#include "base/uuid.h"

#include <sys/random.h>

#include <system_error>

#include "base/hex.h"

namespace dcportals {
namespace {

bool hyphen_at(std::size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid;
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (hyphen_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    uuid.bytes_[digits / 2] = static_cast<std::uint8_t>(uuid.bytes_[digits / 2] << 4 | digit);
    ++digits;
  }
  return uuid;
}

Uuid Uuid::random() {
  Uuid uuid;
  if (getrandom(uuid.bytes_.data(), uuid.bytes_.size(), 0) != static_cast<ssize_t>(uuid.bytes_.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  uuid.bytes_[6] = static_cast<std::uint8_t>((uuid.bytes_[6] & 0x0f) | 0x40);
  uuid.bytes_[8] = static_cast<std::uint8_t>((uuid.bytes_[8] & 0x3f) | 0x80);
  return uuid;
}

std::string Uuid::to_string() const {
  // In one piece: answers about all ports write a hundred thousand of them.
  std::string text(36, '-');
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes_) {
    if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
    text[at++] = kHexDigits[byte >> 4];
    text[at++] = kHexDigits[byte & 15];
  }
  return text;
}

}  // namespace dcportals
