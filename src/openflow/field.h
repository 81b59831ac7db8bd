// The match fields that we know (OXM, OpenFlow 1.3 section 7.2.3.7, and Nicira's extended match fields), as data.
//
// One row a field: its wire name, its width, whether it may be masked, what it requires, how ovs-ofctl writes it. Decoder,
// encoder, formatter, flow builder and emulator all read this table; there is no other list of fields. Constant data, safe from
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace dcportals::openflow {

// In the order in which OVS writes them into a match, so that a field's prerequisites precede it (all but IP's own: OVS puts
// ip_proto last of the IP fields) and a match that OVS sent encodes to the same bytes again. Text has another order, see
// match_format.cc.
enum class Field : std::uint8_t {
  kInPort,
  kEthSrc,
  kEthDst,
  kEthType,
  kVlanVid,  // kVlanPresent | id
  kVlanPcp,
  kIpv4Src,
  kIpv4Dst,
  kIpv6Src,
  kIpv6Dst,
  kIpFrag,  // NXM_NX_IP_FRAG: bit 0 any fragment, bit 1 later fragment
  kIpDscp,
  kIpEcn,
  kIpTtl,  // NXM_NX_IP_TTL
  kIpProto,
  kTcpSrc,
  kTcpDst,
  kUdpSrc,
  kUdpDst,
  kSctpSrc,
  kSctpDst,
  kIcmpv4Type,
  kIcmpv4Code,
  kIcmpv6Type,
  kIcmpv6Code,
  kNdReserved,  // ERICOXM_OF_ICMPV6_ND_RESERVED
  kIpv6NdTarget,
  kNdOptionsType,  // ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE
  kIpv6NdSll,
  kIpv6NdTll,
  kArpOp,
  kArpSpa,
  kArpTpa,
  kArpSha,
  kArpTha,
  kTunnelId,
  kReg0,
  kReg1,
  kReg2,
  kReg3,
  kReg4,
  kReg5,
  kReg6,
  kReg7,
  kMetadata,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kMetadata) + 1;

// A field's value: a big-endian number of up to 128 bits, right-aligned.
struct FieldValue {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  constexpr FieldValue() = default;
  constexpr FieldValue(std::uint64_t l) : low(l) {}  // NOLINT: a number is a value
  constexpr FieldValue(std::uint64_t h, std::uint64_t l) : high(h), low(l) {}

  friend constexpr bool operator==(const FieldValue&, const FieldValue&) = default;
  friend constexpr auto operator<=>(const FieldValue&, const FieldValue&) = default;
  friend constexpr FieldValue operator&(FieldValue a, FieldValue b) { return {a.high & b.high, a.low & b.low}; }
  friend constexpr FieldValue operator|(FieldValue a, FieldValue b) { return {a.high | b.high, a.low | b.low}; }
  friend constexpr FieldValue operator~(FieldValue a) { return {~a.high, ~a.low}; }
};

// How ovs-ofctl writes the value of the field.
enum class FieldFormat : std::uint8_t { kDecimal, kHex, kMac, kIpv4, kIpv6, kPort, kVlan, kFrag };

// What else the match must say before it may speak of the field (section 7.2.3.8; OVS has the same rules, ovs-fields(7)).
enum class Prerequisite : std::uint8_t {
  kNone,
  kVlan,  // a tag: vlan_vid with kVlanPresent
  kIp,    // eth_type IPv4 or IPv6
  kIpv4,
  kIpv6,
  kArp,
  kTcp,  // kIp and ip_proto 6, and so on
  kUdp,
  kSctp,
  kIcmpv4,
  kIcmpv6,
  kNd,           // kIcmpv6 and icmpv6_type 135 or 136
  kNdSolicit,    // 135
  kNdAdvertise,  // 136
};

struct FieldSpec {
  Field field;
  std::string_view name;       // as ovs-ofctl writes it in a match, e.g. "nw_src" is written for "ip" flows
  std::string_view set_name;   // as ovs-ofctl writes it in set_field, e.g. "ip_src"
  std::string_view move_name;  // as ovs-ofctl writes it in move and load, e.g. "NXM_OF_ETH_SRC"
  std::uint16_t oxm_class;     // of matches and set_field: 0x8000 basic, 0x0000/0x0001 Nicira, 0x1000 Ericsson
  std::uint8_t oxm_field;
  std::uint16_t nxm_class;  // of Nicira's actions, which OVS writes with NXM headers where there is one: else equal to the former
  std::uint8_t nxm_field;
  std::uint8_t bits;
  std::uint8_t bytes;  // on the wire, without mask
  bool maskable;       // in a match
  bool writable;       // by set_field, move and load
  FieldFormat format;
  Prerequisite needs;
};

[[nodiscard]] const FieldSpec& spec(Field field);
[[nodiscard]] std::span<const FieldSpec> all_fields();
// By its OXM or NXM number (section 7.2.3.2); nullopt for a field that we do not know.
[[nodiscard]] std::optional<Field> find_field(std::uint16_t oxm_class, std::uint8_t oxm_field);
// By any of its names in ovs-ofctl's syntax ("dl_src", "eth_src", "NXM_OF_ETH_SRC", "OXM_OF_ETH_SRC"). "tp_src", "icmp_type" and
// the like, which stand for different fields by protocol, give the first one: TCP, ICMPv4.
[[nodiscard]] std::optional<Field> find_field(std::string_view name);
// All bits of the field's width set.
[[nodiscard]] FieldValue full_mask(Field field);
// How many bits move and load may address: the width, but 12 for vlan_vid, whose "present" bit is out of their reach in OVS.
[[nodiscard]] unsigned subfield_bits(Field field);

}  // namespace dcportals::openflow
