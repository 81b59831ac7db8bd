// Is every switch that is turned away named with its reason, until it is mended or tries no more?
#include "daemon/refused_switches.h"

#include <gtest/gtest.h>

namespace dcportals::daemon {
namespace {

using openflow::Dpid;
using Time = controller::Clock::time_point;

class RefusedSwitchesTest : public ::testing::Test {
 protected:
  void refuse(Dpid dpid, const std::string& reason) {
    switches.on_up(dpid, "192.0.2.12:40000");
    switches.on_named(dpid, "hv1");
    switches.on_refused(dpid, reason, now);
    switches.on_down(dpid);
  }

  RefusedSwitches switches;
  Time now{};
};

TEST_F(RefusedSwitchesTest, AreNamedWithTheirReasonUntilTheyAreAccepted) {
  refuse(Dpid{1}, "no");
  ASSERT_EQ(switches.all().size(), 1U);
  const RefusedSwitch& entry = switches.all().at(Dpid{1});
  EXPECT_EQ(entry.name, "hv1");
  EXPECT_EQ(entry.peer, "192.0.2.12:40000");
  EXPECT_EQ(entry.reason, "no");
  switches.on_up(Dpid{1}, "192.0.2.12:40001");
  EXPECT_EQ(switches.all().size(), 1U) << "not yet";
  switches.on_accepted(Dpid{1});
  EXPECT_TRUE(switches.all().empty());
}

TEST_F(RefusedSwitchesTest, TheLastReasonCounts) {
  refuse(Dpid{1}, "first");
  refuse(Dpid{1}, "second");
  EXPECT_EQ(switches.all().at(Dpid{1}).reason, "second");
}

TEST_F(RefusedSwitchesTest, AreForgottenWhenTheyTryNoMore) {
  refuse(Dpid{1}, "no");
  now += RefusedSwitches::kPatience / 2;
  refuse(Dpid{2}, "no");
  now += RefusedSwitches::kPatience / 2;
  switches.on_tick(now);
  EXPECT_FALSE(switches.all().contains(Dpid{1}));
  EXPECT_TRUE(switches.all().contains(Dpid{2}));
}

TEST_F(RefusedSwitchesTest, AreBoundedAndTheOldestGoes) {
  for (std::uint64_t number = 1; number <= RefusedSwitches::kMost + 1; ++number) {
    refuse(Dpid{1000 - number}, "no");
    now += std::chrono::milliseconds(1);
  }
  EXPECT_EQ(switches.all().size(), RefusedSwitches::kMost);
  EXPECT_FALSE(switches.all().contains(Dpid{999}));
}

TEST_F(RefusedSwitchesTest, WhoIsNotConnectedIsNotRefused) {
  switches.on_refused(Dpid{1}, "late", now);
  EXPECT_TRUE(switches.all().empty());
}

}  // namespace
}  // namespace dcportals::daemon
