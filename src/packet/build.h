// Builds whole frames: what `trace` sends through the tables, and what tests do.
//
// Every length and checksum is right, so a builder's frame is what a VM's own stack would send with checksum offload off.
#pragma once

#include <cstdint>

#include "base/byte_io.h"
#include "base/ip_address.h"
#include "base/mac_address.h"
#include "packet/headers.h"

namespace dcportals::packet {

struct Endpoint {
  MacAddress mac;
  Ipv4Address ip;
};

// RFC 826. `operation` 1 request, 2 reply; a request's Ethernet destination is broadcast and its target MAC zero.
[[nodiscard]] Bytes build_arp_request(const Endpoint& sender, Ipv4Address target);

struct Ipv4Options {
  std::uint8_t protocol = kProtocolIcmp;
  std::uint8_t tos = 0;
  std::uint8_t ttl = 64;
  std::uint16_t identification = 0;
  std::uint16_t fragment_field = 0;  // flags and offset as on the wire
  Bytes options;                     // padded to a multiple of 4 by the caller
  std::size_t padding = 0;           // bytes after the datagram
};
// An IPv4 datagram around `payload` (the transport header and what follows), whose transport checksum is the caller's.
[[nodiscard]] Bytes build_ipv4(const Endpoint& from, const Endpoint& to, const Ipv4Options& options, ByteSpan payload);
// An ICMP echo request with the given data (RFC 792).
[[nodiscard]] Bytes build_icmp_echo(const Endpoint& from, const Endpoint& to, std::uint16_t sequence, ByteSpan data);
// A UDP datagram; `with_checksum` false leaves the checksum 0 (RFC 768: none).
[[nodiscard]] Bytes build_udp(const Endpoint& from, const Endpoint& to, std::uint16_t source, std::uint16_t destination, ByteSpan data,
                              bool with_checksum = true);
// A TCP segment with the SYN flag (RFC 9293).
[[nodiscard]] Bytes build_tcp_syn(const Endpoint& from, const Endpoint& to, std::uint16_t source, std::uint16_t destination, ByteSpan data = {});

}  // namespace dcportals::packet
