#include "flowgen/local_port.h"

#include <algorithm>
#include <vector>

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using openflow::OfPort;
using pipeline::FlowBuilder;
using pipeline::MeterClass;
using pipeline::Rule;
using pipeline::Table;
using topology::TenantAddress;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;
constexpr std::uint16_t kArp = openflow::kEthTypeArp;
constexpr std::uint16_t kIpv6 = openflow::kEthTypeIpv6;
constexpr std::uint16_t kArpRequestOperation = 1;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint16_t kDhcpServerPort = 67;  // RFC 2131 section 4.1
constexpr std::uint16_t kDhcpClientPort = 68;
constexpr MacAddress kBroadcastMac(0xffff'ffff'ffff);
constexpr Ipv4Address kUnspecified(0);
constexpr Ipv4Address kLimitedBroadcast(0xffffffff);
constexpr Ipv4Prefix kMulticast(Ipv4Address(0xe0000000), 4);
constexpr std::uint32_t kBurst = 2;  // seconds' worth of a rate that a port may send at once

// Appends what one local port has.
class LocalPort {
 public:
  LocalPort(const View& view, const topology::Port& port, OfPort of_port, Sink& sink)
      : view_(view),
        port_(port),
        of_port_(of_port),
        number_(view.topology.network(port.network_id)->number.value()),
        is_router_(view.topology.router_of(port.id) != nullptr),
        attachment_(view.attachment(port.network_id)),
        addresses_(port.tenant_addresses()),
        sink_(sink) {}

  void append() {
    if (!port_.admin_state_up) {
      sink_.add(from_port(Rule::kVmAdminDown));
      return;
    }
    append_meters();
    append_classify();
    append_protocol_zero();
    if (is_router_) {
      append_router();
      append_security();
    } else if (port_.port_security_enabled) {
      append_dhcp_guard();
      append_security();
    } else {
      append_unsecured();
    }
    for (const TenantAddress& address : addresses_) append_address(address);
    append_unspecified();
    append_last_resort();
  }

 private:
  [[nodiscard]] FlowBuilder rule(Rule rule) const { return {rule, View::owner(port_)}; }
  [[nodiscard]] FlowBuilder from_port(Rule which) const {
    FlowBuilder flow = rule(which);
    flow.match(Field::kInPort, of_port_);
    return flow;
  }
  [[nodiscard]] FlowBuilder from_mac(Rule which, MacAddress mac) const {
    FlowBuilder flow = from_port(which);
    flow.match(Field::kEthSrc, mac);
    return flow;
  }
  [[nodiscard]] FlowBuilder from_mac(Rule which, MacAddress mac, std::uint16_t eth_type) const {
    FlowBuilder flow = from_mac(which, mac);
    flow.match(Field::kEthType, eth_type);
    return flow;
  }
  // Passes port security: the network is known from here on.
  void admit(FlowBuilder& flow, Table next) { sink_.add(flow.metadata(number_).go_to(next)); }
  void admit(FlowBuilder&& flow, Table next) { admit(flow, next); }
  // Within the fabric a port only asks, and the edge answers. To the outside it also answers and announces itself.
  FlowBuilder& match_arp_operation(FlowBuilder& flow) const { return attachment_ ? flow : flow.match(Field::kArpOp, kArpRequestOperation); }
  FlowBuilder& match_arp_operation(FlowBuilder&& flow) const { return match_arp_operation(flow); }
  [[nodiscard]] openflow::MeterId meter(MeterClass which) const { return pipeline::meter_id(of_port_, which); }

  void append_meters() {
    const std::uint32_t own = view_.topology.network(port_.network_id)->broadcast_rate.value_or(view_.policy.broadcast_rate);
    sink_.add(make_meter(meter(MeterClass::kBroadcast), {own, own * kBurst}));
    if (!sink_.reactive()) return;
    sink_.add(make_meter(meter(MeterClass::kArpRequests), view_.policy.arp_requests));
    sink_.add(make_meter(meter(MeterClass::kFirstPackets), view_.policy.first_packets));
  }

  void append_classify() {
    sink_.add(from_port(Rule::kVmFrame).match(Field::kVlanVid, openflow::kVlanNone).go_to(Table::kPortSecurity));
    sink_.add(from_port(Rule::kVmTagged));
  }

  void append_protocol_zero() {
    sink_.add(from_port(Rule::kProtocolZero).match(Field::kEthType, kIp).match(Field::kIpProto, 0U));
    sink_.add(from_port(Rule::kProtocolZeroIpv6).match(Field::kEthType, kIpv6).match(Field::kIpProto, 0U));
  }

  [[nodiscard]] std::vector<MacAddress> macs() const {
    std::vector<MacAddress> out{port_.mac_address};
    for (const TenantAddress& a : addresses_) {
      if (std::ranges::find(out, a.mac) == out.end()) out.push_back(a.mac);
    }
    return out;
  }

  void append_dhcp_guard() {
    if (port_.dhcp_server) return;
    sink_.add(from_port(Rule::kForgedDhcpServer)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpProto, kUdp)
                  .match(Field::kUdpSrc, kDhcpServerPort)
                  .match(Field::kUdpDst, kDhcpClientPort));
  }

  void append_security() {
    for (const TenantAddress& a : addresses_) append_allowed(a);
    admit(from_mac(Rule::kDhcpClient, port_.mac_address, kIp)
              .match(Field::kIpProto, kUdp)
              .match(Field::kIpv4Src, kUnspecified)
              .match(Field::kIpv4Dst, kLimitedBroadcast)
              .match(Field::kUdpSrc, kDhcpClientPort)
              .match(Field::kUdpDst, kDhcpServerPort),
          Table::kForward);
    for (const MacAddress mac : macs()) append_refused(mac);
    sink_.add(from_port(Rule::kSpoofedEthSource));
  }

  void append_allowed(const TenantAddress& a) {
    admit(from_mac(Rule::kSourceAllowed, a.mac, kIp).match(Field::kIpv4Src, a.ip), Table::kForward);
    admit(match_arp_operation(from_mac(Rule::kArpRequest, a.mac, kArp)).match(Field::kArpSha, a.mac).match(Field::kArpSpa, a.ip),
          Table::kResponder);
    if (!attachment_) sink_.add(from_mac(Rule::kArpNotARequest, a.mac, kArp).match(Field::kArpSha, a.mac).match(Field::kArpSpa, a.ip));
  }

  // One of the port's MACs with fields that are not the port's: the reason is told by the first field that is wrong.
  void append_refused(MacAddress mac) {
    admit(from_mac(Rule::kArpProbe, mac, kArp)
              .match(Field::kArpOp, kArpRequestOperation)
              .match(Field::kArpSha, mac)
              .match(Field::kArpSpa, kUnspecified),
          Table::kResponder);
    sink_.add(from_mac(Rule::kSpoofedArpSpa, mac, kArp).match(Field::kArpSha, mac));
    sink_.add(from_mac(Rule::kSpoofedArpSha, mac, kArp));
    sink_.add(from_mac(Rule::kSpoofedIpSource, mac, kIp));
    sink_.add(from_mac(Rule::kIpv6NotCarried, mac, kIpv6));
    sink_.add(from_mac(Rule::kEtherTypeNotCarried, mac));
  }

  void append_unsecured() {
    admit(from_port(Rule::kUnsecuredIp).match(Field::kEthType, kIp), Table::kForward);
    admit(match_arp_operation(from_port(Rule::kUnsecuredArp).match(Field::kEthType, kArp)), Table::kResponder);
    sink_.add(from_port(Rule::kUnsecuredOther));
    sink_.add(rule(Rule::kForwardUnsecured)
                  .match(Field::kMetadata, number_)
                  .match(Field::kEthDst, port_.mac_address)
                  .match(Field::kEthType, kIp)
                  .output(of_port_));
    FlowBuilder flood = from_port(Rule::kFloodUnsecured);
    flood.match_group(true).match(Field::kEthType, kIp).meter(meter(MeterClass::kBroadcast));
    sink_.add(send_unchanged_copies(flood));
  }

  // What a router sends comes from anywhere outside; what the wire brings to no key is for a router (paper section 3.7.5).
  void append_router() {
    sink_.add(from_port(Rule::kRouterSourceIsAKey).match(Field::kEthType, kIp).match(Field::kIpv4Src, view_.topology.key_pool().prefix()));
    admit(from_mac(Rule::kRouterSource, port_.mac_address, kIp), Table::kForward);
    admit(match_arp_operation(from_mac(Rule::kRouterArp, port_.mac_address, kArp)).match(Field::kArpSha, port_.mac_address), Table::kResponder);
    const auto wire_mac = wire_mac_of_router(view_.topology, port_, view_.host);
    if (!wire_mac || !view_.wiring.uplink) return;
    sink_.add(from_mac(Rule::kRewriteRouter, port_.mac_address, kIp)
                  .match_group(false)
                  .set(Field::kEthSrc, *wire_mac)
                  .output(*view_.wiring.uplink));
    if (*wire_mac == port_.mac_address) {
      append_router_by_mac();
    } else {
      sink_.add(rule(Rule::kDeliverRouter)
                    .match(Field::kMetadata, number_)
                    .match(Field::kEthType, kIp)
                    .set(Field::kEthDst, port_.mac_address)
                    .output(of_port_));
    }
  }

  void append_router_by_mac() {
    for (const OfPort uplink : view_.wiring.uplinks) {
      sink_.add(rule(Rule::kWireFrameOfRouter)
                    .match(Field::kInPort, uplink)
                    .match(Field::kVlanVid, openflow::kVlanNone)
                    .match(Field::kEthDst, port_.mac_address)
                    .match(Field::kEthType, kIp)
                    .go_to(Table::kRestoreSource));
    }
    sink_.add(rule(Rule::kDeliverRouterByMac)
                  .match(Field::kMetadata, number_)
                  .match(Field::kEthDst, port_.mac_address)
                  .match(Field::kEthType, kIp)
                  .output(of_port_));
  }

  [[nodiscard]] openflow::GroupId local_copies() const { return pipeline::group_id(number_, pipeline::kLocalCopies); }
  [[nodiscard]] openflow::GroupId remote_copies() const { return pipeline::group_id(number_, pipeline::kRemoteCopies); }

  // To the ports here, and outside.
  FlowBuilder& send_unchanged_copies(FlowBuilder& flow) const {
    flow.group(local_copies());
    return attachment_ ? flow.output(*attachment_) : flow;
  }
  // A broadcast's flow: unchanged copies at once; the remote ones are still to be said.
  [[nodiscard]] FlowBuilder flood(Rule which, MacAddress mac, Ipv4Address source) const {
    FlowBuilder flow = from_mac(which, mac, kIp);
    flow.match(Field::kIpv4Src, source).meter(meter(MeterClass::kBroadcast));
    return send_unchanged_copies(flow);
  }
  // The remote copies, as from `source`.
  FlowBuilder& send_copies(FlowBuilder& flow, const topology::FabricAddress& source, std::optional<topology::MappingKey> destination) {
    flow.set(Field::kEthSrc, source.host_mac).set(Field::kIpv4Src, source.key.address);
    if (destination) flow.set(Field::kIpv4Dst, destination->address);
    return flow.group(remote_copies());
  }

  void append_address(const TenantAddress& a) {
    FlowBuilder own = from_port(attachment_ ? Rule::kArpOfOwnAddress : Rule::kArpOwnAddress);
    own.match(Field::kEthType, kArp).match(Field::kArpTpa, a.ip);
    sink_.add(attachment_ ? own.output(*attachment_) : own);
    std::optional<topology::FabricAddress> fabric;
    if (view_.wiring.uplink) fabric = view_.fabric(port_.id, view_.host, a);
    append_floods(a, fabric);
    if (!fabric) return;
    sink_.add(from_mac(Rule::kRewriteSource, a.mac, kIp)
                  .match_group(false)
                  .match(Field::kIpv4Src, a.ip)
                  .set(Field::kEthSrc, fabric->host_mac)
                  .set(Field::kIpv4Src, fabric->key.address)
                  .output(*view_.wiring.uplink));
    if (!serves(view_.topology, port_, a.ip)) return;
    sink_.add(rule(Rule::kRestoreExternal)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpv4Dst, fabric->key.address)
                  .metadata(number_)
                  .go_to(Table::kRestoreRouter));
    sink_.add(rule(Rule::kRestoreDestination)
                  .match(Field::kMetadata, number_)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpv4Dst, fabric->key.address)
                  .set(Field::kEthDst, a.mac)
                  .set(Field::kIpv4Dst, a.ip)
                  .output(of_port_));
  }

  // Without port security, local copies from any source come before the last resort, which would ask: so its own addresses ask before.
  void append_ask_own_flood(MacAddress mac, Ipv4Address source) {
    if (!sink_.reactive() || is_router_ || port_.port_security_enabled) return;
    sink_.add(from_mac(Rule::kAskOwnFlood, mac, kIp)
                  .match_group(true)
                  .match(Field::kIpv4Src, source)
                  .ask(pipeline::Ask::kFlood, meter(MeterClass::kFirstPackets)));
  }

  void append_floods(const TenantAddress& a, const std::optional<topology::FabricAddress>& fabric) {
    append_ask_own_flood(a.mac, a.ip);
    for (const Ipv4Prefix group : {Ipv4Prefix(kLimitedBroadcast, 32), kMulticast}) {
      FlowBuilder flow = flood(Rule::kRewriteFlood, a.mac, a.ip);
      flow.match_group(true).match(Field::kIpv4Dst, group);
      sink_.add(fabric ? send_copies(flow, *fabric, std::nullopt) : flow);
    }
    for (const topology::SubnetId& id : view_.topology.subnets_of(port_.network_id)) {
      const auto* cidr = std::get_if<Ipv4Prefix>(&view_.topology.subnet(id)->cidr);
      if (cidr == nullptr || !has_broadcast(*cidr) || !cidr->contains(a.ip)) continue;
      FlowBuilder directed = flood(Rule::kRewriteDirected, a.mac, a.ip);
      directed.match(Field::kEthDst, kBroadcastMac).match(Field::kIpv4Dst, cidr->last());
      sink_.add(fabric ? send_copies(directed, *fabric, view_.topology.key_pool().broadcast_key()) : directed);
    }
  }

  // A DHCP client that has no address yet: on the wire it is its first address, sending to a key that takes that back.
  void append_unspecified() {
    append_ask_own_flood(port_.mac_address, kUnspecified);
    FlowBuilder flow = flood(Rule::kRewriteUnspecified, port_.mac_address, kUnspecified);
    flow.match(Field::kEthDst, kBroadcastMac).match(Field::kIpv4Dst, kLimitedBroadcast);
    const auto own = std::ranges::find(addresses_, port_.mac_address, &TenantAddress::mac);
    const auto key = view_.topology.key_pool().unspecified_key();
    std::optional<topology::FabricAddress> fabric;
    if (own != addresses_.end() && key && view_.wiring.uplink) fabric = view_.fabric(port_.id, view_.host, *own);
    sink_.add(fabric ? send_copies(flow, *fabric, key) : flow);
  }

  // What nothing else matches: dropped with its reason, or the controller is asked.
  void append_last_resort() {
    sink_.add(from_port(Rule::kSourceHasNoKey));
    if (!sink_.reactive()) {
      sink_.add(from_port(Rule::kArpUnknownTarget));
      sink_.add(from_port(Rule::kUnknownDestination));
      return;
    }
    const openflow::MeterId first_packets = meter(MeterClass::kFirstPackets);
    sink_.add(from_port(Rule::kAskArp).ask(pipeline::Ask::kArp, meter(MeterClass::kArpRequests)));
    sink_.add(from_port(Rule::kAskForward).ask(pipeline::Ask::kForward, first_packets));
    sink_.add(from_port(Rule::kAskFlood).match_group(true).ask(pipeline::Ask::kFlood, first_packets));
  }

  const View& view_;
  const topology::Port& port_;
  OfPort of_port_;
  std::uint64_t number_;
  bool is_router_;
  std::optional<OfPort> attachment_;
  std::vector<TenantAddress> addresses_;
  Sink& sink_;
};

}  // namespace

void append_local_port(const View& view, const topology::Port& port, OfPort of_port, Sink& sink) {
  LocalPort(view, port, of_port, sink).append();
}

}  // namespace dcportals::flowgen
