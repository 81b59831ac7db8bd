// The field table. Numbers: OpenFlow 1.3.5 table 12 for OXM, Open vSwitch 3.1's ovs-fields(7) for Nicira's and Ericsson's.
//
// OVS sends Ericsson's two ND fields with class 0x1000, not as experimenter fields of class 0xffff.
#include "openflow/field.h"

#include <algorithm>
#include <array>

namespace dcportals::openflow {
namespace {

using F = Field;
using enum FieldFormat;
using P = Prerequisite;

constexpr std::uint16_t kOxm = 0x8000;
constexpr std::uint16_t kNxm0 = 0x0000;  // NXM_OF_*
constexpr std::uint16_t kNxm1 = 0x0001;  // NXM_NX_*
constexpr std::uint16_t kEric = 0x1000;  // ERICOXM_OF_*

constexpr FieldSpec reg(F field, std::string_view name, std::string_view move_name, std::uint8_t number) {
  return {field, name, name, move_name, kNxm1, number, kNxm1, number, 32, 4, true, true, kHex, P::kNone};
}

constexpr std::array<FieldSpec, kFieldCount> kFields{{
    // field, name, set_name, move_name, OXM class and field, NXM class and field, bits, bytes, maskable, writable, format, needs
    {F::kInPort, "in_port", "in_port_oxm", "OXM_OF_IN_PORT", kOxm, 0, kOxm, 0, 32, 4, false, true, kPort, P::kNone},
    {F::kEthSrc, "dl_src", "eth_src", "NXM_OF_ETH_SRC", kOxm, 4, kNxm0, 2, 48, 6, true, true, kMac, P::kNone},
    {F::kEthDst, "dl_dst", "eth_dst", "NXM_OF_ETH_DST", kOxm, 3, kNxm0, 1, 48, 6, true, true, kMac, P::kNone},
    {F::kEthType, "dl_type", "eth_type", "NXM_OF_ETH_TYPE", kOxm, 5, kNxm0, 3, 16, 2, false, false, kHex, P::kNone},
    {F::kVlanVid, "vlan_vid", "vlan_vid", "OXM_OF_VLAN_VID", kOxm, 6, kOxm, 6, 13, 2, true, true, kVlan, P::kNone},
    {F::kVlanPcp, "dl_vlan_pcp", "vlan_pcp", "OXM_OF_VLAN_PCP", kOxm, 7, kOxm, 7, 3, 1, false, true, kDecimal, P::kVlan},
    {F::kIpv4Src, "nw_src", "ip_src", "NXM_OF_IP_SRC", kOxm, 11, kNxm0, 7, 32, 4, true, true, kIpv4, P::kIpv4},
    {F::kIpv4Dst, "nw_dst", "ip_dst", "NXM_OF_IP_DST", kOxm, 12, kNxm0, 8, 32, 4, true, true, kIpv4, P::kIpv4},
    {F::kIpv6Src, "ipv6_src", "ipv6_src", "NXM_NX_IPV6_SRC", kOxm, 26, kNxm1, 19, 128, 16, true, true, kIpv6, P::kIpv6},
    {F::kIpv6Dst, "ipv6_dst", "ipv6_dst", "NXM_NX_IPV6_DST", kOxm, 27, kNxm1, 20, 128, 16, true, true, kIpv6, P::kIpv6},
    {F::kIpFrag, "nw_frag", "ip_frag", "NXM_NX_IP_FRAG", kNxm1, 26, kNxm1, 26, 2, 1, true, false, kFrag, P::kIp},
    {F::kIpDscp, "nw_tos", "ip_dscp", "OXM_OF_IP_DSCP", kOxm, 8, kOxm, 8, 6, 1, false, true, kDecimal, P::kIp},
    {F::kIpEcn, "nw_ecn", "nw_ecn", "NXM_NX_IP_ECN", kOxm, 9, kNxm1, 28, 2, 1, false, true, kDecimal, P::kIp},
    {F::kIpTtl, "nw_ttl", "nw_ttl", "NXM_NX_IP_TTL", kNxm1, 29, kNxm1, 29, 8, 1, false, true, kDecimal, P::kIp},
    {F::kIpProto, "nw_proto", "nw_proto", "NXM_OF_IP_PROTO", kOxm, 10, kNxm0, 6, 8, 1, false, false, kDecimal, P::kIp},
    {F::kTcpSrc, "tp_src", "tcp_src", "NXM_OF_TCP_SRC", kOxm, 13, kNxm0, 9, 16, 2, true, true, kDecimal, P::kTcp},
    {F::kTcpDst, "tp_dst", "tcp_dst", "NXM_OF_TCP_DST", kOxm, 14, kNxm0, 10, 16, 2, true, true, kDecimal, P::kTcp},
    {F::kUdpSrc, "tp_src", "udp_src", "NXM_OF_UDP_SRC", kOxm, 15, kNxm0, 11, 16, 2, true, true, kDecimal, P::kUdp},
    {F::kUdpDst, "tp_dst", "udp_dst", "NXM_OF_UDP_DST", kOxm, 16, kNxm0, 12, 16, 2, true, true, kDecimal, P::kUdp},
    {F::kSctpSrc, "tp_src", "sctp_src", "OXM_OF_SCTP_SRC", kOxm, 17, kOxm, 17, 16, 2, true, true, kDecimal, P::kSctp},
    {F::kSctpDst, "tp_dst", "sctp_dst", "OXM_OF_SCTP_DST", kOxm, 18, kOxm, 18, 16, 2, true, true, kDecimal, P::kSctp},
    {F::kIcmpv4Type, "icmp_type", "icmp_type", "NXM_OF_ICMP_TYPE", kOxm, 19, kNxm0, 13, 8, 1, false, true, kDecimal, P::kIcmpv4},
    {F::kIcmpv4Code, "icmp_code", "icmp_code", "NXM_OF_ICMP_CODE", kOxm, 20, kNxm0, 14, 8, 1, false, true, kDecimal, P::kIcmpv4},
    {F::kIcmpv6Type, "icmp_type", "icmpv6_type", "NXM_NX_ICMPV6_TYPE", kOxm, 29, kNxm1, 21, 8, 1, false, true, kDecimal,
     P::kIcmpv6},
    {F::kIcmpv6Code, "icmp_code", "icmpv6_code", "NXM_NX_ICMPV6_CODE", kOxm, 30, kNxm1, 22, 8, 1, false, true, kDecimal,
     P::kIcmpv6},
    {F::kNdReserved, "nd_reserved", "nd_reserved", "ERICOXM_OF_ICMPV6_ND_RESERVED", kEric, 1, kEric, 1, 32, 4, false, true,
     kDecimal, P::kNd},
    {F::kIpv6NdTarget, "nd_target", "nd_target", "NXM_NX_ND_TARGET", kOxm, 31, kNxm1, 23, 128, 16, true, true, kIpv6, P::kNd},
    {F::kNdOptionsType, "nd_options_type", "nd_options_type", "ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE", kEric, 2, kEric, 2, 8, 1,
     false, true, kDecimal, P::kNd},
    {F::kIpv6NdSll, "nd_sll", "nd_sll", "NXM_NX_ND_SLL", kOxm, 32, kNxm1, 24, 48, 6, true, true, kMac, P::kNdSolicit},
    {F::kIpv6NdTll, "nd_tll", "nd_tll", "NXM_NX_ND_TLL", kOxm, 33, kNxm1, 25, 48, 6, true, true, kMac, P::kNdAdvertise},
    {F::kArpOp, "arp_op", "arp_op", "NXM_OF_ARP_OP", kOxm, 21, kNxm0, 15, 16, 2, false, true, kDecimal, P::kArp},
    {F::kArpSpa, "arp_spa", "arp_spa", "NXM_OF_ARP_SPA", kOxm, 22, kNxm0, 16, 32, 4, true, true, kIpv4, P::kArp},
    {F::kArpTpa, "arp_tpa", "arp_tpa", "NXM_OF_ARP_TPA", kOxm, 23, kNxm0, 17, 32, 4, true, true, kIpv4, P::kArp},
    {F::kArpSha, "arp_sha", "arp_sha", "NXM_NX_ARP_SHA", kOxm, 24, kNxm1, 17, 48, 6, true, true, kMac, P::kArp},
    {F::kArpTha, "arp_tha", "arp_tha", "NXM_NX_ARP_THA", kOxm, 25, kNxm1, 18, 48, 6, true, true, kMac, P::kArp},
    {F::kTunnelId, "tun_id", "tun_id", "NXM_NX_TUN_ID", kOxm, 38, kNxm1, 16, 64, 8, true, true, kHex, P::kNone},
    reg(F::kReg0, "reg0", "NXM_NX_REG0", 0),
    reg(F::kReg1, "reg1", "NXM_NX_REG1", 1),
    reg(F::kReg2, "reg2", "NXM_NX_REG2", 2),
    reg(F::kReg3, "reg3", "NXM_NX_REG3", 3),
    reg(F::kReg4, "reg4", "NXM_NX_REG4", 4),
    reg(F::kReg5, "reg5", "NXM_NX_REG5", 5),
    reg(F::kReg6, "reg6", "NXM_NX_REG6", 6),
    reg(F::kReg7, "reg7", "NXM_NX_REG7", 7),
    {F::kMetadata, "metadata", "metadata", "OXM_OF_METADATA", kOxm, 2, kOxm, 2, 64, 8, true, true, kHex, P::kNone},
}};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (kFields[i].field != static_cast<Field>(i)) return false;
  }
  return true;
}
static_assert(in_enum_order(), "row n of the table is field n");

// Field numbers of one class (7 bits) to rows; kFieldCount where there is none.
using Index = std::array<std::uint8_t, 128>;
constexpr Index index_of(std::uint16_t oxm_class) {
  Index index{};
  index.fill(kFieldCount);
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const FieldSpec& s = kFields[i];
    if (s.nxm_class == oxm_class) index[s.nxm_field] = static_cast<std::uint8_t>(i);
    if (s.oxm_class == oxm_class) index[s.oxm_field] = static_cast<std::uint8_t>(i);
  }
  return index;
}
constexpr Index kByOxm = index_of(kOxm);
constexpr Index kByNxm0 = index_of(kNxm0);
constexpr Index kByNxm1 = index_of(kNxm1);
constexpr Index kByEric = index_of(kEric);

struct Alias {
  std::string_view name;
  Field field;
};
// Names that ovs-ofctl reads but never writes for these fields.
constexpr std::array kAliases{
    Alias{"ip_proto", F::kIpProto},
    Alias{"ip_ecn", F::kIpEcn},
    Alias{"dl_vlan", F::kVlanVid},
    Alias{"tunnel_id", F::kTunnelId},
    Alias{"OXM_OF_ETH_SRC", F::kEthSrc},
    Alias{"OXM_OF_ETH_DST", F::kEthDst},
    Alias{"OXM_OF_IPV4_SRC", F::kIpv4Src},
    Alias{"OXM_OF_IPV4_DST", F::kIpv4Dst},
    Alias{"OXM_OF_ARP_OP", F::kArpOp},
    Alias{"OXM_OF_ARP_SPA", F::kArpSpa},
    Alias{"OXM_OF_ARP_TPA", F::kArpTpa},
    Alias{"OXM_OF_ARP_SHA", F::kArpSha},
    Alias{"OXM_OF_ARP_THA", F::kArpTha},
    Alias{"OXM_OF_IPV6_SRC", F::kIpv6Src},
    Alias{"OXM_OF_IPV6_DST", F::kIpv6Dst},
    Alias{"OXM_OF_IPV6_ND_TARGET", F::kIpv6NdTarget},
    Alias{"OXM_OF_IPV6_ND_SLL", F::kIpv6NdSll},
    Alias{"OXM_OF_IPV6_ND_TLL", F::kIpv6NdTll},
    Alias{"OXM_OF_ICMPV6_TYPE", F::kIcmpv6Type},
};

}  // namespace

const FieldSpec& spec(Field field) {
  return kFields[static_cast<std::size_t>(field)];
}

std::span<const FieldSpec> all_fields() {
  return kFields;
}

std::optional<Field> find_field(std::uint16_t oxm_class, std::uint8_t oxm_field) {
  const Index* index = oxm_class == kOxm    ? &kByOxm
                       : oxm_class == kNxm1 ? &kByNxm1
                       : oxm_class == kNxm0 ? &kByNxm0
                       : oxm_class == kEric ? &kByEric
                                            : nullptr;
  if (index == nullptr || oxm_field >= index->size() || (*index)[oxm_field] == kFieldCount) return std::nullopt;
  return static_cast<Field>((*index)[oxm_field]);
}

std::optional<Field> find_field(std::string_view name) {
  const auto row = std::ranges::find_if(
      kFields, [&](const FieldSpec& s) { return s.name == name || s.set_name == name || s.move_name == name; });
  if (row != kFields.end()) return row->field;
  const auto alias = std::ranges::find(kAliases, name, &Alias::name);
  if (alias != kAliases.end()) return alias->field;
  return std::nullopt;
}

unsigned subfield_bits(Field field) {
  return field == Field::kVlanVid ? 12 : spec(field).bits;
}

FieldValue full_mask(Field field) {
  const unsigned bits = spec(field).bits;
  if (bits > 64) return {~std::uint64_t{0} >> (128 - bits), ~std::uint64_t{0}};
  return {0, ~std::uint64_t{0} >> (64 - bits)};
}

}  // namespace dcportals::openflow
