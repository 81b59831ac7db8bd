#include "packet/checksum.h"

namespace dcportals::packet {
namespace {

std::uint16_t fold(std::uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

std::uint32_t ones_sum(ByteSpan bytes, std::uint32_t start) {
  std::uint64_t sum = start;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += load_be<std::uint16_t>(&bytes[i]);
  if (bytes.size() % 2 != 0) sum += std::uint32_t{bytes.back()} << 8;
  return fold(sum);
}

std::uint16_t finish_checksum(std::uint32_t sum) { return static_cast<std::uint16_t>(~fold(sum)); }

std::uint16_t update_checksum(std::uint16_t checksum, std::uint32_t old_word, std::uint32_t new_word) {
  std::uint64_t sum = static_cast<std::uint16_t>(~checksum);
  sum += static_cast<std::uint16_t>(~(old_word >> 16));
  sum += static_cast<std::uint16_t>(~(old_word & 0xffff));
  sum += new_word >> 16;
  sum += new_word & 0xffff;
  return static_cast<std::uint16_t>(~fold(sum));
}

}  // namespace dcportals::packet
