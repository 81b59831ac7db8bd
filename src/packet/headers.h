// Where the headers of an Ethernet frame are, and what they say: Ethernet II, 802.1Q, ARP, IPv4 and the transports over it.
//
// parse_headers() is total: whatever bytes come, it says how far they made sense. It reads, never writes; offsets are bytes from the
// frame's start. Used by the emulator. RFC 791, 826, 768, 9293; IEEE 802.1Q.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/byte_io.h"
#include "base/ip_address.h"
#include "base/mac_address.h"

namespace dcportals::packet {

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeArp = 0x0806;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
inline constexpr std::uint16_t kEtherTypeVlan = 0x8100;
inline constexpr std::uint16_t kEtherTypeServiceVlan = 0x88a8;

inline constexpr std::uint8_t kProtocolIcmp = 1;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;
inline constexpr std::uint8_t kProtocolSctp = 132;
inline constexpr std::uint8_t kProtocolUdpLite = 136;

inline constexpr std::size_t kEthernetSize = 14;
inline constexpr std::size_t kArpSize = 28;  // for Ethernet and IPv4

struct Headers {
  MacAddress eth_dst, eth_src;
  std::optional<std::uint16_t> vlan_tci;  // of the outermost tag
  std::uint16_t eth_type = 0;             // after all tags
  std::size_t l3 = 0;                     // offset of the network header

  struct Arp {
    std::uint16_t operation = 0;
    MacAddress sender_mac, target_mac;
    Ipv4Address sender_ip, target_ip;
  };
  std::optional<Arp> arp;

  struct Ipv4 {
    Ipv4Address source, destination;
    std::uint8_t protocol = 0, tos = 0, ttl = 0;
    std::uint16_t total_length = 0;
    std::uint16_t fragment_offset = 0;  // in units of 8 bytes
    bool more_fragments = false;
    std::size_t header_size = 0;
    [[nodiscard]] bool is_fragment() const { return more_fragments || fragment_offset != 0; }
    [[nodiscard]] bool is_later_fragment() const { return fragment_offset != 0; }
  };
  std::optional<Ipv4> ipv4;
  std::size_t l4 = 0;      // offset of the transport header; 0: none (not IPv4, or a later fragment)
  std::size_t l4_end = 0;  // end of the IP datagram, which padding may follow

  struct Ports {
    std::uint16_t source = 0, destination = 0;
  };
  std::optional<Ports> ports;  // TCP, UDP, SCTP
  struct Icmp {
    std::uint8_t type = 0, code = 0;
  };
  std::optional<Icmp> icmp;
};

// nullopt when not even an Ethernet header is there. Inner headers that are cut short or contradict themselves are absent.
[[nodiscard]] std::optional<Headers> parse_headers(ByteSpan frame);

// One line for people: "fa:16:3e:00:00:01 > fa:16:3e:00:00:02 IPv4 10.0.0.1 > 10.0.0.2 ICMP echo request".
[[nodiscard]] std::string describe(ByteSpan frame);

}  // namespace dcportals::packet
