// Internet checksums (RFC 1071) and their incremental update (RFC 1624).
#pragma once

#include <cstdint>

#include "base/byte_io.h"

namespace dcportals::packet {

// The ones' complement sum of big-endian 16-bit words, not yet complemented; an odd last byte counts as the high one.
[[nodiscard]] std::uint32_t ones_sum(ByteSpan bytes, std::uint32_t start = 0);
// Folds a sum to 16 bits and complements it: what goes into a checksum field.
[[nodiscard]] std::uint16_t finish_checksum(std::uint32_t sum);
// The checksum field after a 32-bit word under it changed (RFC 1624, equation 3).
[[nodiscard]] std::uint16_t update_checksum(std::uint16_t checksum, std::uint32_t old_word, std::uint32_t new_word);

}  // namespace dcportals::packet
