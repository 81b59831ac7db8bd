// The paper's section 3.7, decision by decision: what is allowed, and each thing that is refused with one field wrong at a time.
#include "decision/decide.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>

#include "decision/test_world.h"
#include "openflow/codec.h"
#include "openflow/message.h"
#include "pipeline/cookie.h"

namespace dcportals::decision {
namespace {

using openflow::OfPort;
using packet::Endpoint;
using pipeline::DropReason;
using pipeline::Rule;
using testing::host_mac;

const Endpoint kEverybody{kBroadcastMac, Ipv4Address(0xffffffff)};
const Endpoint kDirected{kBroadcastMac, *Ipv4Address::parse("10.0.0.255")};
const Endpoint kOutside{TwoNetworks::vm(19).mac, *Ipv4Address::parse("8.8.8.8")};

class DecideTest : public ::testing::Test {
 protected:
  Decision ask(unsigned host, AskClass ask_class, OfPort in_port, std::optional<std::uint64_t> metadata, const Bytes& frame) const {
    const Bytes message = packet_in(ask_class, in_port, metadata, frame);
    const auto asked = read_ask(message);
    if (!asked) throw std::logic_error("no ask");
    return decide(*snapshot, Dpid{host}, *asked);
  }
  Decision vm_asks(unsigned host, unsigned port, AskClass ask_class, const Bytes& frame) const {
    return ask(host, ask_class, of_port(port), world.metadata(port / 10), frame);
  }
  Decision wire_asks(unsigned host, const Bytes& frame) const { return ask(host, AskClass::kWire, kUplink, {}, frame); }
  void changed() { snapshot = world.from_scratch(); }

  static Bytes ping(const Endpoint& from, const Endpoint& to) { return packet::build_icmp_echo(from, to, 1, {}); }

  TwoNetworks world;
  std::shared_ptr<const Snapshot> snapshot = world.from_scratch();
  const Endpoint vm1 = TwoNetworks::vm(11), vm2 = TwoNetworks::vm(12), vm3 = TwoNetworks::vm(13);
};

openflow::FlowMod mod_of(ByteSpan bytes) {
  auto decoded = openflow::decode(bytes);
  if (!decoded) throw std::logic_error(decoded.error().text);
  return std::get<openflow::FlowMod>(decoded->message);
}
Rule rule_of(ByteSpan bytes) { return pipeline::parse_cookie(mod_of(bytes).cookie)->rule; }

std::set<Rule> rules_of(ByteSpan bytes) {
  std::set<Rule> out;
  while (!bytes.empty()) {
    const std::size_t size = *openflow::message_length(bytes);
    out.insert(rule_of(bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  return out;
}

std::string outcome(const Decision& d) { return std::string(to_string(d.kind)) + " " + std::string(d.reason.name()); }
std::string refused(Reason reason) { return "drop " + std::string(reason.name()); }

struct Case {
  const char* name;
  Reason reason;
  std::function<Bytes(Bytes)> spoil;  // makes the good frame a bad one
};

std::function<Bytes(Bytes)> put(std::size_t at, Bytes bytes) {
  return [=](Bytes frame) {
    std::ranges::copy(bytes, frame.begin() + static_cast<std::ptrdiff_t>(at));
    return frame;
  };
}
std::function<Bytes(Bytes)> keep(std::size_t size) {
  return [=](Bytes frame) {
    frame.resize(size);
    return frame;
  };
}
Bytes tagged(Bytes frame) {
  const Bytes tag{0x81, 0x00, 0x00, 0x05};
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}
// Offsets in an Ethernet frame.
constexpr std::size_t kDst = 0, kSrc = 6, kType = 12, kIpProto = 23, kIpSrc = 26, kIpDst = 30;
constexpr std::size_t kArpHardware = 14, kArpSizes = 18, kArpOp = 20, kArpSha = 22, kArpSpa = 28, kArpTpa = 38;

// --- 3.7.1 ARP

TEST_F(DecideTest, ArpIsAnsweredForThePeersOfTheNetwork) {
  for (const unsigned peer : {12U, 13U, 14U, 18U, 19U}) {
    const Decision d = vm_asks(1, 11, AskClass::kArp, packet::build_arp_request(vm1, TwoNetworks::vm(peer).ip));
    EXPECT_EQ(d.kind, Kind::kArpReply) << peer << outcome(d);
    EXPECT_EQ(d.answer, TwoNetworks::vm(peer).mac);
    EXPECT_TRUE(d.sender_flow.empty());
  }
  EXPECT_EQ(vm_asks(1, 11, AskClass::kArp, packet::build_arp_request({vm1.mac, Ipv4Address(0)}, vm2.ip)).kind, Kind::kArpReply) << "probe";
  EXPECT_EQ(vm_asks(1, 14, AskClass::kArp, packet::build_arp_request({vm1.mac, vm3.ip}, vm2.ip)).kind, Kind::kArpReply) << "unsecured";
}

TEST_F(DecideTest, ArpOfASharedMacIsAnsweredWithIt) {
  const Decision d = vm_asks(1, 11, AskClass::kArp, packet::build_arp_request(vm1, *Ipv4Address::parse("10.0.0.100")));
  EXPECT_EQ(d.answer, *MacAddress::parse("00:00:5e:00:01:01"));
}

TEST_F(DecideTest, ArpIsRefusedWithOneFieldWrong) {
  const Bytes good = packet::build_arp_request(vm1, vm2.ip);
  const Case cases[] = {
      {"eth_src", DropReason::kSpoofedEthSource, put(kSrc, {0xfa, 0x16, 0x3e, 0, 0, 2})},
      {"group eth_src", DropReason::kSpoofedEthSource, put(kSrc, {0xff})},
      {"sha", DropReason::kSpoofedArpSha, put(kArpSha + 5, {2})},
      {"spa", DropReason::kSpoofedArpSpa, put(kArpSpa + 3, {2})},
      {"reply", DropReason::kArpNotARequest, put(kArpOp + 1, {2})},
      {"own address", DropReason::kArpForOwnAddress, put(kArpTpa + 3, {1})},
      {"unknown target", DropReason::kArpUnknownTarget, put(kArpTpa + 3, {200})},
      {"target down", DropReason::kArpUnknownTarget, put(kArpTpa + 3, {5})},
      {"target nowhere", DropReason::kArpUnknownTarget, put(kArpTpa + 3, {6})},
      {"hardware type", OwnReason::kMalformed, put(kArpHardware + 1, {6})},
      {"address sizes", OwnReason::kMalformed, put(kArpSizes, {16, 4})},
      {"cut", OwnReason::kMalformed, keep(41)},
      {"cut to Ethernet", OwnReason::kMalformed, keep(14)},
      {"no Ethernet header", OwnReason::kMalformed, keep(13)},
      {"empty", OwnReason::kMalformed, keep(0)},
      {"tagged", DropReason::kVlanTagged, tagged},
      {"IPv4", DropReason::kEtherTypeNotCarried, put(kType, {8, 0})},
      {"IPv6", DropReason::kIpv6NotCarried, put(kType, {0x86, 0xdd})},
  };
  for (const Case& c : cases) EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kArp, c.spoil(good))), refused(c.reason)) << c.name;
  world.wirings[testing::host_name(1)].uplink.reset();
  changed();
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kArp, good)), refused(DropReason::kArpUnknownTarget)) << "no way there";
}

// --- 3.7.2 within a host

TEST_F(DecideTest, LocalInstallsOneFlowAtTheHost) {
  const Decision d = vm_asks(1, 11, AskClass::kForward, ping(vm1, vm3));
  ASSERT_EQ(d.kind, Kind::kLocal) << outcome(d);
  EXPECT_TRUE(d.receiver_flow.empty());
  EXPECT_EQ(rule_of(d.sender_flow), Rule::kForwardLocal);
  EXPECT_EQ(mod_of(d.sender_flow).idle_timeout, world.policy.idle_timeout);
}

TEST_F(DecideTest, WithoutPortSecurityAnySourceIsLocalOnly) {
  const Endpoint stranger = endpoint("02:00:00:00:00:99", "192.168.7.7");
  EXPECT_EQ(vm_asks(1, 14, AskClass::kForward, ping(stranger, vm3)).kind, Kind::kLocal);
  EXPECT_EQ(outcome(vm_asks(1, 14, AskClass::kForward, ping(stranger, vm2))), refused(DropReason::kSourceHasNoKey));
  EXPECT_EQ(vm_asks(1, 14, AskClass::kForward, ping(TwoNetworks::vm(14), vm2)).kind, Kind::kRemote);
}

// --- 3.7.3 between hosts

TEST_F(DecideTest, RemoteInstallsTheReceiversFlowFirst) {
  const Decision d = vm_asks(1, 11, AskClass::kForward, ping(vm1, vm2));
  ASSERT_EQ(d.kind, Kind::kRemote) << outcome(d);
  EXPECT_EQ(d.receiver, Dpid{2});
  EXPECT_EQ(rule_of(d.receiver_flow), Rule::kRestoreSource);
  EXPECT_EQ(rule_of(d.sender_flow), Rule::kForwardRemote);
  const Endpoint from = world.on_wire(11, 1), to = world.on_wire(12, 2);
  const openflow::FlowMod restore = mod_of(d.receiver_flow), forward = mod_of(d.sender_flow);
  EXPECT_EQ(restore.match.find(openflow::Field::kEthSrc)->value.low, from.mac.value());
  EXPECT_EQ(restore.match.find(openflow::Field::kIpv4Src)->value.low, from.ip.value());
  EXPECT_EQ(forward.match.find(openflow::Field::kIpv4Dst)->value.low, vm2.ip.value());
  EXPECT_NE(openflow::format(forward.instructions.apply).find(to.ip.to_string()), std::string::npos);
  EXPECT_EQ(restore.idle_timeout, world.policy.idle_timeout);
  EXPECT_EQ(d.pair, (Pair{from.ip.value(), to.ip.value(), Kind::kRemote}));
}

TEST_F(DecideTest, NetworksWithTheSameAddressesStayApart) {
  const Decision d = vm_asks(1, 21, AskClass::kForward, ping(vm1, vm2));
  ASSERT_EQ(d.kind, Kind::kRemote) << outcome(d);
  EXPECT_EQ(d.pair.source, world.on_wire(21, 1).ip.value());
  EXPECT_EQ(d.pair.destination, world.on_wire(22, 2).ip.value());
  EXPECT_EQ(outcome(vm_asks(1, 21, AskClass::kForward, ping(vm1, vm3))), refused(DropReason::kUnknownDestination)) << "network 1 only";
}

TEST_F(DecideTest, ForwardIsRefusedWithOneFieldWrong) {
  const Bytes good = ping(vm1, vm2);
  const Case cases[] = {
      {"eth_src", DropReason::kSpoofedEthSource, put(kSrc, {0xfa, 0x16, 0x3e, 0, 0, 2})},
      {"ip_src", DropReason::kSpoofedIpSource, put(kIpSrc + 3, {2})},
      {"no source", DropReason::kSpoofedIpSource, put(kIpSrc, {0, 0, 0, 0})},
      {"eth_dst of another", DropReason::kUnknownDestination, put(kDst + 5, {3})},
      {"eth_dst of nobody", DropReason::kUnknownDestination, put(kDst + 5, {99})},
      {"host's MAC", DropReason::kUnknownDestination, put(kDst, {2, 0, 0, 0, 0, 2})},
      {"ip_dst of nobody", DropReason::kUnknownDestination, put(kIpDst + 3, {200})},
      {"ip_dst of another", DropReason::kUnknownDestination, put(kIpDst + 3, {3})},
      {"own ip_dst", DropReason::kUnknownDestination, put(kIpDst + 3, {1})},
      {"group eth_dst", DropReason::kGroupNotCarried, put(kDst, {1})},
      {"protocol 0", DropReason::kIpProtocolZero, put(kIpProto, {0})},
      {"version 6", OwnReason::kMalformed, put(14, {0x65})},
      {"short header", OwnReason::kMalformed, put(14, {0x44})},
      {"length past the end", OwnReason::kMalformed, put(16, {0xff, 0xff})},
      {"length of less than a header", OwnReason::kMalformed, put(16, {0, 10})},
      {"cut in the header", OwnReason::kMalformed, keep(33)},
      {"tagged", DropReason::kVlanTagged, tagged},
      {"ARP", DropReason::kEtherTypeNotCarried, put(kType, {8, 6})},
      {"IPv6", DropReason::kIpv6NotCarried, put(kType, {0x86, 0xdd})},
      {"LLDP", DropReason::kEtherTypeNotCarried, put(kType, {0x88, 0xcc})},
  };
  for (const Case& c : cases) EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, c.spoil(good))), refused(c.reason)) << c.name;
}

TEST_F(DecideTest, WhoAsksIsChecked) {
  const Bytes good = ping(vm1, vm2);
  EXPECT_EQ(outcome(ask(1, AskClass::kForward, of_port(11), world.metadata(2), good)), refused(OwnReason::kOutdated));
  EXPECT_EQ(outcome(ask(1, AskClass::kForward, of_port(99), world.metadata(1), good)), refused(DropReason::kUnknownPort));
  EXPECT_EQ(outcome(ask(1, AskClass::kForward, kUplink, world.metadata(1), good)), refused(DropReason::kUnknownPort));
  EXPECT_EQ(outcome(ask(9, AskClass::kForward, of_port(11), world.metadata(1), good)), refused(OwnReason::kUnknownSwitch));
  EXPECT_EQ(outcome(ask(2, AskClass::kForward, of_port(11), world.metadata(1), good)), refused(DropReason::kUnknownPort)) << "another host";
  EXPECT_EQ(outcome(vm_asks(2, 15, AskClass::kForward, ping(TwoNetworks::vm(15), vm1))), refused(DropReason::kAdminDown));
  openflow::PacketIn cut;
  cut.match.set(openflow::Field::kInPort, of_port(11)).set(openflow::Field::kMetadata, world.metadata(1));
  cut.data = good;
  cut.total_len = static_cast<std::uint16_t>(good.size() + 1);
  cut.userdata = {static_cast<std::uint8_t>(AskClass::kForward)};
  const Bytes message = openflow::encode(cut, openflow::Xid{0});
  EXPECT_EQ(outcome(decide(*snapshot, Dpid{1}, *read_ask(message))), refused(OwnReason::kTruncated));
}

TEST_F(DecideTest, DestinationMustBeUpSitedAndHaveAKey) {
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, ping(vm1, TwoNetworks::vm(15)))), refused(DropReason::kUnknownDestination)) << "down";
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, ping(vm1, TwoNetworks::vm(16)))), refused(DropReason::kUnknownDestination)) << "nowhere";
  for (const auto& key : world.s.topology.keys_of(testing::port_id(11))) world.s.topology.apply(topology::EraseKey{key.key});
  changed();
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, ping(vm1, vm2))), refused(DropReason::kSourceHasNoKey));
  EXPECT_EQ(outcome(vm_asks(2, 12, AskClass::kForward, ping(vm2, vm1))), refused(DropReason::kUnknownDestination));
}

TEST_F(DecideTest, AProactiveNetworkIsNotInTheSnapshot) {
  world.policy.mode = topology::ForwardingMode::kProactive;
  changed();
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, ping(vm1, vm2))), refused(DropReason::kUnknownPort));
}

// --- 3.7.3 at the receiver

TEST_F(DecideTest, RestoreInstallsWhatTheReceiverForgot) {
  const Decision d = wire_asks(2, ping(world.on_wire(11, 1), world.on_wire(12, 2)));
  ASSERT_EQ(d.kind, Kind::kRestore) << outcome(d);
  EXPECT_EQ(rule_of(d.sender_flow), Rule::kRestoreSource);
  EXPECT_TRUE(d.receiver_flow.empty());
}

TEST_F(DecideTest, RestoreOfBroadcastsAndOfTheOutside) {
  const topology::KeyPool& pool = world.s.topology.key_pool();
  for (const Ipv4Address to : {pool.broadcast_key().address, pool.unspecified_key()->address, kEverybody.ip, *Ipv4Address::parse("224.0.0.251")}) {
    EXPECT_EQ(wire_asks(2, ping(world.on_wire(11, 1), {host_mac(2), to})).kind, Kind::kRestore) << to.to_string();
    EXPECT_EQ(outcome(wire_asks(4, ping(world.on_wire(11, 1), {host_mac(4), to}))), refused(DropReason::kForeignWireDestination)) << "no member";
  }
  EXPECT_EQ(wire_asks(3, ping(world.on_wire(11, 1), {host_mac(3), kOutside.ip})).kind, Kind::kRestore) << "the router is there";
  EXPECT_EQ(outcome(wire_asks(2, ping(world.on_wire(11, 1), {host_mac(2), kOutside.ip}))), refused(DropReason::kForeignWireDestination));
}

TEST_F(DecideTest, RestoreIsRefusedWithOneFieldWrong) {
  const Endpoint from = world.on_wire(11, 1), to = world.on_wire(12, 2);
  const auto with = [](Endpoint e, MacAddress mac) { return Endpoint{mac, e.ip}; };
  EXPECT_EQ(outcome(wire_asks(2, ping(with(from, host_mac(3)), to))), refused(DropReason::kUnknownWireSource)) << "key of another host";
  EXPECT_EQ(outcome(wire_asks(2, ping(with(from, MacAddress(0x0badc0ffee00)), to))), refused(DropReason::kUnknownWireSource));
  EXPECT_EQ(outcome(wire_asks(2, ping({from.mac, Ipv4Address(0xf0ffffff)}, to))), refused(DropReason::kUnknownWireSource)) << "no key";
  EXPECT_EQ(outcome(wire_asks(2, ping({from.mac, vm1.ip}, to))), refused(DropReason::kUnknownWireSource)) << "a tenant's address";
  EXPECT_EQ(outcome(wire_asks(2, ping(world.on_wire(22, 2), to))), refused(DropReason::kUnknownWireSource)) << "our own";
  EXPECT_EQ(outcome(wire_asks(2, ping(from, {host_mac(3), to.ip}))), refused(DropReason::kNotForThisHost));
  EXPECT_EQ(outcome(wire_asks(2, ping(from, {host_mac(2), world.on_wire(22, 2).ip}))), refused(DropReason::kForeignWireDestination)) << "other network";
  EXPECT_EQ(outcome(wire_asks(2, ping(from, {host_mac(2), world.on_wire(18, 3).ip}))), refused(DropReason::kForeignWireDestination)) << "other host";
  EXPECT_EQ(outcome(wire_asks(2, ping(from, {host_mac(2), Ipv4Address(0xf0ffffff)}))), refused(DropReason::kForeignWireDestination)) << "no key";
  EXPECT_EQ(outcome(wire_asks(2, tagged(ping(from, to)))), refused(DropReason::kVlanTagged));
  EXPECT_EQ(outcome(wire_asks(2, put(kIpProto, {0})(ping(from, to)))), refused(DropReason::kIpProtocolZero));
  EXPECT_EQ(outcome(ask(2, AskClass::kWire, of_port(12), {}, ping(from, to))), refused(DropReason::kUnknownWireSource)) << "a VM's port";
}

// --- 3.7.4 broadcast

TEST_F(DecideTest, BroadcastTellsAllMembersFirst) {
  for (const Endpoint& to : {kEverybody, kDirected, endpoint("01:00:5e:00:00:fb", "224.0.0.251"), endpoint("01:00:5e:7f:00:01", "239.255.0.1"),
                             endpoint("01:00:5e:7f:00:01", "224.0.0.251")}) {  // the last to another group's MAC, as the flows have it
    const Decision d = vm_asks(1, 11, AskClass::kFlood, ping(vm1, to));
    ASSERT_EQ(d.kind, Kind::kBroadcast) << outcome(d) << " " << to.ip.to_string();
    EXPECT_EQ(d.everyone->members, (std::vector<Dpid>{Dpid{1}, Dpid{2}, Dpid{3}}));
    EXPECT_EQ(rule_of(d.receiver_flow), Rule::kRestoreSource);
    EXPECT_EQ(rules_of(d.sender_flow), (std::set{Rule::kRewriteFlood, Rule::kRewriteDirected})) << "both, or the former takes the latter's";
  }
}

TEST_F(DecideTest, DhcpClientIsKnownByThePortsKey) {
  const Endpoint nobody{vm1.mac, Ipv4Address(0)};
  const Decision d = vm_asks(1, 11, AskClass::kFlood, packet::build_udp(nobody, kEverybody, 68, 67, {}));
  ASSERT_EQ(d.kind, Kind::kBroadcast) << outcome(d);
  EXPECT_EQ(d.pair.source, world.on_wire(11, 1).ip.value());
  EXPECT_EQ(rule_of(d.sender_flow), Rule::kRewriteUnspecified);
  const auto refusal = refused(DropReason::kSpoofedIpSource);
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kFlood, packet::build_udp(nobody, kEverybody, 67, 68, {}))), refused(DropReason::kForgedDhcpServer));
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kFlood, packet::build_udp(nobody, kEverybody, 68, 99, {}))), refusal);
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kFlood, packet::build_udp(nobody, kDirected, 68, 67, {}))), refused(DropReason::kGroupNotCarried));
}

TEST_F(DecideTest, BroadcastIsRefusedWithOneFieldWrong) {
  const Bytes good = ping(vm1, kDirected);
  const Case cases[] = {
      {"eth_src", DropReason::kSpoofedEthSource, put(kSrc, {0xfa, 0x16, 0x3e, 0, 0, 2})},
      {"ip_src", DropReason::kSpoofedIpSource, put(kIpSrc + 3, {2})},
      {"another subnet's broadcast", DropReason::kGroupNotCarried, put(kIpDst + 2, {1})},
      {"unicast ip_dst", DropReason::kGroupNotCarried, put(kIpDst + 3, {2})},
      {"multicast MAC", DropReason::kGroupNotCarried, put(kDst, {1, 0, 0x5e, 0, 0, 1})},
      {"multicast to the broadcast MAC", DropReason::kGroupNotCarried, put(kIpDst, {224, 0, 0, 1})},
      {"multicast to no group's MAC", DropReason::kGroupNotCarried,
       [](const Bytes& frame) { return put(kDst, {1, 0, 0x5e, 0x80, 0, 1})(put(kIpDst, {224, 0, 0, 1})(frame)); }},
      {"unicast MAC", DropReason::kGroupNotCarried, put(kDst, {0xfa, 0x16, 0x3e, 0, 0, 2})},
      {"tagged", DropReason::kVlanTagged, tagged},
  };
  for (const Case& c : cases) EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kFlood, c.spoil(good))), refused(c.reason)) << c.name;
}

// --- 3.7.5 the outside

TEST_F(DecideTest, ToTheOutsideOnlyTheVmIsRestored) {
  const Decision d = vm_asks(1, 11, AskClass::kForward, ping(vm1, kOutside));
  ASSERT_EQ(d.kind, Kind::kExternal) << outcome(d);
  EXPECT_EQ(d.receiver, Dpid{3});
  EXPECT_EQ(rule_of(d.receiver_flow), Rule::kRestoreSource);
  EXPECT_EQ(rule_of(d.sender_flow), Rule::kForwardRouterRemote);
  const Decision local = vm_asks(3, 18, AskClass::kForward, ping(TwoNetworks::vm(18), kOutside));
  EXPECT_EQ(local.kind, Kind::kExternal) << outcome(local);
  EXPECT_TRUE(local.receiver_flow.empty());
  EXPECT_EQ(vm_asks(1, 11, AskClass::kForward, ping(vm1, TwoNetworks::vm(19))).kind, Kind::kRemote) << "the router itself is a port like others";
}

TEST_F(DecideTest, FromTheOutsideOnlyTheRouterSends) {
  const Endpoint from = kOutside;
  const Decision d = vm_asks(3, 19, AskClass::kForward, ping(from, vm1));
  ASSERT_EQ(d.kind, Kind::kExternal) << outcome(d);
  EXPECT_TRUE(d.receiver_flow.empty()) << "the outside has no key";
  EXPECT_EQ(rule_of(d.sender_flow), Rule::kForwardRemote);
  EXPECT_EQ(vm_asks(3, 19, AskClass::kForward, ping(from, TwoNetworks::vm(18))).kind, Kind::kLocal);
  EXPECT_EQ(outcome(vm_asks(3, 18, AskClass::kForward, ping({TwoNetworks::vm(18).mac, from.ip}, vm1))), refused(DropReason::kSpoofedIpSource))
      << "no Router lists it";
  EXPECT_EQ(outcome(vm_asks(3, 19, AskClass::kForward, ping({from.mac, world.on_wire(12, 2).ip}, vm1))), refused(DropReason::kSourceIsAKey))
      << "keys are not outside";
}

TEST_F(DecideTest, ARouterAsksFromAnyOfItsAddresses) {
  const Endpoint router = TwoNetworks::vm(19);
  EXPECT_EQ(vm_asks(3, 19, AskClass::kArp, packet::build_arp_request({router.mac, kOutside.ip}, vm1.ip)).kind, Kind::kArpReply);
  EXPECT_EQ(outcome(vm_asks(3, 19, AskClass::kArp, put(kArpSha + 5, {1})(packet::build_arp_request(router, vm1.ip)))),
            refused(DropReason::kSpoofedArpSha));
  EXPECT_EQ(outcome(vm_asks(3, 19, AskClass::kForward, ping({MacAddress(0x020000000077), kOutside.ip}, vm1))), refused(DropReason::kSpoofedEthSource));
}

TEST_F(DecideTest, ASecondRouterOfAHostHasItsOwnMacOnTheWire) {
  world.router(2, {18});
  changed();
  const Decision first = vm_asks(1, 11, AskClass::kForward, ping(vm1, {TwoNetworks::vm(18).mac, kOutside.ip}));
  const Decision second = vm_asks(1, 11, AskClass::kForward, ping(vm1, kOutside));
  ASSERT_EQ(first.kind, Kind::kExternal) << outcome(first);
  ASSERT_EQ(second.kind, Kind::kExternal) << outcome(second);
  const auto sets = [](const Decision& d, MacAddress mac) {
    return openflow::format(mod_of(d.sender_flow).instructions.apply).find(mac.to_string()) != std::string::npos;
  };
  EXPECT_TRUE(sets(first, host_mac(3)));
  EXPECT_TRUE(sets(second, TwoNetworks::vm(19).mac));
  EXPECT_EQ(wire_asks(3, ping(world.on_wire(11, 1), kOutside)).kind, Kind::kRestore) << "by its own MAC";
  EXPECT_EQ(outcome(wire_asks(2, ping(world.on_wire(11, 1), kOutside))), refused(DropReason::kNotForThisHost));
}

TEST_F(DecideTest, OnlyDhcpServersAnswerDhcpClients) {
  const Bytes offer = packet::build_udp(vm2, vm1, 67, 68, {});
  EXPECT_EQ(outcome(vm_asks(2, 12, AskClass::kForward, offer)), refused(DropReason::kForgedDhcpServer));
  world.change(12, [](topology::Port& p) { p.dhcp_server = true; });
  changed();
  EXPECT_EQ(vm_asks(2, 12, AskClass::kForward, offer).kind, Kind::kRemote);
}

TEST_F(DecideTest, ABroadcastWithoutAKeyStaysOnTheHost) {
  for (const auto& key : world.s.topology.keys_of(testing::port_id(11))) world.s.topology.apply(topology::EraseKey{key.key});
  changed();
  const Decision d = vm_asks(1, 11, AskClass::kFlood, ping(vm1, kDirected));
  EXPECT_EQ(d.kind, Kind::kBroadcast) << outcome(d);
  EXPECT_TRUE(d.receiver_flow.empty());
  EXPECT_EQ(d.everyone, nullptr);
}

TEST_F(DecideTest, OutsideIsRefusedWithOneFieldWrong) {
  const Bytes good = ping(vm1, kOutside);
  const Case cases[] = {
      {"no router's MAC", DropReason::kUnknownDestination, put(kDst + 5, {8})},
      {"a key", DropReason::kDestinationIsAKey, put(kIpDst, {240, 0, 1, 1})},
      {"multicast", DropReason::kGroupNotCarried, put(kIpDst, {224, 0, 0, 1})},
      {"broadcast", DropReason::kGroupNotCarried, put(kIpDst, {255, 255, 255, 255})},
      {"ip_src", DropReason::kSpoofedIpSource, put(kIpSrc + 3, {2})},
  };
  for (const Case& c : cases) EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, c.spoil(good))), refused(c.reason)) << c.name;
  world.s.run([](topology::Planner& p) { return p.erase(testing::id<topology::RouterId>(1)); });
  world.change(19, [](topology::Port& p) { p.device_owner = "network:router_interface"; });
  changed();
  EXPECT_EQ(outcome(vm_asks(1, 11, AskClass::kForward, good)), refused(DropReason::kUnknownDestination)) << "device_owner gives no trust";
}

// --- hostile frames

// Whatever a VM writes, only its own addresses and its own network come into a flow.
TEST_F(DecideTest, RandomFramesNeverCrashAndNeverCross) {
  std::mt19937 random(20261123);
  const Bytes seeds[] = {ping(vm1, vm2), ping(vm1, kDirected), ping(vm1, kOutside), packet::build_arp_request(vm1, vm2.ip),
                         packet::build_udp(vm1, kEverybody, 68, 67, {}), ping(world.on_wire(11, 1), world.on_wire(12, 2))};
  std::set<std::uint32_t> keys_of_11;
  for (const auto& key : world.s.topology.keys_of(testing::port_id(11))) keys_of_11.insert(key.key.address.value());
  std::size_t allowed = 0;
  for (int i = 0; i < 200000; ++i) {
    Bytes frame = seeds[random() % std::size(seeds)];
    for (std::size_t n = random() % 6; n > 0; --n) frame[random() % std::min<std::size_t>(frame.size(), 46)] = static_cast<std::uint8_t>(random());
    if (random() % 4 == 0) frame.resize(random() % (frame.size() + 1));
    if (random() % 16 == 0) frame = tagged(frame.size() < 14 ? Bytes(14) : frame);
    const Ask asked{static_cast<AskClass>(1 + random() % 4), random() % 8 == 0 ? kUplink : of_port(11), world.metadata(1), frame, false};
    const Decision d = decide(*snapshot, Dpid{1}, asked);
    if (d.kind == Kind::kDrop) {
      ASSERT_NE(d.reason, Reason()) << "every drop has a reason";
      continue;
    }
    ++allowed;
    ASSERT_NE(d.kind, Kind::kRestore) << "no frame here is for host 1";
    if (!d.receiver_flow.empty()) {
      ASSERT_TRUE(keys_of_11.contains(d.pair.source));
      ASSERT_EQ(mod_of(d.receiver_flow).match.find(openflow::Field::kIpv4Src)->value.low, d.pair.source);
    }
    if (d.kind == Kind::kLocal || d.kind == Kind::kRemote) {
      ASSERT_EQ(mod_of(d.sender_flow).match.find(openflow::Field::kMetadata)->value.low, world.metadata(1));
    }
  }
  EXPECT_GT(allowed, 1000U) << "the seeds themselves are good";
}

TEST(ReasonTest, EveryReasonHasANameAndFits) {
  ASSERT_LE(pipeline::drop_reasons().size(), kPipelineReasons);
  for (std::size_t i = 0; i < kOwnReasons; ++i) EXPECT_FALSE(Reason(static_cast<OwnReason>(i)).name().empty());
  EXPECT_EQ(Reason(DropReason::kUnknownDestination).name(), "unknown_destination");
  EXPECT_EQ(Reason::from_index(Reason(OwnReason::kQueueFull).index()), Reason(OwnReason::kQueueFull));
}

}  // namespace
}  // namespace dcportals::decision
