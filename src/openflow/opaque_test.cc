// Flows and groups that we do not understand neither hide the others nor are hidden, and can be deleted.
#include <gtest/gtest.h>

#include "base/hex.h"
#include "openflow/codec.h"
#include "openflow/format.h"
#include "openflow/golden.h"
#include "openflow/oracle.h"

namespace dcportals::openflow {
namespace {

FlowStatsReply mixed_reply() {
  return std::get<FlowStatsReply>(decode(golden("flow_stats_reply_with_opaque_of_ovs").bytes)->message);
}

TEST(OpaqueFlowTest, TheOthersAreThere) {
  const FlowStatsReply reply = mixed_reply();
  EXPECT_EQ(reply.flows.size(), 10U);
  ASSERT_EQ(reply.opaque.size(), 2U);
  for (const FlowStats& flow : reply.flows) EXPECT_EQ(flow.instructions.format().find("ct("), std::string::npos);
}

TEST(OpaqueFlowTest, KnowsWhatItKnows) {
  const FlowStatsReply reply = mixed_reply();
  const OpaqueFlow& action = reply.opaque[0];
  EXPECT_EQ(action.known.priority, 55);
  EXPECT_TRUE(action.match_understood);
  EXPECT_EQ(action.known.match.format(), "ip,nw_frag=first");
  EXPECT_TRUE(action.known.instructions.empty());
  const OpaqueFlow& field = reply.opaque[1];
  EXPECT_EQ(field.known.priority, 54);
  EXPECT_FALSE(field.match_understood);
  EXPECT_TRUE(field.known.match.empty());
  EXPECT_EQ(to_hex(field.match), "80000a0208000001d3080000002000000020");
}

TEST(OpaqueFlowTest, IsDeletedByTheMatchThatTheSwitchReported) {
  const FlowStatsReply reply = mixed_reply();
  std::vector<Bytes> messages;
  for (const OpaqueFlow& flow : reply.opaque) messages.push_back(encode(delete_opaque(flow), Xid(1)));
  const std::vector<std::string> printed = ovs_print(messages);
  EXPECT_EQ(printed[0], "OFPT_FLOW_MOD (OF1.3) (xid=0x1): DEL_STRICT priority=55,ip,nw_frag=first actions=drop");
  EXPECT_EQ(printed[1], "OFPT_FLOW_MOD (OF1.3) (xid=0x1): DEL_STRICT priority=54,ct_state=+trk,ip actions=drop");
}

TEST(OpaqueFlowTest, DeletionFitsIntoABundle) {
  const FlowStatsReply reply = mixed_reply();
  Bytes bytes;
  encode_bundle_add(BundleId(1), 3, delete_opaque(reply.opaque[1]), Xid(1), bytes);
  const std::vector<std::string> printed = ovs_print(std::span(&bytes, 1));
  EXPECT_NE(printed[0].find("DEL_STRICT priority=54,ct_state=+trk,ip"), std::string::npos) << printed[0];
}

TEST(OpaqueFlowTest, BytesThatMakeNoSenseInsideAFlowAreOpaqueToo) {
  Bytes bytes = golden("flow_stats_reply").bytes;
  bytes[16 + 48 + 4 + 8 + 4 + 3] = 0x11;  // the length of the first flow's instruction
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text;
  const auto& reply = std::get<FlowStatsReply>(decoded->message);
  EXPECT_EQ(reply.flows.size(), 2U);
  ASSERT_EQ(reply.opaque.size(), 1U);
  EXPECT_EQ(reply.opaque[0].known.priority, 100);
  EXPECT_EQ(encode(decoded->message, decoded->xid).size(), bytes.size());
}

TEST(OpaqueGroupTest, TheOthersAreThere) {
  Bytes bytes = golden("group_description_reply").bytes;
  bytes[18] = 9;  // the first group's type
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text;
  const auto& reply = std::get<GroupDescriptionReply>(decoded->message);
  ASSERT_EQ(reply.groups.size(), 1U);
  EXPECT_EQ(reply.groups[0].group_id, GroupId(4));
  ASSERT_EQ(reply.opaque.size(), 1U);
  EXPECT_EQ(reply.opaque[0].group_id, GroupId(3));
  EXPECT_EQ(reply.opaque[0].type, 9);
  const Bytes encoded = encode(decoded->message, decoded->xid);
  EXPECT_EQ(decode(encoded)->message, decoded->message);
}

TEST(OpaquePacketInTest, UnknownRemarksAboutThePacketAreLeftOut) {
  Bytes bytes = golden("packet_in_no_match_of_ovs").bytes;
  const Bytes ct_state = *parse_hex("0001d304 00000021");
  bytes.insert(bytes.begin() + 36, ct_state.begin(), ct_state.end());
  bytes[27] = 0x14;  // the match's length; its padding is as before
  store_be(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size()));
  const auto decoded = decode(bytes);
  ASSERT_TRUE(decoded) << decoded.error().text;
  EXPECT_EQ(std::get<PacketIn>(decoded->message), std::get<PacketIn>(decode(golden("packet_in_no_match_of_ovs").bytes)->message));
}

}  // namespace
}  // namespace dcportals::openflow
