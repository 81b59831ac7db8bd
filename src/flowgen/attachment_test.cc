// Networks that go on outside (doc/architecture.md, "The outside") on emulated switches: what passes between members and the physical
// network does so unchanged, and nothing else does.
#include <gtest/gtest.h>

#include <random>

#include "flowgen/view.h"
#include "packet/build.h"
#include "pipeline/cookie.h"
#include "testing/plugged.h"

namespace dcportals::flowgen {
namespace {

using namespace dcportals::testing;
using packet::Endpoint;
using pipeline::DropReason;
using Places = std::multiset<std::string>;

constexpr unsigned kPublic = 90, kStorage = 91;  // OpenFlow ports
constexpr std::uint16_t kRequest = 1, kReply = 2;

// Network 1 is the physical network "public", which hosts 1 and 2 are attached to, and 3 is not; network 3 is "storage", attached at host 1.
// Network 2 is a tenant's, with the same addresses as network 1. Port 11 is a router's gateway with a floating IP; 13 is nowhere.
class AttachmentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (unsigned n : {1U, 2U, 3U}) {
      p.host(n);
      p.s.network(n);
    }
    p.s.physical_network(1, "public");
    p.s.physical_network(3, "storage");
    topology::Port gateway = Scenario::make_port(11, 1, mac(1).to_string().c_str(), {"10.0.0.1"});
    gateway.allowed_address_pairs = {{floating, mac(1)}};
    p.s.port(gateway);
    for (unsigned network : {1U, 2U, 3U}) {
      for (unsigned n : {1U, 2U, 3U, 4U, 5U}) {
        if (network != 1 || n != 1) p.s.port(network * 10 + n, network, mac(n).to_string().c_str(), fmt::format("10.0.0.{}", n).c_str());
      }
    }
    for (auto [host, port] : {std::pair{1U, 11U}, {1U, 12U}, {2U, 14U}, {3U, 15U}, {1U, 21U}, {1U, 22U}, {3U, 25U}, {1U, 31U},
                              {2U, 34U}}) {
      p.plug(host, port);
    }
    topology::Router router;
    router.id = id<topology::RouterId>(1);
    router.tenant_id = {"tenant"};
    router.port_ids = {port_id(11)};
    p.s.run([&](topology::Planner& planner) { return planner.put(router); });
    p.attach(1, "public", kPublic);
    p.attach(1, "storage", kStorage);
    p.attach(2, "public", kPublic);
    p.compile();
  }
  static MacAddress mac(unsigned n) { return MacAddress(0xfa163e000000ULL + n); }
  static Endpoint vm(unsigned n) { return {mac(n), Ipv4Address(0x0a000000U + n)}; }
  static Bytes arp(const Endpoint& from, Ipv4Address target, std::uint16_t operation, MacAddress to = kBroadcastMac) {
    Bytes frame = packet::build_arp_request(from, target);
    for (std::size_t i = 0; i < 6; ++i) frame[i] = static_cast<std::uint8_t>(to.value() >> (40 - 8 * i));
    frame[21] = static_cast<std::uint8_t>(operation);
    return frame;
  }
  void expect_unchanged(const Passage& passage, const Bytes& frame, const Places& places, const char* what) {
    EXPECT_EQ(Plugged::places(passage), places) << what;
    for (const Delivery& d : passage.deliveries) EXPECT_EQ(d.frame, frame) << what;
  }
  void expect_drop(const Passage& passage, DropReason reason, const char* what) {
    EXPECT_TRUE(passage.deliveries.empty() && passage.wire.empty()) << what;
    EXPECT_EQ(pipeline::spec(Plugged::reason(passage)).name, pipeline::spec(reason).name) << what;
  }

  const Ipv4Address floating = *Ipv4Address::parse("10.0.0.200");
  const Endpoint outside{MacAddress(0x020000000099), *Ipv4Address::parse("198.51.100.7")};
  Plugged p;
};

TEST_F(AttachmentTest, FromOutsideToAMemberHereByItsMac) {
  for (const Bytes& frame : {packet::build_udp(outside, vm(1), 1, 2, Bytes{7}), packet::build_udp(outside, {mac(1), floating}, 1, 2, {}),
                             packet::build_udp(outside, {mac(1), outside.ip}, 1, 2, {}), arp(outside, vm(1).ip, kReply, mac(1))}) {
    const Passage passage = p.send(1, kPublic, frame);
    expect_unchanged(passage, frame, {"hv1:11"}, "whatever the IP address: it may be a router's floating one");
    EXPECT_TRUE(passage.wire.empty());
  }
  const Bytes frame = packet::build_udp(outside, vm(1), 1, 2, {});
  expect_unchanged(p.send(1, kStorage, frame), frame, {"hv1:31"}, "another network's member has the same address");
}

TEST_F(AttachmentTest, FromOutsideToAllMembersHere) {
  const MacAddress group = MacAddress(0x01005e000005ULL);
  for (const Bytes& frame : {arp(outside, vm(2).ip, kRequest), packet::build_udp(outside, {kBroadcastMac, Ipv4Address(0xffffffff)}, 67, 68, {}),
                             packet::build_udp(outside, {group, *Ipv4Address::parse("224.0.0.5")}, 1, 2, {})}) {
    const Passage passage = p.send(1, kPublic, frame);
    expect_unchanged(passage, frame, {"hv1:11", "hv1:12"}, "both of the network's here, nobody else's");
    EXPECT_TRUE(passage.wire.empty()) << "other hosts hear it by their own attachments, if they have one";
  }
}

TEST_F(AttachmentTest, WhatFloodsInIsMetered) {
  p.policy.outside_broadcasts = {7, 14};
  p.compile();
  const openflow::MeterId id = pipeline::meter_id(openflow::OfPort{kPublic}, pipeline::MeterClass::kBroadcast);
  EXPECT_EQ(p.fabric.hosts.at(host_name(1)).table.find(id), openflow::Entry(make_meter(id, {7, 14})));
  const Passage passage = p.send(1, kPublic, arp(outside, vm(2).ip, kRequest));
  EXPECT_EQ(passage.outcomes.at(0).last_flow()->instructions.meter, id);
  EXPECT_FALSE(p.send(1, kPublic, arp(outside, vm(2).ip, kReply, mac(2))).outcomes.at(0).last_flow()->instructions.meter);
}

TEST_F(AttachmentTest, WhatComesFromOutsideAndIsNotForMembersHere) {
  const auto echo = [&](const Endpoint& from, const Endpoint& to) { return packet::build_icmp_echo(from, to, 1, {}); };
  const auto patched = [](Bytes frame, std::uint8_t high, std::uint8_t low) {
    frame[12] = high;
    frame[13] = low;
    return frame;
  };
  Bytes tagged = echo(outside, vm(1));
  const Bytes tag{0x81, 0x00, 0x00, 0x05};
  tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
  expect_drop(p.send(1, kPublic, echo(outside, vm(4))), DropReason::kNoMemberHere, "a member on another host");
  expect_drop(p.send(1, kPublic, echo(outside, vm(3))), DropReason::kNoMemberHere, "a port that is nowhere");
  expect_drop(p.send(1, kPublic, echo(outside, {host_mac(1), vm(1).ip})), DropReason::kNoMemberHere, "the host's own MAC");
  expect_drop(p.send(1, kPublic, tagged), DropReason::kVlanTagged, "tagged");
  expect_drop(p.send(1, kPublic, patched(echo(outside, vm(1)), 0x86, 0xdd)), DropReason::kEtherTypeNotCarried, "IPv6");
  expect_drop(p.send(1, kPublic, patched(echo(outside, vm(1)), 0x88, 0xcc)), DropReason::kEtherTypeNotCarried, "LLDP");
  for (const unsigned member : {1U, 2U, 4U, 5U}) {
    expect_drop(p.send(1, kPublic, echo({mac(member), outside.ip}, vm(1))), DropReason::kSourceIsAMember, "a member's MAC, wherever it is");
  }
  expect_unchanged(p.send(1, kPublic, echo({mac(3), outside.ip}, vm(1))), echo({mac(3), outside.ip}, vm(1)), {"hv1:11"},
                   "Neutron keeps the address for a machine outside");
  expect_drop(p.send(2, kStorage, echo(outside, vm(4))), DropReason::kUnknownPort, "not attached here");
}

TEST_F(AttachmentTest, ArpOfMembersGoesOutWhereNobodyAnswers) {
  const Endpoint as_floating{mac(1), floating}, probe{mac(2), Ipv4Address(0)};
  for (const auto& [port, frame] : {std::pair(11U, arp(vm(1), outside.ip, kRequest)), {12U, arp(vm(2), outside.ip, kRequest)},
                                    {12U, arp(vm(2), vm(3).ip, kRequest)},                      // nobody has it plugged
                                    {12U, arp(vm(2), vm(2).ip, kRequest)},                      // gratuitous
                                    {12U, arp(vm(2), vm(2).ip, kReply)}, {12U, arp(probe, vm(2).ip, kRequest)},
                                    {11U, arp(as_floating, floating, kRequest)}, {11U, arp(as_floating, floating, kReply)},
                                    {12U, arp(vm(2), outside.ip, kReply, outside.mac)},         // an answer
                                    {11U, arp({mac(1), *Ipv4Address::parse("10.0.0.201")}, outside.ip, kReply, outside.mac)}}) {
    const Passage passage = p.send(1, port, frame);
    expect_unchanged(passage, frame, {"hv1:90"}, packet::describe(frame).c_str());
    EXPECT_TRUE(passage.wire.empty());
  }
  const Passage answered = p.send(1, 12, arp(vm(2), vm(4).ip, kRequest));
  EXPECT_EQ(Plugged::places(answered), (Places{"hv1:12"}));
  EXPECT_EQ(packet::parse_headers(answered.deliveries[0].frame)->arp->sender_mac, mac(4));
  EXPECT_EQ(packet::parse_headers(p.send(1, 12, arp(vm(2), floating, kRequest)).deliveries.at(0).frame)->arp->sender_mac, mac(1));
}

TEST_F(AttachmentTest, ArpThatIsNotAMembersOwnGoesNowhere) {
  const Ipv4Address stranger = *Ipv4Address::parse("10.0.0.9");
  for (const std::uint16_t operation : {kRequest, kReply}) {
    expect_drop(p.send(1, 12, arp({mac(2), stranger}, outside.ip, operation)), DropReason::kSpoofedArpSpa, "another's IP");
    expect_drop(p.send(1, 12, arp({mac(9), vm(2).ip}, outside.ip, operation)), DropReason::kSpoofedEthSource, "another's MAC");
    expect_drop(p.send(1, 22, arp(vm(2), outside.ip, operation)),
                operation == kRequest ? DropReason::kArpUnknownTarget : DropReason::kArpNotARequest, "a tenant's network");
    expect_drop(p.send(3, 15, arp(vm(5), outside.ip, operation)),
                operation == kRequest ? DropReason::kArpUnknownTarget : DropReason::kArpNotARequest, "a host that is not attached");
  }
}

TEST_F(AttachmentTest, IpOfMembersGoesOutToMacsThatAreNoMembers) {
  const Endpoint gateway{MacAddress(0x0200000000fe), Ipv4Address(0x0a0000fe)};
  for (const auto& [port, frame] : {std::pair(11U, packet::build_udp({mac(1), floating}, {gateway.mac, outside.ip}, 1, 2, {})),
                                    {11U, packet::build_udp({mac(1), *Ipv4Address::parse("192.0.2.1")}, {gateway.mac, outside.ip}, 1, 2, {})},
                                    {12U, packet::build_udp(vm(2), gateway, 1, 2, {})}, {12U, packet::build_udp(vm(2), vm(3), 1, 2, {})}}) {
    const Passage passage = p.send(1, port, frame);
    expect_unchanged(passage, frame, {"hv1:90"}, packet::describe(frame).c_str());
    EXPECT_TRUE(passage.wire.empty());
  }
  expect_drop(p.send(1, 12, packet::build_udp({mac(2), outside.ip}, gateway, 1, 2, {})), DropReason::kSpoofedIpSource, "port security holds");
  expect_drop(p.send(1, 22, packet::build_udp(vm(2), gateway, 1, 2, {})), DropReason::kUnknownDestination, "a tenant's network");
  expect_drop(p.send(3, 15, packet::build_udp(vm(5), gateway, 1, 2, {})), DropReason::kUnknownDestination, "a host that is not attached");
  for (const unsigned member : {4U, 5U}) {
    expect_drop(p.send(1, 12, packet::build_udp(vm(2), {mac(member), outside.ip}, 1, 2, {})), DropReason::kUnknownDestination,
                "a member's MAC is not looked for outside");
  }
  const auto key = p.s.topology.keys_of(port_id(14)).at(0).key.address;
  expect_drop(p.send(1, 12, packet::build_udp(vm(2), {gateway.mac, key}, 1, 2, {})), DropReason::kDestinationIsAKey, "a key");
}

TEST_F(AttachmentTest, MembersReachEachOtherAsInAnyNetwork) {
  for (const auto& [from, to, port, place] : {std::tuple(2U, 1U, 12U, "hv1:11"), {2U, 4U, 12U, "hv2:14"}, {2U, 5U, 12U, "hv3:15"}}) {
    const Bytes frame = packet::build_udp(vm(from), vm(to), 1, 2, {});
    expect_unchanged(p.send(1, port, frame), frame, {place}, place);
  }
  const Bytes back = packet::build_udp(vm(5), vm(2), 1, 2, {});
  expect_unchanged(p.send(3, 15, back), back, {"hv1:12"}, "from a host that is not attached");
}

TEST_F(AttachmentTest, BroadcastsOfMembersGoOutToo) {
  const Endpoint everybody{kBroadcastMac, Ipv4Address(0xffffffff)}, directed{kBroadcastMac, Ipv4Address(0x0a0000ff)};
  const Endpoint group{MacAddress(0x01005e000005ULL), *Ipv4Address::parse("224.0.0.5")};
  for (const Endpoint& to : {everybody, directed, group}) {
    const Bytes frame = packet::build_udp(vm(2), to, 1, 2, Bytes{1});
    expect_unchanged(p.send(1, 12, frame), frame, {"hv1:11", "hv1:90", "hv2:14", "hv3:15"}, "here, outside, and over the wire");
    expect_unchanged(p.send(3, 15, packet::build_udp(vm(5), to, 1, 2, {})), packet::build_udp(vm(5), to, 1, 2, {}),
                     {"hv1:11", "hv1:12", "hv2:14"}, "what comes over the wire goes out nowhere");
    EXPECT_EQ(Plugged::places(p.send(1, 22, frame)), (Places{"hv1:21", "hv3:25"})) << "a tenant's network";
  }
  const Bytes discover = packet::build_udp({mac(2), Ipv4Address(0)}, everybody, 68, 67, {});
  EXPECT_TRUE(Plugged::places(p.send(1, 12, discover)).contains("hv1:90")) << "a DHCP client";
}

TEST_F(AttachmentTest, WhatOneAttachmentSendsAnotherDoesNotTakeBack) {
  const Bytes frame = packet::build_udp(vm(2), {kBroadcastMac, Ipv4Address(0xffffffff)}, 1, 2, {});
  expect_drop(p.send(2, kPublic, frame), DropReason::kSourceIsAMember, "port 14 has it already, over the wire");
}

TEST_F(AttachmentTest, PortsThatShareAMacAddressShareWhatComesForIt) {
  const topology::AllowedAddressPair virtual_ip{*parse_ip_address("10.0.0.50"), mac(50)};
  for (const unsigned n : {2U, 4U}) {
    topology::Port port = *p.s.topology.port(port_id(10 + n));
    port.allowed_address_pairs = {virtual_ip};
    p.s.port(port);
  }
  topology::Port third = *p.s.topology.port(port_id(13));
  third.allowed_address_pairs = {virtual_ip};
  p.s.port(third);
  p.plug(1, 13);
  p.compile();
  const Endpoint as_virtual{mac(50), Ipv4Address(0x0a000032)};
  const Bytes in = packet::build_udp(outside, as_virtual, 1, 2, {});
  expect_unchanged(p.send(1, kPublic, in), in, {"hv1:12", "hv1:13"}, "both here");
  expect_unchanged(p.send(2, kPublic, in), in, {"hv2:14"}, "the one there");
  expect_drop(p.send(1, kPublic, packet::build_udp(as_virtual, vm(1), 1, 2, {})), DropReason::kSourceIsAMember, "none outside has it");
  expect_drop(p.send(1, 11, packet::build_udp(vm(1), {mac(50), outside.ip}, 1, 2, {})), DropReason::kUnknownDestination, "nor goes there");
  const Bytes out = arp(as_virtual, as_virtual.ip, kReply);
  expect_unchanged(p.send(1, 12, out), out, {"hv1:90"}, "who takes it over announces it");
}

TEST_F(AttachmentTest, PortSecurityOffSpeaksToTheOutsideAsAnybody) {
  topology::Port port = *p.s.topology.port(port_id(12));
  port.port_security_enabled = false;
  p.s.port(port);
  p.compile();
  const Endpoint anybody{MacAddress(0x020000000055), *Ipv4Address::parse("192.0.2.55")};
  for (const Bytes& frame : {packet::build_udp(anybody, outside, 1, 2, {}), arp(anybody, outside.ip, kRequest),
                             arp(anybody, anybody.ip, kReply)}) {
    expect_unchanged(p.send(1, 12, frame), frame, {"hv1:90"}, packet::describe(frame).c_str());
  }
  const Bytes all = packet::build_udp(anybody, {kBroadcastMac, Ipv4Address(0xffffffff)}, 1, 2, {});
  expect_unchanged(p.send(1, 12, all), all, {"hv1:11", "hv1:90"}, "no key, so not over the wire");
}

TEST_F(AttachmentTest, AnAttachedNetworkIsProactive) {
  p.policy.mode = topology::ForwardingMode::kReactive;
  p.s.run([&](topology::Planner& planner) { return planner.set_mode(network_id(1), topology::ForwardingMode::kReactive); });
  EXPECT_FALSE(is_reactive(p.s.topology, p.policy, network_id(1)));
  EXPECT_TRUE(is_reactive(p.s.topology, p.policy, network_id(2)));
  p.compile();
  const Bytes frame = packet::build_udp(vm(2), outside, 1, 2, {});
  expect_unchanged(p.send(1, 12, frame), frame, {"hv1:90"}, "without asking");
}

TEST_F(AttachmentTest, APortThatIsDownHearsNothing) {
  topology::Port port = *p.s.topology.port(port_id(12));
  port.admin_state_up = false;
  p.s.port(port);
  p.compile();
  expect_drop(p.send(1, kPublic, packet::build_udp(outside, vm(2), 1, 2, {})), DropReason::kNoMemberHere, "to it");
  EXPECT_EQ(Plugged::places(p.send(1, kPublic, arp(outside, vm(2).ip, kRequest))), (Places{"hv1:11"}));
  expect_drop(p.send(1, 12, packet::build_udp(vm(2), outside, 1, 2, {})), DropReason::kAdminDown, "from it");
}

// Frames of all kinds with addresses of all kinds, from every port and attachment.
class RandomFrames {
 public:
  explicit RandomFrames(const topology::Topology& topology) {
    for (const auto& [key, assignment] : topology.keys()) ips_.push_back(key.address);
    for (unsigned n = 1; n <= 6; ++n) {
      ips_.emplace_back(0x0a000000U + n);
      macs_.emplace_back(0xfa163e000000ULL + n);
    }
    for (const char* ip : {"0.0.0.0", "10.0.0.200", "10.0.0.255", "198.51.100.7", "224.0.0.5", "255.255.255.255"}) {
      ips_.push_back(*Ipv4Address::parse(ip));
    }
    for (unsigned n = 1; n <= 3; ++n) macs_.push_back(host_mac(n));
    for (const std::uint64_t mac : {0x020000000099ULL, 0x01005e000005ULL, 0xffffffffffffULL}) macs_.emplace_back(mac);
  }
  // `from` says most often who sends.
  Bytes next(const std::optional<Endpoint>& from) {
    Endpoint source{any(macs_), any(ips_)}, destination{any(macs_), any(ips_)};
    if (from && pick(4) > 0) source = *from;
    Bytes frame = pick(3) == 0 ? packet::build_arp_request(source, destination.ip) : packet::build_udp(source, destination, 1000, 67, Bytes{1});
    if (frame[13] == 0x06) frame[21] = static_cast<std::uint8_t>(pick(4));
    if (frame[13] == 0x06 && pick(2) == 0) {
      for (std::size_t i = 0; i < 6; ++i) frame[i] = static_cast<std::uint8_t>(destination.mac.value() >> (40 - 8 * i));
    }
    if (pick(20) == 0) frame[12] = 0x86;
    return frame;
  }
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

 private:
  template <class T>
  T any(const std::vector<T>& from) {
    return from[pick(static_cast<unsigned>(from.size()))];
  }
  std::mt19937 random_{20261123};
  std::vector<Ipv4Address> ips_;
  std::vector<MacAddress> macs_;
};

TEST_F(AttachmentTest, NothingOfAnotherNetworkPassesAnAttachment) {
  RandomFrames frames(p.s.topology);
  const auto network_of = [&](unsigned of_port) { return of_port == kPublic ? 1 : of_port == kStorage ? 3 : of_port / 10; };
  const std::vector<std::pair<unsigned, unsigned>> places{{1, 11}, {1, 12}, {2, 14}, {3, 15}, {1, 21}, {1, 22},
                                                          {3, 25}, {1, 31}, {2, 34}, {1, kPublic}, {1, kStorage}, {2, kPublic}};
  std::size_t in = 0, out = 0;
  for (int i = 0; i < 40'000; ++i) {
    const auto [host, of_port] = places[frames.pick(static_cast<unsigned>(places.size()))];
    const bool from_outside = of_port >= kPublic;
    const Bytes frame = frames.next(from_outside ? outside : vm(of_port % 10));
    const Passage passage = p.send(host, of_port, frame);
    EXPECT_TRUE(!from_outside || passage.wire.empty()) << packet::describe(frame);
    for (const Delivery& d : passage.deliveries) {
      ASSERT_EQ(network_of(d.of_port.value()), network_of(of_port)) << packet::describe(frame);
      const bool to_outside = d.of_port.value() >= kPublic;
      ASSERT_FALSE(from_outside && to_outside) << packet::describe(frame);
      if (from_outside || to_outside) {
        ASSERT_EQ(d.host, host_name(host)) << "by the host's own attachment only";
        ASSERT_EQ(d.frame, frame) << packet::describe(frame);
      }
      in += from_outside ? 1 : 0;
      out += to_outside ? 1 : 0;
    }
  }
  EXPECT_GT(in, 500U);
  EXPECT_GT(out, 500U);
}

}  // namespace
}  // namespace dcportals::flowgen
