#include "packet/headers.h"

#include <fmt/format.h>

namespace dcportals::packet {
namespace {

MacAddress read_mac(ByteReader& reader) {
  const ByteSpan bytes = reader.take(6);
  return bytes.empty() ? MacAddress() : MacAddress::from_bytes(bytes.data());
}

std::optional<Headers::Arp> parse_arp(ByteReader reader) {
  const std::uint16_t hardware = reader.u16(), protocol = reader.u16();
  const std::uint8_t hardware_size = reader.u8(), protocol_size = reader.u8();
  Headers::Arp arp;
  arp.operation = reader.u16();
  arp.sender_mac = read_mac(reader);
  arp.sender_ip = Ipv4Address(reader.u32());
  arp.target_mac = read_mac(reader);
  arp.target_ip = Ipv4Address(reader.u32());
  if (!reader.ok() || hardware != 1 || protocol != kEtherTypeIpv4 || hardware_size != 6 || protocol_size != 4) return std::nullopt;
  return arp;
}

void parse_transport(ByteSpan frame, Headers& h) {
  ByteReader reader(frame.subspan(h.l4, h.l4_end - h.l4));
  switch (h.ipv4->protocol) {
    case kProtocolTcp:
    case kProtocolUdp:
    case kProtocolSctp: {
      const Headers::Ports ports{reader.u16(), reader.u16()};
      if (reader.ok()) h.ports = ports;
      break;
    }
    case kProtocolIcmp: {
      const Headers::Icmp icmp{reader.u8(), reader.u8()};
      if (reader.ok()) h.icmp = icmp;
      break;
    }
    default: break;
  }
}

void parse_ipv4(ByteSpan frame, Headers& h) {
  ByteReader reader(frame.subspan(h.l3));
  const std::uint8_t version_and_size = reader.u8();
  Headers::Ipv4 ip;
  ip.tos = reader.u8();
  ip.total_length = reader.u16();
  reader.skip(2);
  const std::uint16_t fragment = reader.u16();
  ip.ttl = reader.u8();
  ip.protocol = reader.u8();
  reader.skip(2);
  ip.source = Ipv4Address(reader.u32());
  ip.destination = Ipv4Address(reader.u32());
  ip.header_size = std::size_t{version_and_size & 15U} * 4;
  ip.fragment_offset = fragment & 0x1fff;
  ip.more_fragments = (fragment & 0x2000) != 0;
  const bool sane = reader.ok() && version_and_size >> 4 == 4 && ip.header_size >= 20 && ip.total_length >= ip.header_size &&
                    h.l3 + ip.total_length <= frame.size();
  if (!sane) return;
  h.ipv4 = ip;
  h.l4_end = h.l3 + ip.total_length;
  if (ip.is_later_fragment()) return;
  h.l4 = h.l3 + ip.header_size;
  parse_transport(frame, h);
}

std::string describe_ipv4(const Headers& h) {
  std::string out = fmt::format("IPv4 {} > {}", h.ipv4->source, h.ipv4->destination);
  if (h.ipv4->is_later_fragment()) return out + fmt::format(" protocol {} later fragment", h.ipv4->protocol);
  if (h.icmp) return out + fmt::format(" ICMP type {} code {}", h.icmp->type, h.icmp->code);
  if (!h.ports) return out + fmt::format(" protocol {}", h.ipv4->protocol);
  const char* name = h.ipv4->protocol == kProtocolTcp ? "TCP" : h.ipv4->protocol == kProtocolUdp ? "UDP" : "SCTP";
  return out + fmt::format(" {} {} > {}", name, h.ports->source, h.ports->destination);
}

}  // namespace

std::optional<Headers> parse_headers(ByteSpan frame) {
  if (frame.size() < kEthernetSize) return std::nullopt;
  Headers h;
  ByteReader reader(frame);
  h.eth_dst = read_mac(reader);
  h.eth_src = read_mac(reader);
  h.eth_type = reader.u16();
  while (h.eth_type == kEtherTypeVlan || h.eth_type == kEtherTypeServiceVlan) {
    const std::uint16_t tci = reader.u16();
    const std::uint16_t inner = reader.u16();
    if (!reader.ok()) return h;
    if (!h.vlan_tci) h.vlan_tci = tci;
    h.eth_type = inner;
  }
  h.l3 = reader.offset();
  if (h.eth_type == kEtherTypeArp) h.arp = parse_arp(reader);
  if (h.eth_type == kEtherTypeIpv4) parse_ipv4(frame, h);
  return h;
}

std::string describe(ByteSpan frame) {
  const auto h = parse_headers(frame);
  if (!h) return fmt::format("{} bytes, no Ethernet header", frame.size());
  std::string out = fmt::format("{} > {} ", h->eth_src, h->eth_dst);
  if (h->vlan_tci) out += fmt::format("VLAN {} ", *h->vlan_tci & 0xfff);
  if (h->ipv4) return out + describe_ipv4(*h);
  if (!h->arp) return out + fmt::format("EtherType {:#06x}", h->eth_type);
  if (h->arp->operation == 1) return out + fmt::format("ARP who has {}? tell {}", h->arp->target_ip, h->arp->sender_ip);
  return out + fmt::format("ARP {} is at {}", h->arp->sender_ip, h->arp->sender_mac);
}

}  // namespace dcportals::packet
