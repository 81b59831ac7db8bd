// Frames through emulated switches with compiled flows: frame at VM A -> frame on the wire -> frame at VM B.
#include <gtest/gtest.h>

#include <random>

#include "packet/build.h"
#include "packet/checksum.h"
#include "pipeline/cookie.h"
#include "testing/fabric.h"

namespace dcportals::flowgen {
namespace {

using namespace dcportals::testing;
using openflow::OfPort;
using packet::Endpoint;
using pipeline::DropReason;

// Tenants 1 and 2 with the same IPs and MACs: ports 11, 12 and 21, 22; hosts 1 and 2 carry one of each.
class TwoTenants : public ::testing::Test {
 protected:
  void SetUp() override {
    for (unsigned tenant : {1U, 2U}) {
      s.network(tenant);
      s.port(tenant * 10 + 1, tenant, "fa:16:3e:00:00:01", "10.0.0.1");
      s.port(tenant * 10 + 2, tenant, "fa:16:3e:00:00:02", "10.0.0.2");
    }
    for (unsigned host : {1U, 2U}) {
      s.host(host);
      s.site(host, {port_id(10 + host), port_id(20 + host)});
    }
    compile();
  }
  void compile() {
    for (unsigned host : {1U, 2U}) {
      Wiring wiring{OfPort{1}, {OfPort{1}}, {{port_id(10 + host), OfPort{2}}, {port_id(20 + host), OfPort{3}}}};
      fabric.hosts[host_name(host)].table = flowtable::SwitchTables(compile_all({s.topology, policy, host_name(host), wiring}));
    }
  }
  // From tenant `tenant`'s VM 1, which is on host 1.
  Passage from_vm1(unsigned tenant, ByteSpan frame) { return fabric.send(host_name(1), OfPort{tenant + 1}, frame); }
  static DropReason reason(const Passage& passage, std::size_t outcome = 0) {
    const openflow::Flow* flow = passage.outcomes.at(outcome).last_flow();
    return flow == nullptr ? DropReason::kNone : pipeline::spec(pipeline::parse_cookie(flow->cookie)->rule).drop;
  }

  const Endpoint vm1{*MacAddress::parse("fa:16:3e:00:00:01"), *Ipv4Address::parse("10.0.0.1")};
  const Endpoint vm2{*MacAddress::parse("fa:16:3e:00:00:02"), *Ipv4Address::parse("10.0.0.2")};
  Scenario s;
  Policy policy;
  Fabric fabric;
};

TEST_F(TwoTenants, EachTenantsFrameReachesItsOwnPeerUnchanged) {
  const Bytes frame = packet::build_icmp_echo(vm1, vm2, 1, {});
  for (unsigned tenant : {1U, 2U}) {
    const Passage passage = from_vm1(tenant, frame);
    ASSERT_EQ(passage.deliveries.size(), 1U);
    EXPECT_EQ(passage.deliveries[0].host, host_name(2));
    EXPECT_EQ(passage.deliveries[0].of_port, OfPort{tenant + 1});
    EXPECT_EQ(passage.deliveries[0].frame, frame);
  }
}

TEST_F(TwoTenants, TheWireSeesHostMacsAndKeysOnly) {
  const Passage passage = from_vm1(1, packet::build_icmp_echo(vm1, vm2, 1, {}));
  ASSERT_EQ(passage.wire.size(), 1U);
  const auto h = *packet::parse_headers(passage.wire[0]);
  EXPECT_EQ(h.eth_src, host_mac(1));
  EXPECT_EQ(h.eth_dst, host_mac(2));
  EXPECT_TRUE(s.topology.key_pool().contains({h.ipv4->source}));
  EXPECT_TRUE(s.topology.key_pool().contains({h.ipv4->destination}));
}

TEST_F(TwoTenants, ArpIsAnsweredAtTheEdge) {
  const Passage passage = from_vm1(1, packet::build_arp_request(vm1, vm2.ip));
  EXPECT_TRUE(passage.wire.empty());
  ASSERT_EQ(passage.deliveries.size(), 1U);
  EXPECT_EQ(passage.deliveries[0].of_port, OfPort{2});
  const auto h = *packet::parse_headers(passage.deliveries[0].frame);
  EXPECT_EQ(h.eth_dst, vm1.mac);
  EXPECT_EQ(h.eth_src, vm2.mac);
  EXPECT_EQ(h.arp->operation, 2);
  EXPECT_EQ(h.arp->sender_mac, vm2.mac);
  EXPECT_EQ(h.arp->sender_ip, vm2.ip);
  EXPECT_EQ(h.arp->target_mac, vm1.mac);
  EXPECT_EQ(h.arp->target_ip, vm1.ip);
}

struct BadFrame {
  const char* name;
  DropReason reason;
  std::function<Bytes(const Endpoint&, const Endpoint&)> build;
};

Bytes tagged(Bytes frame) {
  const Bytes tag{0x81, 0x00, 0x00, 0x05};
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  return frame;
}
Bytes patched(Bytes frame, std::size_t at, std::uint8_t value) {
  frame.at(at) = value;
  return frame;
}

TEST_F(TwoTenants, WhatAVmMustNotSendIsDroppedForItsReason) {
  const Endpoint stranger{MacAddress(0x020000000099), *Ipv4Address::parse("10.0.0.9")};
  const auto key = s.topology.keys_of(port_id(12)).at(0).key.address;
  const std::vector<BadFrame> cases{
      {"eth_src", DropReason::kSpoofedEthSource, [&](auto& a, auto& b) { return packet::build_icmp_echo({stranger.mac, a.ip}, b, 1, {}); }},
      {"ip_src", DropReason::kSpoofedIpSource, [&](auto& a, auto& b) { return packet::build_icmp_echo({a.mac, stranger.ip}, b, 1, {}); }},
      {"arp sha", DropReason::kSpoofedArpSha, [&](auto& a, auto& b) { return patched(packet::build_arp_request(a, b.ip), 27, 9); }},
      {"arp spa", DropReason::kSpoofedArpSpa, [&](auto& a, auto& b) { return packet::build_arp_request({a.mac, stranger.ip}, b.ip); }},
      {"arp reply", DropReason::kArpNotARequest, [](auto& a, auto& b) { return patched(packet::build_arp_request(a, b.ip), 21, 2); }},
      {"arp own", DropReason::kArpForOwnAddress, [](auto& a, auto&) { return packet::build_arp_request(a, a.ip); }},
      {"arp nobody", DropReason::kArpUnknownTarget, [&](auto& a, auto&) { return packet::build_arp_request(a, stranger.ip); }},
      {"protocol 0", DropReason::kIpProtocolZero, [](auto& a, auto& b) {
         packet::Ipv4Options options;
         options.protocol = 0;
         return packet::build_ipv4(a, b, options, Bytes{1, 2, 3, 4});
       }},
      {"vlan", DropReason::kVlanTagged, [](auto& a, auto& b) { return tagged(packet::build_icmp_echo(a, b, 1, {})); }},
      {"ipv6", DropReason::kIpv6NotCarried, [](auto& a, auto& b) { return patched(patched(packet::build_icmp_echo(a, b, 1, {}), 12, 0x86), 13, 0xdd); }},
      {"ethertype", DropReason::kEtherTypeNotCarried, [](auto& a, auto& b) { return patched(packet::build_icmp_echo(a, b, 1, {}), 12, 0x88); }},
      {"destination", DropReason::kUnknownDestination, [&](auto& a, auto&) { return packet::build_icmp_echo(a, stranger, 1, {}); }},
      {"right ip, wrong mac", DropReason::kUnknownDestination, [&](auto& a, auto& b) { return packet::build_icmp_echo(a, {stranger.mac, b.ip}, 1, {}); }},
      {"broadcast", DropReason::kGroupNotCarried, [](auto& a, auto& b) { return packet::build_icmp_echo(a, {kBroadcastMac, b.ip}, 1, {}); }},
      {"host mac and key as destination", DropReason::kDestinationIsAKey,
       [&](auto& a, auto&) { return packet::build_icmp_echo(a, {host_mac(2), key}, 1, {}); }},
      {"host mac as source", DropReason::kSpoofedEthSource, [&](auto& a, auto& b) { return packet::build_icmp_echo({host_mac(1), a.ip}, b, 1, {}); }},
      {"key as source", DropReason::kSpoofedIpSource, [&](auto& a, auto& b) { return packet::build_icmp_echo({a.mac, key}, b, 1, {}); }},
  };
  for (const BadFrame& bad : cases) {
    const Passage passage = from_vm1(1, bad.build(vm1, vm2));
    EXPECT_TRUE(passage.deliveries.empty()) << bad.name;
    EXPECT_TRUE(passage.wire.empty()) << bad.name;
    EXPECT_EQ(pipeline::spec(reason(passage)).name, pipeline::spec(bad.reason).name) << bad.name;
  }
}

TEST_F(TwoTenants, ForgedPairsOnTheWireReachNobodyOutsideTheSendersNetwork) {
  std::vector<Ipv4Address> addresses;
  for (const auto& [key, assignment] : s.topology.keys()) addresses.push_back(key.address);
  addresses.push_back(*Ipv4Address::parse("10.0.0.1"));
  addresses.push_back(*Ipv4Address::parse("255.255.255.255"));
  std::size_t delivered = 0;
  for (const Ipv4Address from : addresses) {
    for (const Ipv4Address to : addresses) {
      for (const MacAddress from_mac : {host_mac(1), host_mac(2), MacAddress(0x0badc0ffee00)}) {
        const Bytes frame = packet::build_icmp_echo({from_mac, from}, {host_mac(2), to}, 1, {});
        const Passage passage = fabric.send(host_name(2), OfPort{1}, frame);
        delivered += passage.deliveries.size();
        if (!passage.deliveries.empty()) {
          const auto* sender = s.topology.assignment({from});
          const auto* receiver = s.topology.assignment({to});
          ASSERT_TRUE(sender && (receiver || to.is_limited_broadcast()));
          const auto network = s.topology.port(sender->port_id)->network_id;
          for (const Delivery& d : passage.deliveries) {
            EXPECT_EQ(s.topology.port(port_id(d.of_port == OfPort{2} ? 12 : 22))->network_id, network);
          }
          EXPECT_EQ(from_mac, s.topology.host(sender->host)->mac);
        }
        EXPECT_TRUE(passage.wire.empty()) << "what comes from the wire never goes back to it";
      }
    }
  }
  EXPECT_EQ(delivered, 4U) << "host 1's two ports, each to its one peer, by its key and by broadcast";
}

// Frames of every kind that rewriting could hurt.
Bytes random_frame(std::mt19937& random, const Endpoint& a, const Endpoint& b) {
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Bytes payload(pick(200));
  for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
  switch (pick(5)) {
    case 0: return packet::build_tcp_syn(a, b, static_cast<std::uint16_t>(random()), 80, payload);
    case 1: return packet::build_udp(a, b, static_cast<std::uint16_t>(random()), 53, payload, pick(2) == 0);
    case 2: return packet::build_icmp_echo(a, b, static_cast<std::uint16_t>(random()), payload);
    default: break;
  }
  packet::Ipv4Options options;
  static constexpr std::uint8_t kProtocols[] = {6, 17, 1, 33, 50, 51, 132, 136, 253};
  options.protocol = kProtocols[pick(std::size(kProtocols))];
  options.tos = static_cast<std::uint8_t>(random());
  options.ttl = static_cast<std::uint8_t>(1 + pick(255));
  options.identification = static_cast<std::uint16_t>(random());
  if (pick(2) == 0) options.fragment_field = static_cast<std::uint16_t>(0x2000 | pick(0x1fff));
  options.options = Bytes(pick(10) * 4, 1);  // no-operation options
  options.padding = pick(30);
  return packet::build_ipv4(a, b, options, payload);
}

TEST_F(TwoTenants, RestoredFrameIsTheFrameByteForByte) {
  std::mt19937 random(20261123);
  for (int i = 0; i < 5000; ++i) {
    const Bytes frame = random_frame(random, vm1, vm2);
    const Passage passage = from_vm1(1, frame);
    ASSERT_EQ(passage.deliveries.size(), 1U) << packet::describe(frame);
    EXPECT_EQ(passage.deliveries[0].frame, frame) << packet::describe(frame);
  }
}

TEST_F(TwoTenants, OnlyADhcpClientHasNoAddress) {
  const Endpoint nobody{vm1.mac, Ipv4Address(0)}, everybody{kBroadcastMac, Ipv4Address(0xffffffff)};
  EXPECT_EQ(from_vm1(1, packet::build_udp(nobody, everybody, 68, 67, {})).deliveries.size(), 1U);
  EXPECT_EQ(reason(from_vm1(1, packet::build_udp(nobody, everybody, 68, 99, {}))), DropReason::kSpoofedIpSource);
}

TEST_F(TwoTenants, ArpProbeIsAnsweredForOthersOnly) {
  const Endpoint probe{vm1.mac, Ipv4Address(0)};
  EXPECT_EQ(from_vm1(1, packet::build_arp_request(probe, vm2.ip)).deliveries.size(), 1U);
  EXPECT_EQ(reason(from_vm1(1, packet::build_arp_request(probe, vm1.ip))), DropReason::kArpForOwnAddress);
}

TEST_F(TwoTenants, PortSecurityOffSendsFromAnySourceButOnlyKeysCross) {
  topology::Port port = *s.topology.port(port_id(11));
  port.port_security_enabled = false;
  s.port(port);
  compile();
  const Endpoint stranger{MacAddress(0x020000000099), *Ipv4Address::parse("192.168.7.7")};
  EXPECT_EQ(from_vm1(1, packet::build_icmp_echo(vm1, vm2, 1, {})).deliveries.size(), 1U);
  EXPECT_EQ(reason(from_vm1(1, packet::build_icmp_echo(stranger, vm2, 1, {}))), DropReason::kSourceHasNoKey);
}

}  // namespace
}  // namespace dcportals::flowgen
