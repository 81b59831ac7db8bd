// Matches as ovs-ofctl writes them (match_format() in OVS): protocol shorthand first, then a fixed order of fields that differs
// from the order on the wire. A match that lacks prerequisites, which no switch would accept, is still written in full.
#include <fmt/format.h>

#include <array>
#include <string>

#include "openflow/match.h"
#include "openflow/shorthand.h"
#include "openflow/value_text.h"

namespace dcportals::openflow {
namespace {

using F = Field;

const Shorthand* shorthand_of(const Match& match) {
  const FieldMatch* type = match.find(F::kEthType);
  const FieldMatch* proto = match.find(F::kIpProto);
  if (type == nullptr) return nullptr;
  for (const Shorthand& s : kShorthands) {
    if (type->value.low != s.eth_type) continue;
    if (s.ip_proto < 0 || (proto != nullptr && proto->value.low == static_cast<std::uint64_t>(s.ip_proto))) return &s;
  }
  return nullptr;
}

// VLAN id and priority together are OVS's 16-bit vlan_tci, of which dl_vlan and dl_vlan_pcp are the usual cases.
void append_vlan(std::string& out, const Match& match) {
  constexpr unsigned kVid = 0x0fff, kPcp = 0xe000;
  unsigned value = 0, mask = 0;
  if (const FieldMatch* vid = match.find(F::kVlanVid)) {
    value |= static_cast<unsigned>(vid->value.low);
    mask |= static_cast<unsigned>(vid->mask.low);
  }
  if (const FieldMatch* pcp = match.find(F::kVlanPcp)) {
    value |= static_cast<unsigned>(pcp->value.low) << 13;
    mask |= kPcp;
  }
  if (mask == 0) return;
  const bool whole_vid = (mask & kVid) == kVid;
  const bool tagged = (mask & value & kVlanPresent) != 0;
  if (tagged && (mask & (kVid | kPcp)) != 0 && (whole_vid || (mask & kVid) == 0)) {
    if (whole_vid) put(out, "dl_vlan={},", value & kVid);
    if ((mask & kPcp) != 0) put(out, "dl_vlan_pcp={},", value >> 13);
  } else if (mask == 0xffff) {
    put(out, "vlan_tci=0x{:04x},", value);
  } else {
    put(out, "vlan_tci=0x{:04x}/0x{:04x},", value, mask);
  }
}

void append_field(std::string& out, const FieldMatch& f) {
  out += spec(f.field).name;
  out += '=';
  if (f.field == F::kIpDscp) {
    put(out, "{}", f.value.low << 2);  // nw_tos is the whole octet
  } else {
    append_value(out, f.field, f.value, f.mask);
  }
  out += ',';
}

constexpr std::array kOrder{
    F::kReg0,       F::kReg1,          F::kReg2,       F::kReg3,       F::kReg4,         F::kReg5,      F::kReg6,
    F::kReg7,       F::kTunnelId,      F::kMetadata,   F::kInPort,     F::kVlanVid,      F::kEthSrc,    F::kEthDst,
    F::kEthType,    F::kIpv4Src,       F::kIpv4Dst,    F::kIpv6Src,    F::kIpv6Dst,      F::kArpSpa,    F::kArpTpa,
    F::kArpOp,      F::kIpProto,       F::kArpSha,     F::kArpTha,     F::kIpDscp,       F::kIpEcn,     F::kIpTtl,
    F::kIpFrag,     F::kTcpSrc,        F::kTcpDst,     F::kUdpSrc,     F::kUdpDst,       F::kSctpSrc,   F::kSctpDst,
    F::kIcmpv4Type, F::kIcmpv4Code,    F::kIcmpv6Type, F::kIcmpv6Code, F::kIpv6NdTarget, F::kIpv6NdSll, F::kIpv6NdTll,
    F::kNdReserved, F::kNdOptionsType,
};
static_assert(kOrder.size() == kFieldCount - 1, "every field but vlan_pcp, which is written with vlan_vid");

}  // namespace

std::string Match::format() const {
  std::string out;
  const Shorthand* shorthand = shorthand_of(*this);
  if (shorthand != nullptr) {
    out += shorthand->name;
    out += ',';
  }
  for (const Field field : kOrder) {
    if (field == F::kVlanVid) {
      append_vlan(out, *this);
      continue;
    }
    if (shorthand != nullptr && (field == F::kEthType || (field == F::kIpProto && shorthand->ip_proto >= 0))) continue;
    if (const FieldMatch* f = find(field)) append_field(out, *f);
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace dcportals::openflow
