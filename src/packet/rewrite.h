// Rewrites header fields of a frame in place and mends every checksum that covers them, as a switch must.
//
// Absent headers are left alone: setting an IP address of a frame without an IPv4 header does nothing. A UDP checksum of 0 stays 0; a
// computed 0 becomes all ones (RFC 768). Later fragments have no transport header, so only their IP checksum changes. Transports whose
// checksum is not known here (UDP-Lite, DCCP) are left as they are, as Open vSwitch does: wrong on the wire, right again once restored.
#pragma once

#include <cstdint>
#include <span>

#include "base/ip_address.h"
#include "base/mac_address.h"
#include "packet/headers.h"

namespace dcportals::packet {

void set_eth_dst(std::span<std::uint8_t> frame, MacAddress mac);
void set_eth_src(std::span<std::uint8_t> frame, MacAddress mac);
void set_ipv4_src(std::span<std::uint8_t> frame, Ipv4Address ip);
void set_ipv4_dst(std::span<std::uint8_t> frame, Ipv4Address ip);
void set_arp_operation(std::span<std::uint8_t> frame, std::uint16_t operation);
void set_arp_sender(std::span<std::uint8_t> frame, MacAddress mac);
void set_arp_sender(std::span<std::uint8_t> frame, Ipv4Address ip);
void set_arp_target(std::span<std::uint8_t> frame, MacAddress mac);
void set_arp_target(std::span<std::uint8_t> frame, Ipv4Address ip);

}  // namespace dcportals::packet
