// Match: kept sorted and normal, so that equality of matches is equality of vectors. Formatting is in match_format.cc.
#include "openflow/match.h"

#include <algorithm>

namespace dcportals::openflow {
namespace {

bool value_in(const Match& match, Field field, std::initializer_list<std::uint64_t> values) {
  const FieldMatch* f = match.find(field);
  return f != nullptr && f->mask == full_mask(field) && std::ranges::find(values, f->value.low) != values.end();
}

// A later fragment has no transport header, so OVS refuses to match one together with its fields.
bool transport_is(const Match& match, std::initializer_list<std::uint64_t> eth_types, std::uint64_t proto) {
  const FieldMatch* frag = match.find(Field::kIpFrag);
  return value_in(match, Field::kEthType, eth_types) && value_in(match, Field::kIpProto, {proto}) &&
         (frag == nullptr || (frag->value.low & kIpFragLater) == 0);
}

// RFC 4861: neighbour discovery has code 0.
bool nd_is(const Match& match, std::initializer_list<std::uint64_t> types) {
  const FieldMatch* code = match.find(Field::kIcmpv6Code);
  return transport_is(match, {kEthTypeIpv6}, kIpProtoIcmpv6) && value_in(match, Field::kIcmpv6Type, types) &&
         (code == nullptr || code->value.low == 0);
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
  auto at = std::ranges::lower_bound(fields_, field, {}, &FieldMatch::field);
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
  const auto at = std::ranges::lower_bound(fields_, field, {}, &FieldMatch::field);
  return at != fields_.end() && at->field == field ? &*at : nullptr;
}

bool prerequisite_met(const Match& match, Field field) {
  switch (spec(field).needs) {
    case Prerequisite::kNone:
      return true;
    case Prerequisite::kVlan: {
      const FieldMatch* vid = match.find(Field::kVlanVid);
      return vid != nullptr && (vid->value.low & kVlanPresent) != 0;
    }
    case Prerequisite::kIp:
      return value_in(match, Field::kEthType, {kEthTypeIpv4, kEthTypeIpv6});
    case Prerequisite::kIpv4:
      return value_in(match, Field::kEthType, {kEthTypeIpv4});
    case Prerequisite::kIpv6:
      return value_in(match, Field::kEthType, {kEthTypeIpv6});
    case Prerequisite::kArp:
      return value_in(match, Field::kEthType, {kEthTypeArp});
    case Prerequisite::kTcp:
      return transport_is(match, {kEthTypeIpv4, kEthTypeIpv6}, kIpProtoTcp);
    case Prerequisite::kUdp:
      return transport_is(match, {kEthTypeIpv4, kEthTypeIpv6}, kIpProtoUdp);
    case Prerequisite::kSctp:
      return transport_is(match, {kEthTypeIpv4, kEthTypeIpv6}, kIpProtoSctp);
    case Prerequisite::kIcmpv4:
      return transport_is(match, {kEthTypeIpv4}, kIpProtoIcmp);
    case Prerequisite::kIcmpv6:
      return transport_is(match, {kEthTypeIpv6}, kIpProtoIcmpv6);
    case Prerequisite::kNd:
      return nd_is(match, {kNdTypeSolicit, kNdTypeAdvertise});
    case Prerequisite::kNdSolicit:
      return nd_is(match, {kNdTypeSolicit});
    case Prerequisite::kNdAdvertise:
      return nd_is(match, {kNdTypeAdvertise});
  }
  return false;
}

std::optional<Field> first_without_prerequisite(const Match& match) {
  for (const FieldMatch& f : match.fields()) {
    if (!prerequisite_met(match, f.field)) return f.field;
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
