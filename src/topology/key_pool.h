// The geometry of the mapping-key pool: which IPv4 addresses are keys, and which host owns which of them.
//
// A key is base + host index * slots_per_host + slot, so allocation is local to a host and a key tells its host. Slot 0 of every
// host is never given to a port: those of the first two stand for what is no port's address. Pure arithmetic.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "topology/model.h"

namespace dcportals::topology {

class KeyPool {
 public:
  // `host_bits` of the pool's bits number hosts, the rest number slots. Refuses, naming the reason: fewer than 2 slots a host,
  // more host bits than there are, and prefixes that overlap 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16 or 224.0.0.0/4.
  [[nodiscard]] static std::expected<KeyPool, std::string> make(Ipv4Prefix prefix,
                                                                std::optional<unsigned> host_bits = std::nullopt);

  [[nodiscard]] Ipv4Prefix prefix() const { return prefix_; }
  [[nodiscard]] std::uint32_t hosts() const { return 1U << host_bits_; }
  [[nodiscard]] std::uint32_t slots_per_host() const { return 1U << slot_bits_; }
  // nullopt when either number is out of range, or the key would be 255.255.255.255.
  [[nodiscard]] std::optional<MappingKey> key(HostIndex host, std::uint32_t slot) const;
  // The destination of a subnet's directed broadcast (paper section 3.7.4, the dummy destination). One for the whole fabric: the frame's
  // MAC address says which host it is for, and the sender's key which network.
  [[nodiscard]] MappingKey broadcast_key() const { return MappingKey{prefix_.first()}; }
  // The destination of a broadcast from 0.0.0.0, a DHCP client's: the sender's key stands for the sender, and this for its having no address
  // yet. nullopt: the pool has room for one host, so nothing crosses the wire.
  [[nodiscard]] std::optional<MappingKey> unspecified_key() const { return key(HostIndex(1), 0); }
  [[nodiscard]] bool contains(MappingKey key) const { return prefix_.contains(key.address); }
  [[nodiscard]] HostIndex host_of(MappingKey key) const;
  [[nodiscard]] std::uint32_t slot_of(MappingKey key) const;

 private:
  KeyPool(Ipv4Prefix prefix, unsigned host_bits);

  Ipv4Prefix prefix_;
  unsigned host_bits_;
  unsigned slot_bits_;
};

}  // namespace dcportals::topology
