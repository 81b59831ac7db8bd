// What every switch of ours has. See compile.h.
#include <algorithm>

#include "flowgen/view.h"

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using pipeline::FlowBuilder;
using pipeline::Rule;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;
constexpr pipeline::Owner kOwner{pipeline::OwnerKind::kHost, 0};

FlowBuilder rule(Rule which) { return {which, kOwner}; }

// Addresses that no frame of a VM may name: those that are no single VM's, in a frame to one; and keys.
void append_refused_destinations(const View& view, Entries& out) {
  out.emplace_back(rule(Rule::kDestinationIsAKey).match(Field::kEthType, kIp).match(Field::kIpv4Dst, view.topology.key_pool().prefix()).build());
  for (const Ipv4Prefix group : {Ipv4Prefix(Ipv4Address(0xe0000000), 4), Ipv4Prefix(Ipv4Address(0xffffffff), 32)}) {
    out.emplace_back(rule(Rule::kGroupToOne).match_group(false).match(Field::kEthType, kIp).match(Field::kIpv4Dst, group).build());
  }
  out.emplace_back(rule(Rule::kGroupNotCarried).match_group(true).build());
}

void append_uplink(MacAddress host_mac, openflow::OfPort uplink, Entries& out) {
  out.emplace_back(rule(Rule::kWireProtocolZero).match(Field::kInPort, uplink).match(Field::kEthType, kIp).match(Field::kIpProto, 0U).build());
  out.emplace_back(rule(Rule::kWireFrame)
                       .match(Field::kInPort, uplink)
                       .match(Field::kVlanVid, openflow::kVlanNone)
                       .match(Field::kEthDst, host_mac)
                       .match(Field::kEthType, kIp)
                       .go_to(pipeline::Table::kRestoreSource)
                       .build());
  out.emplace_back(rule(Rule::kWireOther).match(Field::kInPort, uplink).build());
}

// Sources that no flow of a port knows.
void append_wire_sources(const View& view, openflow::OfPort uplink, Entries& out) {
  const auto networks = view.topology.networks_at(view.host);
  const bool asks = std::ranges::any_of(networks, [&](const auto& id) { return is_reactive(view.topology, view.policy, id); });
  FlowBuilder unknown = rule(asks ? Rule::kAskWire : Rule::kUnknownWireSource);
  unknown.match(Field::kEthType, kIp).match(Field::kIpv4Src, view.topology.key_pool().prefix());
  if (asks) {
    const openflow::MeterId meter = pipeline::meter_id(uplink, pipeline::MeterClass::kWirePackets);
    out.emplace_back(make_meter(meter, view.policy.wire_packets));
    unknown.ask(pipeline::Ask::kWire, meter);
  }
  out.emplace_back(unknown.build());
  out.emplace_back(rule(Rule::kWireExternal).match(Field::kEthType, kIp).go_to(pipeline::Table::kRestoreExternal).build());
  out.emplace_back(rule(Rule::kForeignWireDestination).match(Field::kEthType, kIp).match(Field::kIpv4Dst, view.topology.key_pool().prefix()).build());
}

}  // namespace

Entries compile_host(const Place& place) {
  const View view(place);
  Entries out;
  for (const pipeline::TableSpec& table : pipeline::tables()) out.emplace_back(rule(table.miss).build());
  append_refused_destinations(view, out);
  const topology::Host* self = view.topology.host(view.host);
  if (!view.wiring.uplink || self == nullptr || !self->mac) return out;
  for (const openflow::OfPort uplink : view.wiring.uplinks) append_uplink(*self->mac, uplink, out);
  append_wire_sources(view, *view.wiring.uplink, out);
  return out;
}

}  // namespace dcportals::flowgen
