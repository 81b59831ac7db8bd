// Match: kept sorted and normal, so that equality of matches is equality of vectors. Formatting is in match_format.cc.
#include "openflow/match.h"

#include <algorithm>

namespace dcportals::openflow {
namespace {

constexpr std::uint32_t bit(Prerequisite p) {
  return 1u << static_cast<unsigned>(p);
}

// The exact low half of a field's value; -1 when the match does not fix it.
std::int64_t exact(const Match& match, Field field) {
  const FieldMatch* f = match.find(field);
  return f != nullptr && f->mask == full_mask(field) ? static_cast<std::int64_t>(f->value.low) : -1;
}

// What hangs on the IPv6 protocol being ICMPv6. RFC 4861: neighbour discovery has code 0.
std::uint32_t met_by_icmpv6(const Match& match) {
  const std::int64_t type = exact(match, Field::kIcmpv6Type);
  const FieldMatch* code = match.find(Field::kIcmpv6Code);
  if ((type != kNdTypeSolicit && type != kNdTypeAdvertise) || (code != nullptr && code->value.low != 0)) return 0;
  return bit(Prerequisite::kNd) | bit(type == kNdTypeSolicit ? Prerequisite::kNdSolicit : Prerequisite::kNdAdvertise);
}

// A later fragment has no transport header, so OVS refuses to match one together with its fields.
std::uint32_t met_by_protocol(const Match& match, bool ipv6) {
  const FieldMatch* frag = match.find(Field::kIpFrag);
  if (frag != nullptr && (frag->value.low & kIpFragLater) != 0) return 0;
  switch (exact(match, Field::kIpProto)) {
    case kIpProtoTcp:
      return bit(Prerequisite::kTcp);
    case kIpProtoUdp:
      return bit(Prerequisite::kUdp);
    case kIpProtoSctp:
      return bit(Prerequisite::kSctp);
    case kIpProtoIcmp:
      return ipv6 ? 0 : bit(Prerequisite::kIcmpv4);
    case kIpProtoIcmpv6:
      return ipv6 ? bit(Prerequisite::kIcmpv6) | met_by_icmpv6(match) : 0;
    default:
      return 0;
  }
}

// The prerequisites that the match meets, as a set of bits.
std::uint32_t met_by(const Match& match) {
  std::uint32_t met = bit(Prerequisite::kNone);
  const FieldMatch* vid = match.find(Field::kVlanVid);
  if (vid != nullptr && (vid->value.low & kVlanPresent) != 0) met |= bit(Prerequisite::kVlan);
  switch (exact(match, Field::kEthType)) {
    case kEthTypeIpv4:
      return met | bit(Prerequisite::kIp) | bit(Prerequisite::kIpv4) | met_by_protocol(match, false);
    case kEthTypeIpv6:
      return met | bit(Prerequisite::kIp) | bit(Prerequisite::kIpv6) | met_by_protocol(match, true);
    case kEthTypeArp:
      return met | bit(Prerequisite::kArp);
    default:
      return met;
  }
}

}  // namespace

Match& Match::set(Field field, FieldValue value) {
  return set_masked(field, value, full_mask(field));
}

Match& Match::set(Field field, const Ipv6Address& ip) {
  return set(field, FieldValue{load_be<std::uint64_t>(ip.bytes().data()), load_be<std::uint64_t>(ip.bytes().data() + 8)});
}

Match& Match::set_masked(Field field, FieldValue value, FieldValue mask) {
  const FieldValue cut = mask & full_mask(field);
  // Mostly a match is made in the order of its fields.
  auto at = follows_all(field) ? fields_.end() : std::ranges::lower_bound(fields_, field, {}, &FieldMatch::field);
  const bool present = at != fields_.end() && at->field == field;
  if (cut == FieldValue{}) {
    if (present) fields_.erase(at);
    return *this;
  }
  const FieldMatch entry{field, value & cut, cut};
  if (present) {
    *at = entry;
  } else {
    fields_.insert(at, entry);
  }
  return *this;
}

const FieldMatch* Match::find(Field field) const {
  if (follows_all(field)) return nullptr;
  const auto at = std::ranges::lower_bound(fields_, field, {}, &FieldMatch::field);
  return at != fields_.end() && at->field == field ? &*at : nullptr;
}

bool prerequisite_met(const Match& match, Field field) {
  return (met_by(match) & bit(spec(field).needs)) != 0;
}

std::optional<Field> first_without_prerequisite(const Match& match) {
  const std::uint32_t met = met_by(match);
  for (const FieldMatch& f : match.fields()) {
    if ((met & bit(spec(f.field).needs)) == 0) return f.field;
  }
  return std::nullopt;
}

std::size_t hash_value(const Match& match) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  const auto mix = [&h](std::uint64_t v) {
    h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
    h ^= h >> 32;
  };
  for (const FieldMatch& f : match.fields()) {
    mix(static_cast<std::uint64_t>(f.field));
    mix(f.value.high);
    mix(f.value.low);
    mix(f.mask.high);
    mix(f.mask.low);
  }
  return h;
}

}  // namespace dcportals::openflow
