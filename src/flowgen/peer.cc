#include "flowgen/peer.h"

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using pipeline::FlowBuilder;
using pipeline::Rule;
using pipeline::Table;
using topology::FabricAddress;
using topology::Port;
using topology::TenantAddress;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;

// The request turned round in place: to its sender, from the address asked for (RFC 826).
FlowBuilder arp_reply(const View& view, const Port& port, const TenantAddress& a) {
  FlowBuilder flow(Rule::kArpReply, View::owner(port));
  flow.match(Field::kMetadata, view.metadata(port))
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
      .output(openflow::kPortInPort);
  return flow;
}

FlowBuilder forward(const View& view, const Port& port, Rule rule, const TenantAddress& a) {
  FlowBuilder flow(rule, View::owner(port));
  flow.match(Field::kMetadata, view.metadata(port))
      .match(Field::kEthDst, a.mac)
      .match(Field::kEthType, kIp)
      .match(Field::kIpv4Dst, a.ip);
  return flow;
}

FlowBuilder forward_router(const View& view, const Port& router, Rule rule) {
  FlowBuilder flow(rule, View::owner(router));
  flow.match(Field::kMetadata, view.metadata(router)).match(Field::kEthDst, router.mac_address).match(Field::kEthType, kIp);
  return flow;
}

FlowBuilder restore_router(const View& view, const Port& router, MacAddress wire_mac) {
  FlowBuilder flow(Rule::kRestoreRouter, View::owner(router));
  flow.match(Field::kMetadata, view.metadata(router))
      .match(Field::kEthSrc, wire_mac)
      .match(Field::kEthType, kIp)
      .set(Field::kEthSrc, router.mac_address)
      .go_to(Table::kRestoreDestination);
  return flow;
}

// Towards the port's active site. Whoever cannot be reached is not answered for either.
void append_towards(const View& view, const Port& port, const topology::Site& site, const TenantAddress& a, Sink& sink) {
  if (site.host == view.host) {
    const auto of_port = view.local(port.id);
    if (!of_port) return;
    sink.add(forward_local(view, port, a, *of_port));
  } else {
    const auto fabric = view.fabric(port.id, site.host, a);
    if (!fabric || !view.wiring.uplink) return;
    sink.add(forward_remote(view, port, a, *fabric));
  }
  sink.add(arp_reply(view, port, a));
}

void append_router(const View& view, const Port& router, const topology::Site& active, Sink& sink) {
  const auto of_port = view.local(router.id);
  if (active.host == view.host) {
    if (of_port) sink.add(forward_router_local(view, router, *of_port));
  } else if (const auto mac = wire_mac_of_router(view.topology, router, active.host); mac && view.wiring.uplink) {
    sink.add(forward_router_remote(view, router, *mac));
  }
  for (const topology::Site& site : view.topology.sites_of(router.id)) {
    const auto mac = wire_mac_of_router(view.topology, router, site.host);
    if (site.host != view.host && mac) sink.add(restore_router(view, router, *mac));
  }
}

}  // namespace

FlowBuilder forward_local(const View& view, const Port& port, const TenantAddress& a, openflow::OfPort of_port) {
  FlowBuilder flow = forward(view, port, Rule::kForwardLocal, a);
  flow.output(of_port);
  return flow;
}

FlowBuilder forward_remote(const View& view, const Port& port, const TenantAddress& a, const FabricAddress& fabric) {
  FlowBuilder flow = forward(view, port, Rule::kForwardRemote, a);
  flow.set(Field::kEthDst, fabric.host_mac).set(Field::kIpv4Dst, fabric.key.address).go_to(Table::kRewriteSource);
  return flow;
}

FlowBuilder restore_source(const View& view, const Port& port, const TenantAddress& a, const FabricAddress& fabric) {
  FlowBuilder flow(Rule::kRestoreSource, View::owner(port));
  flow.match(Field::kEthSrc, fabric.host_mac)
      .match(Field::kEthType, kIp)
      .match(Field::kIpv4Src, fabric.key.address)
      .set(Field::kEthSrc, a.mac)
      .set(Field::kIpv4Src, a.ip)
      .metadata(view.metadata(port))
      .go_to(Table::kRestoreDestination);
  return flow;
}

FlowBuilder forward_router_local(const View& view, const Port& router, openflow::OfPort of_port) {
  FlowBuilder flow = forward_router(view, router, Rule::kForwardRouterLocal);
  flow.output(of_port);
  return flow;
}

FlowBuilder forward_router_remote(const View& view, const Port& router, MacAddress wire_mac) {
  FlowBuilder flow = forward_router(view, router, Rule::kForwardRouterRemote);
  flow.set(Field::kEthDst, wire_mac).go_to(Table::kRewriteSource);
  return flow;
}

void append_peer(const View& view, const Port& port, Sink& sink) {
  const topology::Site* active = view.topology.active_site(port.id);
  if (active == nullptr) return;
  for (const TenantAddress& a : port.tenant_addresses()) {
    if (serves(view.topology, port, a.ip)) append_towards(view, port, *active, a, sink);
    for (const topology::Site& site : view.topology.sites_of(port.id)) {
      if (site.host == view.host) continue;
      if (const auto fabric = view.fabric(port.id, site.host, a)) sink.add(restore_source(view, port, a, *fabric));
    }
  }
  if (view.topology.router_of(port.id) != nullptr) append_router(view, port, *active, sink);
}

}  // namespace dcportals::flowgen
