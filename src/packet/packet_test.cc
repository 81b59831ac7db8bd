#include <gtest/gtest.h>

#include <random>

#include "base/hex.h"
#include "packet/build.h"
#include "packet/checksum.h"
#include "packet/headers.h"
#include "packet/rewrite.h"

namespace dcportals::packet {
namespace {

const Endpoint kA{MacAddress(0xfa163e000001), Ipv4Address(0x0a000001)};
const Endpoint kB{MacAddress(0xfa163e000002), Ipv4Address(0x0a000002)};
const Bytes kData{1, 2, 3, 4, 5};

bool ip_checksum_right(ByteSpan frame) { return finish_checksum(ones_sum(frame.subspan(kEthernetSize, 20))) == 0; }

// The sum over pseudo-header and segment is all ones when the checksum is right.
bool transport_checksum_right(ByteSpan frame) {
  const auto h = *parse_headers(frame);
  const ByteSpan segment = frame.subspan(h.l4, h.l4_end - h.l4);
  Bytes pseudo;
  ByteWriter writer(pseudo);
  writer.u32(h.ipv4->source.value());
  writer.u32(h.ipv4->destination.value());
  writer.u16(h.ipv4->protocol);
  writer.u16(static_cast<std::uint16_t>(segment.size()));
  return finish_checksum(ones_sum(segment, ones_sum(pseudo))) == 0;
}

TEST(Checksum, Rfc1071Example) { EXPECT_EQ(ones_sum(*parse_hex("0001f203f4f5f6f7")), 0xddf2U); }

TEST(Headers, ReadWhatTheBuilderWrites) {
  const auto h = parse_headers(build_tcp_syn(kA, kB, 1000, 80, kData));
  ASSERT_TRUE(h && h->ipv4 && h->ports);
  EXPECT_EQ(h->eth_src, kA.mac);
  EXPECT_EQ(h->ipv4->destination, kB.ip);
  EXPECT_EQ(h->ports->destination, 80);
  EXPECT_TRUE(transport_checksum_right(build_tcp_syn(kA, kB, 1000, 80, kData)));
  EXPECT_TRUE(transport_checksum_right(build_udp(kA, kB, 1000, 80, kData)));
  EXPECT_TRUE(ip_checksum_right(build_icmp_echo(kA, kB, 1, kData)));
}

TEST(Headers, ArpRequest) {
  const auto h = parse_headers(build_arp_request(kA, kB.ip));
  ASSERT_TRUE(h && h->arp);
  EXPECT_EQ(h->arp->operation, 1);
  EXPECT_EQ(h->arp->target_ip, kB.ip);
  EXPECT_TRUE(h->eth_dst.is_broadcast());
}

TEST(Headers, EveryPrefixIsSafeAndNeverGuesses) {
  const Bytes frame = build_tcp_syn(kA, kB, 1, 2, kData);
  for (std::size_t n = 0; n < frame.size(); ++n) {
    const auto h = parse_headers(ByteSpan(frame).first(n));
    EXPECT_EQ(h.has_value(), n >= kEthernetSize);
    EXPECT_FALSE(h && h->ipv4) << "an IPv4 total length past the frame's end is not believed, at " << n;
  }
}

TEST(Headers, TagsAreSeenAndPassed) {
  Bytes frame = build_icmp_echo(kA, kB, 1, kData);
  const Bytes tag = *parse_hex("8100 0064");
  frame.insert(frame.begin() + 12, tag.begin(), tag.end());
  const auto h = parse_headers(frame);
  ASSERT_TRUE(h && h->vlan_tci && h->ipv4);
  EXPECT_EQ(*h->vlan_tci, 100);
}

TEST(Headers, LaterFragmentsHaveNoTransport) {
  Ipv4Options options;
  options.protocol = kProtocolTcp;
  options.fragment_field = 185;
  const auto h = parse_headers(build_ipv4(kA, kB, options, kData));
  ASSERT_TRUE(h && h->ipv4);
  EXPECT_TRUE(h->ipv4->is_later_fragment());
  EXPECT_EQ(h->l4, 0U);
  EXPECT_FALSE(h->ports);
}

TEST(Rewrite, MendsChecksumsForRandomAddresses) {
  std::mt19937 engine(7);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  for (int i = 0; i < 2000; ++i) {
    for (Bytes frame : {build_tcp_syn(kA, kB, 1, 2, kData), build_udp(kA, kB, 1, 2, kData)}) {
      set_ipv4_src(frame, Ipv4Address(random()));
      set_ipv4_dst(frame, Ipv4Address(random()));
      EXPECT_TRUE(ip_checksum_right(frame));
      EXPECT_TRUE(transport_checksum_right(frame));
    }
  }
}

TEST(Rewrite, UdpWithoutChecksumStaysWithout) {
  Bytes frame = build_udp(kA, kB, 1, 2, kData, false);
  set_ipv4_src(frame, Ipv4Address(0xf0000001));
  const std::size_t at = parse_headers(frame)->l4 + 6;
  EXPECT_EQ(load_be<std::uint16_t>(&frame[at]), 0);
}

TEST(Rewrite, ThereAndBackIsTheSameFrame) {
  const Bytes frame = build_tcp_syn(kA, kB, 1, 2, kData);
  Bytes copy = frame;
  set_ipv4_src(copy, Ipv4Address(0xf0000001));
  set_eth_src(copy, MacAddress(0x020000000001));
  EXPECT_NE(copy, frame);
  set_ipv4_src(copy, kA.ip);
  set_eth_src(copy, kA.mac);
  EXPECT_EQ(copy, frame);
}

TEST(Describe, SaysWhatAPersonWantsToKnow) {
  EXPECT_EQ(describe(build_arp_request(kA, kB.ip)), "fa:16:3e:00:00:01 > ff:ff:ff:ff:ff:ff ARP who has 10.0.0.2? tell 10.0.0.1");
  EXPECT_EQ(describe(build_icmp_echo(kA, kB, 1, kData)), "fa:16:3e:00:00:01 > fa:16:3e:00:00:02 IPv4 10.0.0.1 > 10.0.0.2 ICMP type 8 code 0");
}

}  // namespace
}  // namespace dcportals::packet
