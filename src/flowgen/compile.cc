#include "flowgen/compile.h"

#include <algorithm>
#include <iterator>

#include "flowgen/local_port.h"
#include "flowgen/peer.h"
#include "flowgen/view.h"
#include "pipeline/flow_builder.h"

namespace dcportals::flowgen {

using openflow::Field;
using pipeline::FlowBuilder;
using pipeline::Rule;
using topology::HostName;
using topology::Port;
using topology::PortId;
using topology::Topology;

bool serves(const Topology& topology, const Port& port, Ipv4Address ip) {
  if (const Port* fixed = topology.port_by_fixed_ip(port.network_id, IpAddress{ip})) return fixed->id == port.id;
  const auto& claimants = topology.claimants(port.network_id, ip);
  const auto first = std::ranges::find_if(claimants, [&](const PortId& id) {
    return topology.active_site(id) != nullptr && topology.port(id)->admin_state_up;
  });
  return first == claimants.end() || *first == port.id;
}

Flows compile_host(const Topology& topology, const HostName& host, const Wiring& wiring) {
  Flows out;
  const pipeline::Owner owner{pipeline::OwnerKind::kHost, 0};
  for (const pipeline::TableSpec& table : pipeline::tables()) out.push_back(FlowBuilder(table.miss, owner).build());
  const MacAddress group_bit(0x010000000000);
  out.push_back(FlowBuilder(Rule::kGroupNotCarried, owner).match_masked(Field::kEthDst, group_bit.value(), group_bit.value()).build());
  const topology::Host* self = topology.host(host);
  if (!wiring.uplink || self == nullptr || !self->mac) return out;
  out.push_back(FlowBuilder(Rule::kWireProtocolZero, owner)
                    .match(Field::kInPort, *wiring.uplink)
                    .match(Field::kEthType, openflow::kEthTypeIpv4)
                    .match(Field::kIpProto, 0U)
                    .build());
  out.push_back(FlowBuilder(Rule::kWireFrame, owner)
                    .match(Field::kInPort, *wiring.uplink)
                    .match(Field::kVlanVid, openflow::kVlanNone)
                    .match(Field::kEthDst, *self->mac)
                    .match(Field::kEthType, openflow::kEthTypeIpv4)
                    .go_to(pipeline::Table::kRestoreSource)
                    .build());
  out.push_back(FlowBuilder(Rule::kWireOther, owner).match(Field::kInPort, *wiring.uplink).build());
  return out;
}

Flows compile_port(const Topology& topology, const HostName& host, const Wiring& wiring, const PortId& id) {
  Flows out;
  const View view(topology, host, wiring);
  const Port* port = topology.port(id);
  if (port == nullptr) return out;
  const auto of_port = view.local(id);
  if (of_port) append_local_port(view, *port, *of_port, out);
  if (port->admin_state_up && topology.hosts_of(port->network_id).contains(host)) append_peer(view, *port, out);
  return out;
}

Flows compile_all(const Topology& topology, const HostName& host, const Wiring& wiring) {
  Flows out = compile_host(topology, host, wiring);
  for (const topology::NetworkId& network : topology.networks_at(host)) {
    for (const PortId& port : topology.ports_of(network)) {
      Flows flows = compile_port(topology, host, wiring, port);
      std::ranges::move(flows, std::back_inserter(out));
    }
  }
  return out;
}

}  // namespace dcportals::flowgen
