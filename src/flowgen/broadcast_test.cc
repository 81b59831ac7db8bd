// Paper section 3.7.4 on emulated switches: who gets a broadcast, how it looks on the wire, and how it arrives.
#include <gtest/gtest.h>

#include "packet/build.h"
#include "pipeline/cookie.h"
#include "testing/plugged.h"

namespace dcportals::flowgen {
namespace {

using namespace dcportals::testing;
using packet::Endpoint;
using pipeline::DropReason;
using Places = std::multiset<std::string>;

// Network 1: ports 11, 12 on host 1, 13 on host 2, 14 on host 3. Network 2: 21 on host 1, 22 on host 4 only.
class BroadcastTest : public ::testing::Test {
 protected:
  void SetUp() override {
    p.s.network(1);
    p.s.network(2);
    for (unsigned n : {1U, 2U, 3U, 4U}) p.host(n);
    for (unsigned n : {11U, 12U, 13U, 14U}) p.s.port(n, 1, mac(n).to_string().c_str(), ip(n).to_string().c_str());
    for (unsigned n : {21U, 22U}) p.s.port(n, 2, mac(n).to_string().c_str(), ip(n).to_string().c_str());
    for (auto [host, port] : {std::pair{1U, 11U}, {1U, 12U}, {2U, 13U}, {3U, 14U}, {1U, 21U}, {4U, 22U}}) p.plug(host, port);
    p.compile();
  }
  static MacAddress mac(unsigned n) { return MacAddress(0xfa163e000000ULL + n); }
  static Ipv4Address ip(unsigned n) { return Ipv4Address(0x0a000000U + n); }
  static Endpoint vm(unsigned n) { return {mac(n), ip(n)}; }
  static Endpoint to(MacAddress mac, const char* ip) { return {mac, *Ipv4Address::parse(ip)}; }

  Plugged p;
};

struct Case {
  const char* name;
  Endpoint destination;
  const char* on_the_wire;  // the IP destination there
};

TEST_F(BroadcastTest, OneCopyToEachMemberOneFrameToEachHost) {
  const Case cases[] = {{"limited", to(kBroadcastMac, "255.255.255.255"), "255.255.255.255"},
                        {"directed", to(kBroadcastMac, "10.0.0.255"), "240.0.0.0"},
                        {"multicast", to(MacAddress(0x01005e0000fb), "224.0.0.251"), "224.0.0.251"},
                        {"high multicast", to(MacAddress(0x01005e7f1234), "239.255.18.52"), "239.255.18.52"}};
  for (const Case& c : cases) {
    const Bytes frame = packet::build_udp(vm(11), c.destination, 5353, 5353, Bytes{1, 2, 3});
    const Passage passage = p.send(1, 11, frame);
    EXPECT_EQ(Plugged::places(passage), (Places{"hv1:12", "hv2:13", "hv3:14"})) << c.name;
    for (const Delivery& d : passage.deliveries) EXPECT_EQ(d.frame, frame) << c.name << " at " << d.host.text;
    std::set<MacAddress> hosts;
    for (const Bytes& wire : passage.wire) {
      const auto h = *packet::parse_headers(wire);
      EXPECT_EQ(h.eth_src, host_mac(1)) << c.name;
      EXPECT_TRUE(p.s.topology.key_pool().contains({h.ipv4->source})) << c.name;
      EXPECT_EQ(h.ipv4->destination.to_string(), c.on_the_wire) << c.name;
      hosts.insert(h.eth_dst);
    }
    EXPECT_EQ(passage.wire.size(), 2U) << c.name;
    EXPECT_EQ(hosts, (std::set{host_mac(2), host_mac(3)})) << c.name;
  }
}

TEST_F(BroadcastTest, TheOnlyMemberPutsNothingOnTheWire) {
  p.s.network(3);
  p.s.port(31, 3, mac(31).to_string().c_str(), ip(31).to_string().c_str());
  p.plug(1, 31);
  p.compile();
  const Passage passage = p.send(1, 31, packet::build_udp(vm(31), to(kBroadcastMac, "255.255.255.255"), 1, 2, {}));
  EXPECT_TRUE(passage.wire.empty());
  EXPECT_TRUE(passage.deliveries.empty());
}

TEST_F(BroadcastTest, ADhcpClientsSourceArrivesAsItWas) {
  const Bytes frame = packet::build_udp({mac(11), Ipv4Address(0)}, to(kBroadcastMac, "255.255.255.255"), 68, 67, Bytes(300, 7));
  const Passage passage = p.send(1, 11, frame);
  EXPECT_EQ(Plugged::places(passage), (Places{"hv1:12", "hv2:13", "hv3:14"}));
  for (const Delivery& d : passage.deliveries) EXPECT_EQ(d.frame, frame) << d.host.text;
  for (const Bytes& wire : passage.wire) EXPECT_NE(packet::parse_headers(wire)->ipv4->source, Ipv4Address(0));
}

TEST_F(BroadcastTest, GroupAddressesThatDoNotGoTogetherAreDropped) {
  const std::pair<Endpoint, DropReason> cases[] = {{to(kBroadcastMac, "10.0.0.13"), DropReason::kGroupNotCarried},
                                                   {to(kBroadcastMac, "10.0.1.255"), DropReason::kGroupNotCarried},
                                                   {to(kBroadcastMac, "224.0.0.1"), DropReason::kGroupNotCarried},
                                                   {to(MacAddress(0x01005e000001), "255.255.255.255"), DropReason::kGroupNotCarried},
                                                   {to(mac(13), "255.255.255.255"), DropReason::kGroupNotCarried},
                                                   {to(mac(13), "10.0.0.255"), DropReason::kUnknownDestination},
                                                   {to(mac(13), "224.0.0.1"), DropReason::kGroupNotCarried},
                                                   {to(mac(13), "240.0.0.0"), DropReason::kDestinationIsAKey},
                                                   {to(kBroadcastMac, "240.0.0.0"), DropReason::kGroupNotCarried}};
  for (const auto& [destination, reason] : cases) {
    const Passage passage = p.send(1, 11, packet::build_udp(vm(11), destination, 1, 2, {}));
    EXPECT_TRUE(passage.deliveries.empty() && passage.wire.empty()) << destination.ip.to_string();
    EXPECT_EQ(pipeline::spec(Plugged::reason(passage)).name, pipeline::spec(reason).name) << destination.ip.to_string();
  }
}

TEST_F(BroadcastTest, DhcpAnswersComeFromServersOnly) {
  const Bytes answer = packet::build_udp(vm(13), vm(11), 67, 68, Bytes(300, 7));
  EXPECT_EQ(Plugged::reason(p.send(2, 13, answer)), DropReason::kForgedDhcpServer);
  topology::Port server = *p.s.topology.port(port_id(13));
  server.dhcp_server = true;
  p.s.port(server);
  p.compile();
  EXPECT_EQ(Plugged::places(p.send(2, 13, answer)), (Places{"hv1:11"}));
}

TEST_F(BroadcastTest, PortSecurityOffFloodsLocallyFromAnySource) {
  topology::Port port = *p.s.topology.port(port_id(11));
  port.port_security_enabled = false;
  p.s.port(port);
  p.compile();
  const Passage passage = p.send(1, 11, packet::build_udp({mac(99), ip(99)}, to(kBroadcastMac, "255.255.255.255"), 1, 2, {}));
  EXPECT_EQ(Plugged::places(passage), (Places{"hv1:12"}));
  EXPECT_TRUE(passage.wire.empty());
}

TEST_F(BroadcastTest, ThousandHostsFitTheirGroups) {
  for (unsigned n = 5; n <= 1000; ++n) {
    p.host(n);
    const unsigned port = 1000 + n;
    p.s.port(port, 1, mac(port).to_string().c_str(), fmt::format("10.0.0.{}", n % 200 + 20).c_str());
    if (n == 204) break;  // as many as a /24 has
    p.plug(n, port);
  }
  p.compile();
  EXPECT_EQ(p.send(1, 11, packet::build_udp(vm(11), to(kBroadcastMac, "255.255.255.255"), 1, 2, {})).wire.size(), 201U);
}

TEST_F(BroadcastTest, ReactiveAsksForTheOwnAddressesOfAPortWithoutSecurity) {
  topology::Port port = *p.s.topology.port(port_id(11));
  port.port_security_enabled = false;
  p.s.port(port);
  p.policy.mode = topology::ForwardingMode::kReactive;
  p.compile();
  for (auto& [name, host] : p.fabric.hosts) {
    flowtable::SwitchTables kept;
    for (const openflow::Entry& entry : host.table.entries()) {
      if (!is_on_demand(entry)) kept.put(entry);
    }
    host.table = kept;
  }
  const Endpoint everybody = to(kBroadcastMac, "255.255.255.255");
  EXPECT_EQ(p.send(1, 11, packet::build_udp(vm(11), everybody, 1, 2, {})).outcomes[0].questions.size(), 1U);
  EXPECT_EQ(p.send(1, 11, packet::build_udp({mac(11), Ipv4Address(0)}, everybody, 68, 67, {})).outcomes[0].questions.size(), 1U);
  EXPECT_EQ(Plugged::places(p.send(1, 11, packet::build_udp({mac(99), ip(99)}, everybody, 1, 2, {}))), (Places{"hv1:12"}));
}

// Each of a port's broadcast flows may time out alone: the others must not take its frames.
TEST_F(BroadcastTest, NoKindOfBroadcastTakesAnothers) {
  p.policy.mode = topology::ForwardingMode::kReactive;
  p.compile();
  for (const char* destination : {"255.255.255.255", "10.0.0.255", "224.0.0.251"}) {
    const MacAddress mac = destination == std::string("224.0.0.251") ? MacAddress(0x01005e0000fb) : kBroadcastMac;
    const Bytes frame = packet::build_udp(vm(11), to(mac, destination), 1, 2, {});
    const auto whole = p.fabric.hosts[host_name(1)].table;
    auto& table = p.fabric.hosts[host_name(1)].table;
    const auto steps = p.send(1, 11, frame).outcomes[0].steps;
    ASSERT_TRUE(table.erase(steps.back().flow->key));
    const Passage passage = p.send(1, 11, frame);
    EXPECT_TRUE(passage.wire.empty()) << destination;
    EXPECT_EQ(passage.outcomes[0].questions.size(), 1U) << destination;
    table = whole;
  }
}

// In a reactive network the first broadcast asks, and so does what comes from the wire; nothing is flooded twice.
TEST_F(BroadcastTest, ReactiveAsksBeforeAnythingIsCopied) {
  p.policy.mode = topology::ForwardingMode::kReactive;
  p.compile();
  for (const auto& host : p.fabric.hosts) {
    flowtable::SwitchTables kept;
    for (const openflow::Entry& entry : host.second.table.entries()) {
      if (!is_on_demand(entry)) kept.put(entry);
    }
    p.fabric.hosts[host.first].table = kept;
  }
  const std::pair<Bytes, pipeline::Ask> cases[] = {
      {packet::build_udp(vm(11), to(kBroadcastMac, "255.255.255.255"), 1, 2, {}), pipeline::Ask::kFlood},
      {packet::build_udp({mac(11), Ipv4Address(0)}, to(kBroadcastMac, "255.255.255.255"), 68, 67, {}), pipeline::Ask::kFlood},
      {packet::build_udp(vm(11), vm(13), 1, 2, {}), pipeline::Ask::kForward},
      {packet::build_udp(vm(11), vm(12), 1, 2, {}), pipeline::Ask::kForward},
      {packet::build_arp_request(vm(11), ip(13)), pipeline::Ask::kArp}};
  for (const auto& [frame, ask] : cases) {
    const Passage passage = p.send(1, 11, frame);
    EXPECT_TRUE(passage.deliveries.empty() && passage.wire.empty());
    ASSERT_EQ(passage.outcomes[0].questions.size(), 1U);
    EXPECT_EQ(passage.outcomes[0].questions[0].userdata, (Bytes{static_cast<std::uint8_t>(ask)}));
    EXPECT_EQ(passage.outcomes[0].questions[0].frame, frame);
  }
  const auto key = p.s.topology.keys_of(port_id(11)).at(0).key.address, to_key = p.s.topology.keys_of(port_id(13)).at(0).key.address;
  const Passage passage = p.send(2, 1, packet::build_udp({host_mac(1), key}, {host_mac(2), to_key}, 1, 2, {}));
  ASSERT_EQ(passage.outcomes[0].questions.size(), 1U);
  EXPECT_EQ(passage.outcomes[0].questions[0].userdata, (Bytes{static_cast<std::uint8_t>(pipeline::Ask::kWire)}));
}

}  // namespace
}  // namespace dcportals::flowgen
