// The match fields that we know (OXM, OpenFlow 1.3 section 7.2.3.7, and Nicira's extended match fields), as data.
//
// One row a field: its wire name, its width, whether it may be masked, what it requires, how ovs-ofctl writes it. Decoder, encoder, formatter,
// flow builder and emulator all read this table; there is no other list of fields. Constant data, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace dcportals::openflow {

// In the order in which ovs-ofctl requires prerequisites to come: a field's prerequisites precede it.
enum class Field : std::uint8_t {
  kInPort,
  kMetadata,
  kTunnelId,
  kReg0, kReg1, kReg2, kReg3, kReg4, kReg5, kReg6, kReg7,
  kEthDst,
  kEthSrc,
  kEthType,
  kVlanVid,
  kVlanPcp,
  kIpDscp,
  kIpEcn,
  kIpProto,
  kIpTtl,   // NXM_NX_IP_TTL
  kIpFrag,  // NXM_NX_IP_FRAG: bit 0 any fragment, bit 1 later fragment
  kIpv4Src,
  kIpv4Dst,
  kTcpSrc,
  kTcpDst,
  kUdpSrc,
  kUdpDst,
  kSctpSrc,
  kSctpDst,
  kIcmpv4Type,
  kIcmpv4Code,
  kArpOp,
  kArpSpa,
  kArpTpa,
  kArpSha,
  kArpTha,
  kIpv6Src,
  kIpv6Dst,
  kIcmpv6Type,
  kIcmpv6Code,
  kIpv6NdTarget,
  kIpv6NdSll,
  kIpv6NdTll,
  kNdReserved,     // ERICOXM_OF_ICMPV6_ND_RESERVED
  kNdOptionsType,  // ERICOXM_OF_ICMPV6_ND_OPTIONS_TYPE
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kNdOptionsType) + 1;

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

enum class FieldFormat : std::uint8_t { kDecimal, kHex, kMac, kIpv4, kIpv6, kPort, kVlan, kFrag };

struct FieldSpec {
  Field field;
  std::string_view name;        // as ovs-ofctl writes it in a match, e.g. "nw_src" is written for "ip" flows
  std::string_view move_name;   // as ovs-ofctl writes it in move, load and set_field, e.g. "NXM_OF_ETH_SRC"
  std::uint16_t oxm_class;      // 0x8000 basic, 0x0000/0x0001 Nicira, 0xffff experimenter
  std::uint8_t oxm_field;
  std::uint32_t experimenter;   // only with class 0xffff
  std::uint8_t bits;
  std::uint8_t bytes;           // on the wire, without mask
  bool maskable;
  FieldFormat format;
};

[[nodiscard]] const FieldSpec& spec(Field field);
[[nodiscard]] std::span<const FieldSpec> all_fields();
// nullopt for a field that we do not know. `oxm_header` as in section 7.2.3.2: class, field; mask and length bits are ignored.
[[nodiscard]] std::optional<Field> find_field(std::uint16_t oxm_class, std::uint8_t oxm_field, std::uint32_t experimenter = 0);
// All bits of the field's width set.
[[nodiscard]] FieldValue full_mask(Field field);

}  // namespace dcportals::openflow
