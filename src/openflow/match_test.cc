// Matches are normal: two that match the same packets by the same fields are equal, in any order of making; and their text.
#include "openflow/match.h"

#include <gtest/gtest.h>

#include <array>

namespace dcportals::openflow {
namespace {

TEST(MatchTest, OrderOfSettingDoesNotMatter) {
  const Match a = Match{}.set(Field::kEthType, kEthTypeArp).set(Field::kInPort, OfPort(1)).set(Field::kMetadata, 5);
  const Match b = Match{}.set(Field::kMetadata, 5).set(Field::kEthType, kEthTypeArp).set(Field::kInPort, OfPort(1));
  EXPECT_EQ(a, b);
  EXPECT_EQ(hash_value(a), hash_value(b));
  EXPECT_EQ(a.fields()[0].field, Field::kInPort);
}

TEST(MatchTest, ValuesAreCutAndMasked) {
  Match m;
  m.set(Field::kIpEcn, 0xff);
  EXPECT_EQ(m.find(Field::kIpEcn)->value, FieldValue(3));
  m.set_masked(Field::kMetadata, 0xff, 0xf0);
  EXPECT_EQ(m.find(Field::kMetadata)->value, FieldValue(0xf0));
  m.set_masked(Field::kReg0, 5, ~0ULL);
  EXPECT_EQ(m.find(Field::kReg0)->mask, full_mask(Field::kReg0));
}

TEST(MatchTest, SettingAgainReplaces) {
  Match m;
  m.set(Field::kReg0, 1).set(Field::kReg0, 2);
  EXPECT_EQ(m, Match{}.set(Field::kReg0, 2));
}

TEST(MatchTest, AZeroMaskRemoves) {
  Match m;
  m.set(Field::kReg0, 1).set_masked(Field::kReg0, 1, 0);
  EXPECT_TRUE(m.empty());
  m.set_masked(Field::kReg1, 1, 0);
  EXPECT_TRUE(m.empty());
}

TEST(MatchTest, Addresses) {
  std::array<std::uint8_t, 16> bytes{0xfe, 0x80};
  bytes[15] = 1;
  Match m;
  m.set(Field::kIpv6Src, Ipv6Address(bytes))
      .set(Field::kIpv4Src, Ipv4Address(0x0a000001))
      .set(Field::kEthSrc, MacAddress(0x0102));
  EXPECT_EQ(m.find(Field::kIpv6Src)->value, FieldValue(0xfe80'0000'0000'0000, 1));
  EXPECT_EQ(m.find(Field::kIpv4Src)->value, FieldValue(0x0a000001));
  EXPECT_EQ(m.find(Field::kEthSrc)->value, FieldValue(0x0102));
}

TEST(MatchTest, Prerequisites) {
  Match m;
  m.set(Field::kIpv4Src, 1);
  EXPECT_EQ(first_without_prerequisite(m), Field::kIpv4Src);
  m.set(Field::kEthType, kEthTypeIpv6);
  EXPECT_EQ(first_without_prerequisite(m), Field::kIpv4Src);
  m.set(Field::kEthType, kEthTypeIpv4);
  EXPECT_FALSE(first_without_prerequisite(m));
  m.set(Field::kTcpSrc, 80);
  EXPECT_EQ(first_without_prerequisite(m), Field::kTcpSrc);
  m.set(Field::kIpProto, kIpProtoTcp);
  EXPECT_FALSE(first_without_prerequisite(m));
  m.set_masked(Field::kIpFrag, kIpFragLater, kIpFragLater);
  EXPECT_EQ(first_without_prerequisite(m), Field::kTcpSrc) << "later fragments have no ports";
}

TEST(MatchTest, PrerequisitesOfNeighbourDiscovery) {
  Match m;
  m.set(Field::kEthType, kEthTypeIpv6).set(Field::kIpProto, kIpProtoIcmpv6).set(Field::kIpv6NdTarget, FieldValue(1, 1));
  EXPECT_EQ(first_without_prerequisite(m), Field::kIpv6NdTarget);
  m.set(Field::kIcmpv6Type, kNdTypeSolicit);
  EXPECT_FALSE(first_without_prerequisite(m));
  EXPECT_TRUE(prerequisite_met(m, Field::kIpv6NdSll));
  EXPECT_FALSE(prerequisite_met(m, Field::kIpv6NdTll));
  m.set(Field::kIcmpv6Code, 1);
  EXPECT_EQ(first_without_prerequisite(m), Field::kIpv6NdTarget);
}

TEST(MatchTest, VlanPriorityNeedsATag) {
  Match m;
  m.set(Field::kVlanPcp, 3);
  EXPECT_EQ(first_without_prerequisite(m), Field::kVlanPcp);
  m.set(Field::kVlanVid, kVlanNone);
  EXPECT_EQ(first_without_prerequisite(m), Field::kVlanPcp);
  m.set_masked(Field::kVlanVid, kVlanPresent, kVlanPresent);
  EXPECT_FALSE(first_without_prerequisite(m));
}

TEST(MatchTest, FormatsWhatNoSwitchWouldAccept) {
  EXPECT_EQ(Match{}.set(Field::kIpProto, 6).set(Field::kTcpDst, 80).format(), "nw_proto=6,tp_dst=80");
  EXPECT_EQ(Match{}.set(Field::kVlanPcp, 3).format(), "vlan_tci=0x6000/0xe000");
  EXPECT_EQ(Match{}.format(), "");
}

}  // namespace
}  // namespace dcportals::openflow
