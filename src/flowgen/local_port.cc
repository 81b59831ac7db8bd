#include "flowgen/local_port.h"

#include <algorithm>
#include <vector>

#include "pipeline/flow_builder.h"

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using openflow::OfPort;
using pipeline::FlowBuilder;
using pipeline::Rule;
using pipeline::Table;
using topology::TenantAddress;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;
constexpr std::uint16_t kArp = openflow::kEthTypeArp;
constexpr std::uint16_t kIpv6 = openflow::kEthTypeIpv6;
constexpr std::uint16_t kArpRequestOperation = 1;
constexpr std::uint8_t kUdp = 17;

// Appends the flows of one local port.
class LocalPort {
 public:
  LocalPort(const View& view, const topology::Port& port, OfPort of_port, Flows& out)
      : view_(view), port_(port), of_port_(of_port), addresses_(port.tenant_addresses()), out_(out) {}

  void append() {
    if (!port_.admin_state_up) {
      add(from_port(Rule::kVmAdminDown));
      return;
    }
    append_classify();
    append_protocol_zero();
    if (port_.port_security_enabled) {
      append_security();
    } else {
      append_unsecured();
    }
    for (const TenantAddress& address : addresses_) append_address(address);
  }

 private:
  void add(FlowBuilder& flow) { out_.push_back(flow.build()); }
  void add(FlowBuilder&& flow) { out_.push_back(flow.build()); }

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
  void admit(FlowBuilder& flow, Table next) { add(flow.metadata(view_.metadata(port_)).go_to(next)); }

  void append_classify() {
    add(from_port(Rule::kVmFrame).match(Field::kVlanVid, openflow::kVlanNone).go_to(Table::kPortSecurity));
    add(from_port(Rule::kVmTagged));
  }

  void append_protocol_zero() {
    add(from_port(Rule::kProtocolZero).match(Field::kEthType, kIp).match(Field::kIpProto, 0U));
    add(from_port(Rule::kProtocolZeroIpv6).match(Field::kEthType, kIpv6).match(Field::kIpProto, 0U));
  }

  [[nodiscard]] std::vector<MacAddress> macs() const {
    std::vector<MacAddress> out{port_.mac_address};
    for (const TenantAddress& a : addresses_) {
      if (std::ranges::find(out, a.mac) == out.end()) out.push_back(a.mac);
    }
    return out;
  }

  void append_security() {
    for (const TenantAddress& a : addresses_) append_allowed(a);
    admit(from_mac(Rule::kDhcpClient, port_.mac_address, kIp)
              .match(Field::kIpProto, kUdp)
              .match(Field::kIpv4Src, Ipv4Address(0))
              .match(Field::kIpv4Dst, Ipv4Address(0xffffffff))
              .match(Field::kUdpSrc, 68U)
              .match(Field::kUdpDst, 67U),
          Table::kForward);
    for (const MacAddress mac : macs()) append_refused(mac);
    add(from_port(Rule::kSpoofedEthSource));
  }

  void append_allowed(const TenantAddress& a) {
    admit(from_mac(Rule::kSourceAllowed, a.mac, kIp).match(Field::kIpv4Src, a.ip), Table::kForward);
    admit(from_mac(Rule::kArpRequest, a.mac, kArp)
              .match(Field::kArpOp, kArpRequestOperation)
              .match(Field::kArpSha, a.mac)
              .match(Field::kArpSpa, a.ip),
          Table::kResponder);
    add(from_mac(Rule::kArpNotARequest, a.mac, kArp).match(Field::kArpSha, a.mac).match(Field::kArpSpa, a.ip));
  }

  // One of the port's MACs with fields that are not the port's: the reason is told by the first field that is wrong.
  void append_refused(MacAddress mac) {
    admit(from_mac(Rule::kArpProbe, mac, kArp)
              .match(Field::kArpOp, kArpRequestOperation)
              .match(Field::kArpSha, mac)
              .match(Field::kArpSpa, Ipv4Address(0)),
          Table::kResponder);
    add(from_mac(Rule::kSpoofedArpSpa, mac, kArp).match(Field::kArpSha, mac));
    add(from_mac(Rule::kSpoofedArpSha, mac, kArp));
    add(from_mac(Rule::kSpoofedIpSource, mac, kIp));
    add(from_mac(Rule::kIpv6NotCarried, mac, kIpv6));
    add(from_mac(Rule::kEtherTypeNotCarried, mac));
  }

  void append_unsecured() {
    admit(from_port(Rule::kUnsecuredIp).match(Field::kEthType, kIp), Table::kForward);
    admit(from_port(Rule::kUnsecuredArp).match(Field::kEthType, kArp).match(Field::kArpOp, kArpRequestOperation), Table::kResponder);
    add(from_port(Rule::kUnsecuredOther));
    add(rule(Rule::kForwardUnsecured)
            .match(Field::kMetadata, view_.metadata(port_))
            .match(Field::kEthDst, port_.mac_address)
            .match(Field::kEthType, kIp)
            .output(of_port_));
  }

  void append_address(const TenantAddress& a) {
    add(from_port(Rule::kArpOwnAddress).match(Field::kEthType, kArp).match(Field::kArpTpa, a.ip));
    const auto fabric = view_.fabric(port_.id, view_.host, a);
    if (!fabric || !view_.wiring.uplink) return;
    add(from_mac(Rule::kRewriteSource, a.mac, kIp)
            .match(Field::kIpv4Src, a.ip)
            .set(Field::kEthSrc, fabric->host_mac)
            .set(Field::kIpv4Src, fabric->key.address)
            .output(*view_.wiring.uplink));
    if (!serves(view_.topology, port_, a.ip)) return;
    add(rule(Rule::kRestoreDestination)
            .match(Field::kMetadata, view_.metadata(port_))
            .match(Field::kEthType, kIp)
            .match(Field::kIpv4Dst, fabric->key.address)
            .set(Field::kEthDst, a.mac)
            .set(Field::kIpv4Dst, a.ip)
            .output(of_port_));
  }

  const View& view_;
  const topology::Port& port_;
  OfPort of_port_;
  std::vector<TenantAddress> addresses_;
  Flows& out_;
};

}  // namespace

void append_local_port(const View& view, const topology::Port& port, OfPort of_port, Flows& out) {
  LocalPort(view, port, of_port, out).append();
}

}  // namespace dcportals::flowgen
