#include "flowgen/attachment.h"

#include <algorithm>
#include <vector>

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using openflow::OfPort;
using pipeline::FlowBuilder;
using pipeline::Rule;
using pipeline::Table;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;
constexpr std::uint16_t kArp = openflow::kEthTypeArp;

// A port counts as a member while some host has it plugged. An address that Neutron only keeps for a machine outside is looked for there.
bool is_member(const View& view, const topology::PortId& id) {
  return view.topology.active_site(id) != nullptr;
}

class Attachment {
 public:
  Attachment(const View& view, const topology::Network& network, OfPort of_port, Sink& sink)
      : view_(view), network_(network), of_port_(of_port), sink_(sink) {}

  void append() {
    append_incoming();
    append_outgoing();
    for (const auto& [mac, ports] : view_.topology.pair_macs(network_.id)) append_pairs_mac(mac, ports);
  }

 private:
  [[nodiscard]] FlowBuilder rule(Rule which) const { return {which, {pipeline::OwnerKind::kNetwork, network_.number.value()}}; }
  [[nodiscard]] FlowBuilder inside(Rule which) const {
    FlowBuilder flow = rule(which);
    flow.match(Field::kMetadata, network_.number.value());
    return flow;
  }
  [[nodiscard]] FlowBuilder from_outside(Rule which) const {
    FlowBuilder flow = rule(which);
    flow.match(Field::kInPort, of_port_);
    return flow;
  }

  void append_incoming() {
    for (const std::uint16_t eth_type : {kIp, kArp}) {
      sink_.add(from_outside(Rule::kAttachmentFrame)
                    .match(Field::kVlanVid, openflow::kVlanNone)
                    .match(Field::kEthType, eth_type)
                    .metadata(network_.number.value())
                    .go_to(Table::kFromAttachment));
    }
    sink_.add(from_outside(Rule::kAttachmentNotCarried).match(Field::kVlanVid, openflow::kVlanNone));
    sink_.add(from_outside(Rule::kAttachmentTagged));
    const openflow::MeterId meter = pipeline::meter_id(of_port_, pipeline::MeterClass::kBroadcast);
    sink_.add(make_meter(meter, view_.policy.outside_broadcasts));
    sink_.add(inside(Rule::kFloodFromAttachment)
                  .match_group(true)
                  .meter(meter)
                  .group(pipeline::group_id(network_.number.value(), pipeline::kLocalCopies)));
  }

  void append_outgoing() {
    sink_.add(inside(Rule::kArpToAttachment).match(Field::kEthType, kArp).output(of_port_));
    sink_.add(inside(Rule::kToAttachment).match_group(false).match(Field::kEthType, kIp).output(of_port_));
  }

  // A MAC address that ports may use besides their own, as VRRP's: where several share it, each gets what comes from outside.
  void append_pairs_mac(MacAddress mac, const std::set<topology::PortId>& ports) {
    const topology::Port* own = view_.topology.port_by_mac(network_.id, mac);
    if (own != nullptr && is_member(view_, own->id)) return;
    if (std::ranges::none_of(ports, [&](const topology::PortId& id) { return is_member(view_, id); })) return;
    sink_.add(inside(Rule::kSourceIsAPairsMac).match(Field::kEthSrc, mac));
    sink_.add(inside(Rule::kPairsMacAtNoAddress).match(Field::kEthDst, mac).match(Field::kEthType, kIp));
    std::vector<OfPort> here;
    for (const topology::PortId& id : ports) {
      const auto of_port = view_.local(id);
      if (of_port && view_.topology.port(id)->admin_state_up) here.push_back(*of_port);
    }
    if (here.empty()) return;
    std::ranges::sort(here);
    FlowBuilder deliver = inside(Rule::kDeliverToPairsMac);
    deliver.match(Field::kEthDst, mac);
    for (const OfPort port : here) deliver.output(port);
    sink_.add(deliver);
  }

  const View& view_;
  const topology::Network& network_;
  OfPort of_port_;
  Sink& sink_;
};

}  // namespace

void append_attachment(const View& view, const topology::Network& network, Sink& sink) {
  if (const auto of_port = view.attachment(network.id)) Attachment(view, network, *of_port, sink).append();
}

void append_member(const View& view, const topology::Port& port, Sink& sink) {
  if (!view.attachment(port.network_id) || !is_member(view, port.id)) return;
  const auto flow = [&](Rule which, Field mac) {
    FlowBuilder out(which, View::owner(port));
    out.match(Field::kMetadata, view.metadata(port)).match(mac, port.mac_address);
    return out;
  };
  sink.add(flow(Rule::kSourceIsAMember, Field::kEthSrc));
  sink.add(flow(Rule::kMemberAtNoAddress, Field::kEthDst).match(Field::kEthType, kIp));
  const auto of_port = view.local(port.id);
  if (of_port && port.admin_state_up) sink.add(flow(Rule::kDeliverToMember, Field::kEthDst).output(*of_port));
}

}  // namespace dcportals::flowgen
