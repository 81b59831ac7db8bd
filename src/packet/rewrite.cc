#include "packet/rewrite.h"

#include <algorithm>

#include "packet/checksum.h"

namespace dcportals::packet {
namespace {

void put_mac(std::span<std::uint8_t> frame, std::size_t at, MacAddress mac) {
  const auto bytes = mac.bytes();
  std::copy(bytes.begin(), bytes.end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
}

// The offset of the checksum field that covers the IP addresses by a pseudo-header; 0: none.
std::size_t transport_checksum_offset(const Headers& h) {
  if (h.l4 == 0) return 0;
  if (h.ipv4->protocol == kProtocolTcp && h.l4 + 18 <= h.l4_end) return h.l4 + 16;
  if (h.ipv4->protocol == kProtocolUdp && h.l4 + 8 <= h.l4_end) return h.l4 + 6;
  return 0;
}

// `at`: offset of the address within the IPv4 header.
void set_ipv4_address(std::span<std::uint8_t> frame, std::size_t at, Ipv4Address ip) {
  const auto h = parse_headers(frame);
  if (!h || !h->ipv4) return;
  std::uint8_t* address = &frame[h->l3 + at];
  const auto old = load_be<std::uint32_t>(address);
  std::uint8_t* header_checksum = &frame[h->l3 + 10];
  store_be(header_checksum, update_checksum(load_be<std::uint16_t>(header_checksum), old, ip.value()));
  if (const std::size_t offset = transport_checksum_offset(*h); offset != 0) {
    const auto kept = load_be<std::uint16_t>(&frame[offset]);
    const bool udp = h->ipv4->protocol == kProtocolUdp;
    if (!udp || kept != 0) {
      const std::uint16_t updated = update_checksum(kept, old, ip.value());
      store_be(&frame[offset], udp && updated == 0 ? std::uint16_t{0xffff} : updated);
    }
  }
  store_be(address, ip.value());
}

std::uint8_t* arp_at(std::span<std::uint8_t> frame, std::size_t offset) {
  const auto h = parse_headers(frame);
  return h && h->arp ? &frame[h->l3 + offset] : nullptr;
}

void set_arp_mac(std::span<std::uint8_t> frame, std::size_t offset, MacAddress mac) {
  if (const auto* p = arp_at(frame, offset)) put_mac(frame, static_cast<std::size_t>(p - frame.data()), mac);
}

void set_arp_ip(std::span<std::uint8_t> frame, std::size_t offset, Ipv4Address ip) {
  if (auto* p = arp_at(frame, offset)) store_be(p, ip.value());
}

}  // namespace

void set_eth_dst(std::span<std::uint8_t> frame, MacAddress mac) {
  if (frame.size() >= kEthernetSize) put_mac(frame, 0, mac);
}
void set_eth_src(std::span<std::uint8_t> frame, MacAddress mac) {
  if (frame.size() >= kEthernetSize) put_mac(frame, 6, mac);
}
void set_ipv4_src(std::span<std::uint8_t> frame, Ipv4Address ip) { set_ipv4_address(frame, 12, ip); }
void set_ipv4_dst(std::span<std::uint8_t> frame, Ipv4Address ip) { set_ipv4_address(frame, 16, ip); }
void set_arp_operation(std::span<std::uint8_t> frame, std::uint16_t operation) {
  if (auto* p = arp_at(frame, 6)) store_be(p, operation);
}
void set_arp_sender(std::span<std::uint8_t> frame, MacAddress mac) { set_arp_mac(frame, 8, mac); }
void set_arp_sender(std::span<std::uint8_t> frame, Ipv4Address ip) { set_arp_ip(frame, 14, ip); }
void set_arp_target(std::span<std::uint8_t> frame, MacAddress mac) { set_arp_mac(frame, 18, mac); }
void set_arp_target(std::span<std::uint8_t> frame, Ipv4Address ip) { set_arp_ip(frame, 24, ip); }

}  // namespace dcportals::packet
