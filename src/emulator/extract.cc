#include "emulator/emulator.h"

namespace dcportals::emulator {
namespace {

using flowtable::FieldValues;
using openflow::Field;

void extract_ports(const packet::Headers& h, FieldValues& fields) {
  const auto set = [&](Field source, Field destination) {
    fields.set(source, h.ports->source);
    fields.set(destination, h.ports->destination);
  };
  if (h.ipv4->protocol == packet::kProtocolTcp) set(Field::kTcpSrc, Field::kTcpDst);
  if (h.ipv4->protocol == packet::kProtocolUdp) set(Field::kUdpSrc, Field::kUdpDst);
  if (h.ipv4->protocol == packet::kProtocolSctp) set(Field::kSctpSrc, Field::kSctpDst);
}

void extract_ipv4(const packet::Headers& h, FieldValues& fields) {
  fields.set(Field::kIpDscp, static_cast<std::uint64_t>(h.ipv4->tos >> 2));
  fields.set(Field::kIpEcn, static_cast<std::uint64_t>(h.ipv4->tos & 3));
  fields.set(Field::kIpProto, h.ipv4->protocol);
  fields.set(Field::kIpTtl, h.ipv4->ttl);
  fields.set(Field::kIpFrag, static_cast<std::uint64_t>((h.ipv4->is_fragment() ? 1 : 0) | (h.ipv4->is_later_fragment() ? 2 : 0)));
  fields.set(Field::kIpv4Src, h.ipv4->source.value());
  fields.set(Field::kIpv4Dst, h.ipv4->destination.value());
  if (h.ports) extract_ports(h, fields);
  if (h.icmp) {
    fields.set(Field::kIcmpv4Type, h.icmp->type);
    fields.set(Field::kIcmpv4Code, h.icmp->code);
  }
}

void extract_arp(const packet::Headers& h, FieldValues& fields) {
  fields.set(Field::kArpOp, h.arp->operation);
  fields.set(Field::kArpSpa, h.arp->sender_ip.value());
  fields.set(Field::kArpTpa, h.arp->target_ip.value());
  fields.set(Field::kArpSha, h.arp->sender_mac.value());
  fields.set(Field::kArpTha, h.arp->target_mac.value());
}

}  // namespace

FieldValues extract_fields(openflow::OfPort in_port, std::uint64_t metadata, ByteSpan frame) {
  FieldValues fields;
  fields.set(Field::kInPort, in_port.value());
  fields.set(Field::kMetadata, metadata);
  const auto h = packet::parse_headers(frame);
  if (!h) return fields;
  fields.set(Field::kEthDst, h->eth_dst.value());
  fields.set(Field::kEthSrc, h->eth_src.value());
  fields.set(Field::kEthType, h->eth_type);
  fields.set(Field::kVlanVid, h->vlan_tci ? std::uint64_t{openflow::kVlanPresent} | (*h->vlan_tci & 0xfffU) : openflow::kVlanNone);
  if (h->vlan_tci) fields.set(Field::kVlanPcp, static_cast<std::uint64_t>(*h->vlan_tci >> 13));
  if (h->ipv4) extract_ipv4(*h, fields);
  if (h->arp) extract_arp(*h, fields);
  return fields;
}

}  // namespace dcportals::emulator
