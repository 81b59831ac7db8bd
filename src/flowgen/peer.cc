#include "flowgen/peer.h"

#include "pipeline/flow_builder.h"

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using pipeline::FlowBuilder;
using pipeline::Rule;
using pipeline::Table;
using topology::Port;
using topology::TenantAddress;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;

// The request turned round in place: to its sender, from the address asked for (RFC 826).
void append_arp_reply(const View& view, const Port& port, const TenantAddress& a, Flows& out) {
  out.push_back(FlowBuilder(Rule::kArpReply, View::owner(port))
                    .match(Field::kMetadata, view.metadata(port))
                    .match(Field::kEthType, openflow::kEthTypeArp)
                    .match(Field::kArpOp, 1U)
                    .match(Field::kArpTpa, a.ip)
                    .move(Field::kEthSrc, Field::kEthDst)
                    .set(Field::kEthSrc, a.mac)
                    .set(Field::kArpOp, openflow::FieldValue{2})
                    .move(Field::kArpSha, Field::kArpTha)
                    .move(Field::kArpSpa, Field::kArpTpa)
                    .set(Field::kArpSha, a.mac)
                    .set(Field::kArpSpa, a.ip)
                    .output(openflow::kPortInPort)
                    .build());
}

FlowBuilder forward(const View& view, const Port& port, Rule rule, const TenantAddress& a) {
  FlowBuilder flow(rule, View::owner(port));
  flow.match(Field::kMetadata, view.metadata(port))
      .match(Field::kEthDst, a.mac)
      .match(Field::kEthType, kIp)
      .match(Field::kIpv4Dst, a.ip);
  return flow;
}

// Towards the port's active site. Whoever cannot be reached is not answered for either.
void append_towards(const View& view, const Port& port, const topology::Site& site, const TenantAddress& a, Flows& out) {
  if (site.host == view.host) {
    const auto of_port = view.local(port.id);
    if (!of_port) return;
    out.push_back(forward(view, port, Rule::kForwardLocal, a).output(*of_port).build());
  } else {
    const auto fabric = view.fabric(port.id, site.host, a);
    if (!fabric || !view.wiring.uplink) return;
    out.push_back(forward(view, port, Rule::kForwardRemote, a)
                      .set(Field::kEthDst, fabric->host_mac)
                      .set(Field::kIpv4Dst, fabric->key.address)
                      .go_to(Table::kRewriteSource)
                      .build());
  }
  append_arp_reply(view, port, a, out);
}

void append_restore_source(const View& view, const Port& port, const topology::HostName& from, const TenantAddress& a, Flows& out) {
  const auto fabric = view.fabric(port.id, from, a);
  if (!fabric) return;
  out.push_back(FlowBuilder(Rule::kRestoreSource, View::owner(port))
                    .match(Field::kEthSrc, fabric->host_mac)
                    .match(Field::kEthType, kIp)
                    .match(Field::kIpv4Src, fabric->key.address)
                    .set(Field::kEthSrc, a.mac)
                    .set(Field::kIpv4Src, a.ip)
                    .metadata(view.metadata(port))
                    .go_to(Table::kRestoreDestination)
                    .build());
}

}  // namespace

void append_peer(const View& view, const Port& port, Flows& out) {
  const topology::Site* active = view.topology.active_site(port.id);
  if (active == nullptr) return;
  for (const TenantAddress& a : port.tenant_addresses()) {
    if (serves(view.topology, port, a.ip)) append_towards(view, port, *active, a, out);
    for (const topology::Site& site : view.topology.sites_of(port.id)) {
      if (site.host != view.host) append_restore_source(view, port, site.host, a, out);
    }
  }
}

}  // namespace dcportals::flowgen
