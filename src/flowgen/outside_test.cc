// Paper section 3.7.5 on emulated switches: VMs on one host, the network's router on another.
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

// Networks 1 and 2 with the same addresses. VMs 11, 21 on host 1; routers' ports 12, 22 on host 2 and VM 13 there; another tenant's VM 24.
class OutsideTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (unsigned n : {1U, 2U, 3U}) p.host(n);
    for (unsigned network : {1U, 2U}) {
      p.s.network(network);
      for (unsigned n : {1U, 2U, 3U, 4U}) {
        p.s.port(network * 10 + n, network, mac(n).to_string().c_str(), fmt::format("10.0.0.{}", n).c_str());
      }
    }
    for (auto [host, port] : {std::pair{1U, 11U}, {1U, 21U}, {2U, 12U}, {2U, 22U}, {2U, 13U}, {3U, 24U}}) p.plug(host, port);
    router(1, {12});
    router(2, {22});
    p.compile();
  }
  void router(unsigned n, std::vector<unsigned> ports) {
    topology::Router router;
    router.id = id<topology::RouterId>(n);
    router.tenant_id = {"tenant"};
    for (const unsigned port : ports) router.port_ids.push_back(port_id(port));
    p.s.run([&](topology::Planner& planner) { return planner.put(router); });
  }
  static MacAddress mac(unsigned n) { return MacAddress(0xfa163e000000ULL + n); }
  static Endpoint vm(unsigned n) { return {mac(n), Ipv4Address(0x0a000000U + n)}; }
  const Ipv4Address outside = *Ipv4Address::parse("198.51.100.7");

  Plugged p;
};

TEST_F(OutsideTest, OnlyTheVmsSideIsRewritten) {
  for (const unsigned network : {1U, 2U}) {
    const unsigned vm_port = network * 10 + 1, router_port = network * 10 + 2;
    const Bytes out = packet::build_udp(vm(1), {mac(2), outside}, 1000, 53, Bytes{1});
    const Passage there = p.send(1, vm_port, out);
    ASSERT_EQ(Plugged::places(there), (Places{fmt::format("hv2:{}", router_port)}));
    EXPECT_EQ(there.deliveries[0].frame, out);
    ASSERT_EQ(there.wire.size(), 1U);
    auto h = *packet::parse_headers(there.wire[0]);
    EXPECT_EQ(h.eth_src, host_mac(1));
    EXPECT_EQ(h.eth_dst, host_mac(2));
    EXPECT_TRUE(p.s.topology.key_pool().contains({h.ipv4->source}));
    EXPECT_EQ(h.ipv4->destination, outside);

    const Bytes in = packet::build_udp({mac(2), outside}, vm(1), 53, 1000, Bytes{2});
    const Passage back = p.send(2, router_port, in);
    ASSERT_EQ(Plugged::places(back), (Places{fmt::format("hv1:{}", vm_port)}));
    EXPECT_EQ(back.deliveries[0].frame, in);
    h = *packet::parse_headers(back.wire.at(0));
    EXPECT_EQ(h.eth_src, host_mac(2));
    EXPECT_EQ(h.ipv4->source, outside);
    EXPECT_TRUE(p.s.topology.key_pool().contains({h.ipv4->destination}));
  }
}

TEST_F(OutsideTest, OnTheRoutersOwnHostNothingIsRewritten) {
  const Bytes out = packet::build_udp(vm(3), {mac(2), outside}, 1, 2, {}), in = packet::build_udp({mac(2), outside}, vm(3), 1, 2, {});
  EXPECT_EQ(Plugged::places(p.send(2, 13, out)), (Places{"hv2:12"}));
  EXPECT_EQ(Plugged::places(p.send(2, 12, in)), (Places{"hv2:13"}));
  EXPECT_TRUE(p.send(2, 12, in).wire.empty());
}

TEST_F(OutsideTest, TheRoutersOwnAddressIsAsAnyPorts) {
  const Bytes ping = packet::build_icmp_echo(vm(1), vm(2), 1, {});
  const Passage passage = p.send(1, 11, ping);
  ASSERT_EQ(Plugged::places(passage), (Places{"hv2:12"}));
  EXPECT_TRUE(p.s.topology.key_pool().contains({packet::parse_headers(passage.wire[0])->ipv4->destination}));
}

TEST_F(OutsideTest, ASecondRouterOfTheNetworkOnTheHostHasItsOwnMac) {
  p.plug(2, 14);
  router(3, {14});
  p.compile();
  const Bytes out = packet::build_udp(vm(1), {mac(4), outside}, 1, 2, {}), in = packet::build_udp({mac(4), outside}, vm(1), 1, 2, {});
  const Passage there = p.send(1, 11, out);
  ASSERT_EQ(Plugged::places(there), (Places{"hv2:14"}));
  EXPECT_EQ(there.deliveries[0].frame, out);
  EXPECT_EQ(packet::parse_headers(there.wire[0])->eth_dst, mac(4));
  const Passage back = p.send(2, 14, in);
  ASSERT_EQ(Plugged::places(back), (Places{"hv1:11"}));
  EXPECT_EQ(back.deliveries[0].frame, in);
  EXPECT_EQ(packet::parse_headers(back.wire[0])->eth_src, mac(4));
  EXPECT_EQ(Plugged::places(p.send(1, 11, packet::build_udp(vm(1), {mac(2), outside}, 1, 2, {}))), (Places{"hv2:12"})) << "the first as before";
}

TEST_F(OutsideTest, TrustFollowsTheRouterObject) {
  topology::Port port = *p.s.topology.port(port_id(13));
  port.device_owner = "network:router_interface";
  p.s.port(port);
  p.compile();
  const Bytes in = packet::build_udp({mac(3), outside}, vm(1), 1, 2, {});
  EXPECT_EQ(Plugged::reason(p.send(2, 13, in)), DropReason::kSpoofedIpSource);
  const Passage unlisted = p.send(1, 11, packet::build_udp(vm(1), {mac(3), outside}, 1, 2, {}));
  EXPECT_TRUE(unlisted.wire.empty());
  EXPECT_EQ(Plugged::reason(unlisted), DropReason::kUnknownDestination);
}

TEST_F(OutsideTest, WhatARouterMustNotForward) {
  const Ipv4Address key = p.s.topology.keys_of(port_id(21)).at(0).key.address;
  const std::tuple<const char*, Endpoint, Endpoint, DropReason> cases[] = {
      {"from a key", {mac(2), key}, vm(1), DropReason::kSourceIsAKey},
      {"from another MAC", {mac(9), outside}, vm(1), DropReason::kSpoofedEthSource},
      {"to a key", {mac(2), outside}, {mac(1), key}, DropReason::kDestinationIsAKey},
      {"to nobody", {mac(2), outside}, {mac(1), Ipv4Address(0x0a000063)}, DropReason::kUnknownDestination},
      {"a broadcast from outside", {mac(2), outside}, {kBroadcastMac, Ipv4Address(0xffffffff)}, DropReason::kSourceHasNoKey}};
  for (const auto& [name, from, to, reason] : cases) {
    const Passage passage = p.send(2, 12, packet::build_udp(from, to, 1, 2, {}));
    EXPECT_TRUE(passage.deliveries.empty() && passage.wire.empty()) << name;
    EXPECT_EQ(pipeline::spec(Plugged::reason(passage)).name, pipeline::spec(reason).name) << name;
  }
  const Passage toward = p.send(1, 11, packet::build_udp(vm(1), {mac(2), key}, 1, 2, {}));
  EXPECT_EQ(Plugged::reason(toward), DropReason::kDestinationIsAKey) << "nor may a VM name a key to a router";
  EXPECT_EQ(Plugged::reason(p.send(1, 11, packet::build_udp(vm(1), {mac(2), Ipv4Address(0xe0000001)}, 1, 2, {}))), DropReason::kGroupNotCarried);
}

// Whatever a box on the physical network says, a frame from outside arrives only from a router of the receiver's network.
TEST_F(OutsideTest, ForgedFramesFromOutsideNeedTheNetworksRouter) {
  const auto key = [&](unsigned port) { return p.s.topology.keys_of(port_id(port)).at(0).key.address; };
  for (const auto& [to_host, port] : {std::pair{1U, 11U}, {1U, 21U}, {2U, 13U}, {3U, 24U}}) {
    for (const MacAddress from : {host_mac(1), host_mac(2), host_mac(3), mac(2), mac(9)}) {
      const Passage passage = p.send(to_host, 1, packet::build_udp({from, outside}, {host_mac(to_host), key(port)}, 1, 2, {}));
      const bool routers_host = from == host_mac(2) && to_host != 2;
      EXPECT_EQ(passage.deliveries.size(), routers_host ? 1U : 0U) << from.to_string() << " to " << port;
    }
  }
}

TEST_F(OutsideTest, ARouterAsksFromAnyOfItsAddresses) {
  const Passage passage = p.send(2, 12, packet::build_arp_request({mac(2), outside}, Ipv4Address(0x0a000001)));
  EXPECT_EQ(Plugged::places(passage), (Places{"hv2:12"}));
}

}  // namespace
}  // namespace dcportals::flowgen
