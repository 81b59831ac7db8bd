// A flow's match: a conjunction of fields, each with value and mask, kept sorted by field (OpenFlow 1.3 section 7.2.3).
//
// Two matches are equal when they match the same packets by the same fields: values are kept masked, a full mask is stored as
// such, an all-zero mask is not stored. Value type.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/ip_address.h"
#include "base/mac_address.h"
#include "openflow/field.h"
#include "openflow/types.h"

namespace dcportals::openflow {

// EtherTypes and protocols that matches name.
inline constexpr std::uint16_t kEthTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEthTypeArp = 0x0806;
inline constexpr std::uint16_t kEthTypeIpv6 = 0x86dd;
inline constexpr std::uint8_t kIpProtoIcmp = 1;
inline constexpr std::uint8_t kIpProtoTcp = 6;
inline constexpr std::uint8_t kIpProtoUdp = 17;
inline constexpr std::uint8_t kIpProtoIcmpv6 = 58;
inline constexpr std::uint8_t kIpProtoSctp = 132;
// Bits of kIpFrag.
inline constexpr std::uint8_t kIpFragAny = 1;
inline constexpr std::uint8_t kIpFragLater = 2;
inline constexpr std::uint8_t kNdTypeSolicit = 135;
inline constexpr std::uint8_t kNdTypeAdvertise = 136;
// Section 7.2.3.7: OFPVID_PRESENT; a VLAN id of 0 without it means "no tag".
inline constexpr std::uint16_t kVlanPresent = 0x1000;
inline constexpr std::uint16_t kVlanNone = 0x0000;

struct FieldMatch {
  Field field;
  FieldValue value;
  FieldValue mask;
  friend bool operator==(const FieldMatch&, const FieldMatch&) = default;
  friend auto operator<=>(const FieldMatch&, const FieldMatch&) = default;
};

class Match {
 public:
  Match() = default;

  // Adds or replaces an exact field; `value` is cut to the field's width.
  Match& set(Field field, FieldValue value);
  Match& set(Field field, MacAddress mac) { return set(field, FieldValue{mac.value()}); }
  Match& set(Field field, Ipv4Address ip) { return set(field, FieldValue{ip.value()}); }
  Match& set(Field field, OfPort port) { return set(field, FieldValue{port.value()}); }
  Match& set(Field field, const Ipv6Address& ip);
  // Adds or replaces a masked field. A mask of all ones is exact, of all zeros removes the field.
  Match& set_masked(Field field, FieldValue value, FieldValue mask);

  void reserve(std::size_t count) { fields_.reserve(count); }

  // The field's entry, nullptr when it is not matched.
  [[nodiscard]] const FieldMatch* find(Field field) const;
  [[nodiscard]] std::span<const FieldMatch> fields() const { return fields_; }
  [[nodiscard]] bool empty() const { return fields_.empty(); }

  // ovs-ofctl's syntax with its shorthands ("arp,in_port=2,arp_tpa=10.0.0.1"); empty for a match of everything.
  [[nodiscard]] std::string format() const;

  friend bool operator==(const Match&, const Match&) = default;
  friend auto operator<=>(const Match&, const Match&) = default;

 private:
  [[nodiscard]] bool follows_all(Field field) const { return fields_.empty() || fields_.back().field < field; }

  std::vector<FieldMatch> fields_;
};

// Whether the match says what `field` needs to have a meaning (section 7.2.3.8), e.g. eth_type for ip_dst.
[[nodiscard]] bool prerequisite_met(const Match& match, Field field);
// The first field in the match whose prerequisite is missing; nullopt when a switch may accept the match.
[[nodiscard]] std::optional<Field> first_without_prerequisite(const Match& match);

[[nodiscard]] std::size_t hash_value(const Match& match);

}  // namespace dcportals::openflow

template <>
struct std::hash<dcportals::openflow::Match> {
  std::size_t operator()(const dcportals::openflow::Match& m) const noexcept { return dcportals::openflow::hash_value(m); }
};
