// Arithmetic of the mapping-key pool. See key_pool.h.
#include "topology/key_pool.h"

#include <fmt/format.h>

#include <algorithm>

namespace dcportals::topology {
namespace {

// Unless told otherwise a pool has room for 4096 hosts, or is split in halves where it is too small for that.
constexpr unsigned kDefaultHostBits = 12;

struct ReservedRange {
  Ipv4Prefix prefix;
  const char* what;
};

// Ranges that hosts' own stacks or physical switches treat specially (RFC 6890), so no key may look like them.
constexpr ReservedRange kReserved[] = {
    {Ipv4Prefix(Ipv4Address(0x00000000), 8), "\"this network\""},
    {Ipv4Prefix(Ipv4Address(0x7f000000), 8), "loopback"},
    {Ipv4Prefix(Ipv4Address(0xa9fe0000), 16), "link-local"},
    {Ipv4Prefix(Ipv4Address(0xe0000000), 4), "multicast"},
};

}  // namespace

std::expected<KeyPool, std::string> KeyPool::make(Ipv4Prefix prefix, std::optional<unsigned> host_bits) {
  for (const ReservedRange& range : kReserved) {
    if (prefix.overlaps(range.prefix)) {
      return std::unexpected(fmt::format("the key pool {} overlaps {} ({})", prefix, range.prefix, range.what));
    }
  }
  const unsigned bits = 32 - prefix.length();
  const unsigned chosen = host_bits.value_or(std::min(kDefaultHostBits, bits / 2));
  if (chosen > bits) {
    return std::unexpected(
        fmt::format("the key pool {} has {} bits, fewer than the {} that are to number hosts", prefix, bits, chosen));
  }
  if (chosen == bits) {
    return std::unexpected(fmt::format("the key pool {} with {} host bits leaves fewer than 2 keys a host", prefix, chosen));
  }
  return KeyPool(prefix, chosen);
}

KeyPool::KeyPool(Ipv4Prefix prefix, unsigned host_bits)
    : prefix_(prefix), host_bits_(host_bits), slot_bits_(32 - prefix.length() - host_bits) {}

std::optional<MappingKey> KeyPool::key(HostIndex host, std::uint32_t slot) const {
  if (host.value() >= hosts() || slot >= slots_per_host()) return std::nullopt;
  const Ipv4Address address(prefix_.first().value() + (host.value() << slot_bits_) + slot);
  if (address.is_limited_broadcast()) return std::nullopt;
  return MappingKey{address};
}

HostIndex KeyPool::host_of(MappingKey key) const {
  return HostIndex((key.address.value() - prefix_.first().value()) >> slot_bits_);
}

std::uint32_t KeyPool::slot_of(MappingKey key) const {
  return key.address.value() & (slots_per_host() - 1);
}

}  // namespace dcportals::topology
