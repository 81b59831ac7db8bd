// Operators' choices: set, taken back, refused, and kept where others put the same object.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topology/planner.h"
#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

class PlannerChoicesTest : public testing::Test {
 protected:
  PlannerChoicesTest() : topology(make_pool()), planner(topology) { EXPECT_TRUE(planner.put(make_network(1))); }

  [[nodiscard]] const Network& network() const { return *topology.network(network_id(1)); }

  Topology topology;
  Planner planner;
};

TEST_F(PlannerChoicesTest, ModeIsSetAndTakenBack) {
  EXPECT_EQ(network().mode, std::nullopt);
  EXPECT_EQ(answer(planner.set_mode(network_id(1), std::nullopt)), "unchanged");
  EXPECT_EQ(answer(planner.set_mode(network_id(1), ForwardingMode::kReactive)), "changed");
  EXPECT_EQ(answer(planner.set_mode(network_id(1), ForwardingMode::kReactive)), "unchanged");
  EXPECT_EQ(network().mode, ForwardingMode::kReactive);
  EXPECT_EQ(answer(planner.set_mode(network_id(1), std::nullopt)), "changed");
  EXPECT_EQ(network().mode, std::nullopt);
  EXPECT_EQ(answer(planner.set_mode(network_id(9), ForwardingMode::kAuto)), "not found id");
}

TEST_F(PlannerChoicesTest, BroadcastRateHasLimits) {
  for (const std::uint64_t rate : {std::uint64_t{0}, kMaxBroadcastRate + std::uint64_t{1}, std::uint64_t{0x1'0000'0001}}) {
    const auto refused = planner.set_broadcast_rate(network_id(1), rate);
    ASSERT_EQ(answer(refused), "invalid broadcast_rate") << rate;
    EXPECT_THAT(refused.error().text, HasSubstr("between 1 and 1000000 frames a second"));
  }
  EXPECT_EQ(network().broadcast_rate, std::nullopt);
  EXPECT_EQ(answer(planner.set_broadcast_rate(network_id(1), 1)), "changed");
  EXPECT_EQ(answer(planner.set_broadcast_rate(network_id(1), kMaxBroadcastRate)), "changed");
  EXPECT_EQ(answer(planner.set_broadcast_rate(network_id(1), kMaxBroadcastRate)), "unchanged");
  EXPECT_EQ(network().broadcast_rate, kMaxBroadcastRate);
  EXPECT_EQ(answer(planner.set_broadcast_rate(network_id(1), std::nullopt)), "changed");
  EXPECT_EQ(network().broadcast_rate, std::nullopt);
  EXPECT_EQ(answer(planner.set_broadcast_rate(network_id(9), 5)), "not found id");
}

TEST_F(PlannerChoicesTest, APutKeepsThemAndANewNetworkHasNone) {
  EXPECT_TRUE(planner.set_mode(network_id(1), ForwardingMode::kAuto));
  EXPECT_TRUE(planner.set_broadcast_rate(network_id(1), 7));
  EXPECT_EQ(answer(planner.put(make_network(1))), "unchanged");
  Network put = make_network(1);
  put.name = "renamed";
  put.mode = ForwardingMode::kReactive;
  put.broadcast_rate = 8;
  EXPECT_EQ(answer(planner.put(put)), "changed");
  EXPECT_EQ(network().name, "renamed");
  EXPECT_EQ(network().mode, ForwardingMode::kAuto);
  EXPECT_EQ(network().broadcast_rate, 7U);
  EXPECT_EQ(answer(planner.erase(network_id(1))), "changed");
  EXPECT_EQ(answer(planner.put(put)), "changed");
  EXPECT_EQ(network().mode, std::nullopt);
  EXPECT_EQ(network().broadcast_rate, std::nullopt);
}

TEST_F(PlannerChoicesTest, ChoicesLeaveRevisionAndNumberAlone) {
  Network revised = make_network(1);
  revised.revision_number = 5;
  EXPECT_TRUE(planner.put(revised));
  const NetworkNumber number = network().number;
  EXPECT_TRUE(planner.set_mode(network_id(1), ForwardingMode::kProactive));
  EXPECT_EQ(network().revision_number, 5U);
  EXPECT_EQ(network().number, number);
}

TEST(PlannerSettings, AreOneChangeThatIsTakenBackLikeAnyOther) {
  Topology topology(make_pool());
  Planner planner(topology);
  EXPECT_EQ(answer(planner.put(Settings{})), "unchanged");
  EXPECT_EQ(answer(planner.put(Settings{ForwardingMode::kReactive})), "changed");
  EXPECT_EQ(topology.settings().mode, ForwardingMode::kReactive);
  EXPECT_THAT(planner.finish(), ElementsAre(Change(PutSettings{{ForwardingMode::kReactive}})));
  EXPECT_EQ(topology.settings().mode, std::nullopt);
}

}  // namespace
}  // namespace dcportals::topology
