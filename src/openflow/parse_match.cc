// Matches from text: protocol shorthands, VLAN words, then fields by name.
#include <algorithm>
#include <array>

#include "openflow/parse_text.h"
#include "openflow/shorthand.h"

namespace dcportals::openflow {
namespace {

using F = Field;

// Names that stand for several fields, by protocol.
struct Ambiguous {
  std::string_view name;
  std::uint8_t ip_proto;
  Field field;
};
constexpr std::array kAmbiguous{
    Ambiguous{"tp_src", kIpProtoTcp, F::kTcpSrc},           Ambiguous{"tp_dst", kIpProtoTcp, F::kTcpDst},
    Ambiguous{"tp_src", kIpProtoUdp, F::kUdpSrc},           Ambiguous{"tp_dst", kIpProtoUdp, F::kUdpDst},
    Ambiguous{"tp_src", kIpProtoSctp, F::kSctpSrc},         Ambiguous{"tp_dst", kIpProtoSctp, F::kSctpDst},
    Ambiguous{"icmp_type", kIpProtoIcmp, F::kIcmpv4Type},   Ambiguous{"icmp_code", kIpProtoIcmp, F::kIcmpv4Code},
    Ambiguous{"icmp_type", kIpProtoIcmpv6, F::kIcmpv6Type}, Ambiguous{"icmp_code", kIpProtoIcmpv6, F::kIcmpv6Code},
};

bool is_ambiguous(std::string_view key) {
  return std::ranges::find(kAmbiguous, key, &Ambiguous::name) != kAmbiguous.end();
}

}  // namespace

bool MatchParser::set(std::string_view piece, Field field, FieldValue value, FieldValue mask) {
  if (match_.find(field) != nullptr) return text_.fail(piece, "field given twice");
  match_.set_masked(field, value, mask);
  return true;
}

bool MatchParser::add_field(std::string_view piece, Field field, std::string_view value) {
  const auto parsed = parse_masked(field, value);
  if (!parsed) return text_.fail(piece, "bad value of the field");
  return set(piece, field, parsed->value, parsed->mask);
}

// The 16 bits of a tag: priority, "present", id.
bool MatchParser::add_vlan_tci(std::string_view piece, std::string_view value) {
  constexpr std::uint16_t kVidBits = 0x1fff, kPcpBits = 0xe000;
  const KeyValue parts = split(value, '/');
  std::uint16_t tci = 0, mask = 0xffff;
  if (!text_.number(parts.key, tci)) return false;
  if (parts.has_value && !text_.number(parts.value, mask)) return false;
  tci &= mask;
  if ((mask & kPcpBits) != 0 && (mask & kPcpBits) != kPcpBits) return text_.fail(piece, "vlan_tci with a part of the priority");
  if ((mask & kPcpBits) != 0 && !set(piece, F::kVlanPcp, tci >> 13, full_mask(F::kVlanPcp))) return false;
  return set(piece, F::kVlanVid, tci & kVidBits, mask & kVidBits);
}

bool MatchParser::add(std::string_view piece) {
  const KeyValue pair = split(piece, '=');
  if (!pair.has_value) {
    const auto shorthand = std::ranges::find(kShorthands, piece, &Shorthand::name);
    if (shorthand == kShorthands.end()) return text_.fail(piece, "word that we do not know");
    if (!set(piece, F::kEthType, shorthand->eth_type, full_mask(F::kEthType))) return false;
    return shorthand->ip_proto < 0 ||
           set(piece, F::kIpProto, static_cast<std::uint64_t>(shorthand->ip_proto), full_mask(F::kIpProto));
  }
  if (is_ambiguous(pair.key) || pair.key == "dl_vlan_pcp") {
    pending_.push_back({piece, pair});
    return true;
  }
  if (pair.key == "vlan_tci") return add_vlan_tci(piece, pair.value);
  if (pair.key == "dl_vlan") {
    constexpr std::uint16_t kNoTag = 0xffff;
    std::uint16_t vid = 0;
    if (!text_.number(pair.value, vid)) return false;
    if (vid != kNoTag && vid > 0x0fff) return text_.fail(pair.value, "VLAN id over 4095");
    return set(piece, F::kVlanVid, vid == kNoTag ? kVlanNone : kVlanPresent | vid, full_mask(F::kVlanVid));
  }
  if (pair.key == "nw_tos") {
    std::uint8_t tos = 0;
    if (!text_.number(pair.value, tos)) return false;
    if ((tos & 3) != 0) return text_.fail(pair.value, "nw_tos with ECN bits");
    return set(piece, F::kIpDscp, tos >> 2, full_mask(F::kIpDscp));
  }
  const auto field = find_field(pair.key);
  if (!field) return text_.fail(piece, "field that we do not know");
  return add_field(piece, *field, pair.value);
}

std::optional<Field> MatchParser::resolve(std::string_view key) const {
  if (key == "dl_vlan_pcp") return F::kVlanPcp;
  const FieldMatch* proto = match_.find(F::kIpProto);
  if (proto == nullptr) return std::nullopt;
  const auto row =
      std::ranges::find_if(kAmbiguous, [&](const Ambiguous& a) { return a.name == key && a.ip_proto == proto->value.low; });
  return row == kAmbiguous.end() ? std::nullopt : std::optional(row->field);
}

bool MatchParser::finish(Match& out) {
  for (const Pending& p : pending_) {
    const auto field = resolve(p.pair.key);
    if (!field) return text_.fail(p.piece, "field without its protocol");
    if (!add_field(p.piece, *field, p.pair.value)) return false;
    // A priority alone means that there is a tag.
    if (*field == F::kVlanPcp && match_.find(F::kVlanVid) == nullptr) {
      match_.set_masked(F::kVlanVid, kVlanPresent, kVlanPresent);
    }
  }
  if (const auto field = first_without_prerequisite(match_)) {
    return text_.fail(end_of(text_.whole()), fmt::format("{} without its prerequisite", spec(*field).set_name));
  }
  out = std::move(match_);
  return true;
}

std::expected<Match, ParseError> parse_match(std::string_view text) {
  ParseText state(text);
  MatchParser parser(state);
  Match match;
  std::string_view rest = text, piece;
  while (next_piece(rest, ", \t\r\n", piece)) {
    if (!parser.add(piece)) return std::unexpected(state.error());
  }
  if (!parser.finish(match)) return std::unexpected(state.error());
  return match;
}

}  // namespace dcportals::openflow
