// Are decisions counted on real workers, and added up over all of them, by the port that asked?
#include "daemon/decision_counts.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "channel/server_fixture.h"
#include "daemon/decision_worker.h"
#include "daemon/drops.h"
#include "decision/test_world.h"

namespace dcportals::daemon {
namespace {

using decision::AskClass;
using decision::Kind;
using decision::kUplink;
using decision::of_port;
using decision::TwoNetworks;
using pipeline::DropReason;

class DecisionCountsTest : public ::testing::Test {
 protected:
  DecisionCountsTest() {
    channel::Options options;
    options.listen_endpoint = "127.0.0.1:0";
    options.workers = 2;
    pool_ = std::make_unique<channel::Pool>(loop_.io(), options, recorder_, [this](channel::Outlet& outlet) {
      return std::make_unique<DecisionWorker>(outlet, world_.policy, world_.from_scratch());
    });
    pool_->listen();
  }
  ~DecisionCountsTest() override { pool_.reset(); }

  // Switches 1 and 2 are on different workers (Pool: neighbouring addresses).
  std::unique_ptr<channel::FakeSwitch> bring_up(unsigned host) {
    auto fake = std::make_unique<channel::FakeSwitch>(loop_.io(), Dpid{host});
    fake->set_address("127.0.0." + std::to_string(host));
    fake->connect(pool_->port());
    EXPECT_TRUE(loop_.run_until([&] { return pool_->is_up(Dpid{host}); }));
    return fake;
  }
  void ask_arp(channel::FakeSwitch& fake, unsigned port, Ipv4Address target) {
    const Bytes frame = packet::build_arp_request(TwoNetworks::vm(port), target);
    fake.send_raw(decision::packet_in(AskClass::kArp, of_port(port), world_.metadata(port / 10), frame));
  }
  [[nodiscard]] bool is_answered(const channel::FakeSwitch& fake, std::size_t times) {
    return loop_.run_until([&] { return fake.count<openflow::PacketOut>() == times; });
  }
  DecisionCounts gather(std::set<Dpid> switches) {
    std::optional<DecisionCounts> counts;
    gather_decisions(*pool_, std::move(switches), [&](const DecisionCounts& all) { counts = all; });
    EXPECT_FALSE(counts) << "never from within the call";
    EXPECT_TRUE(loop_.run_until([&] { return counts.has_value(); }));
    return counts.value_or(DecisionCounts{});
  }

  static constexpr Ipv4Address kNobody{0x0a00004d};
  TwoNetworks world_;
  channel::TestLoop loop_;
  channel::Recorder recorder_;
  std::unique_ptr<channel::Pool> pool_;
};

TEST_F(DecisionCountsTest, AreThoseOfAllWorkersBySwitchAndPort) {
  const auto first = bring_up(1), second = bring_up(2);
  ask_arp(*first, 11, kNobody);  // a port's packets are decided in order: the answer says that this one is too
  ask_arp(*first, 11, TwoNetworks::vm(12).ip);
  ask_arp(*first, 13, TwoNetworks::vm(12).ip);
  ask_arp(*second, 12, kNobody);
  ask_arp(*second, 12, kNobody);
  ask_arp(*second, 12, TwoNetworks::vm(11).ip);
  ASSERT_TRUE(is_answered(*first, 2) && is_answered(*second, 1));

  const DecisionCounts both = gather({Dpid{1}, Dpid{2}});
  EXPECT_EQ(both.totals.of(Kind::kArpReply), 3U);
  EXPECT_EQ(both.totals.of(Kind::kDrop), 3U);
  EXPECT_EQ(both.totals.of(DropReason::kArpUnknownTarget), 3U);
  EXPECT_EQ(both.of(Dpid{1}).of(Kind::kArpReply), 2U);
  EXPECT_EQ(both.of(Dpid{1}).of(Kind::kDrop), 1U);
  EXPECT_EQ(both.of(Dpid{2}).of(DropReason::kArpUnknownTarget), 2U);
  EXPECT_EQ(both.by_port.at(Dpid{1}).at(of_port(11)).of(Kind::kDrop), 1U);
  EXPECT_EQ(both.by_port.at(Dpid{1}).at(of_port(13)).of(Kind::kDrop), 0U);

  const DecisionCounts one = gather({Dpid{2}});
  EXPECT_EQ(one.totals.of(Kind::kArpReply), 3U) << "of all switches, whichever were asked for";
  EXPECT_FALSE(one.by_port.contains(Dpid{1}));
  EXPECT_EQ(one.of(Dpid{1}).of(Kind::kArpReply), 0U);
}

TEST_F(DecisionCountsTest, TheWireHasAPlaceOfItsOwn) {
  const auto fake = bring_up(1);
  const Bytes frame = packet::build_icmp_echo(decision::endpoint("02:00:00:00:00:09", "240.9.9.9"), world_.on_wire(11, 1), 1, {});
  fake->send_raw(decision::packet_in(AskClass::kWire, kUplink, std::nullopt, frame));
  ask_arp(*fake, 11, TwoNetworks::vm(12).ip);
  ASSERT_TRUE(is_answered(*fake, 1));
  // Whatever was read with the other packet or before it has been decided when the answer leaves.
  EXPECT_EQ(gather({Dpid{1}}).by_port.at(Dpid{1}).at(decision::kFromWire).of(DropReason::kUnknownWireSource), 1U);
}

TEST(DecisionJson, HasEveryKindAndDropsOnlyWhatThereIs) {
  decision::Counters counters;
  counters.count(Kind::kRemote);
  counters.count_drop(DropReason::kUnknownDestination);
  counters.count_drop(decision::OwnReason::kRateLimited);
  counters.count_drop(decision::OwnReason::kRateLimited);
  EXPECT_EQ(boost::json::serialize(decisions_json(counters)),
            R"({"arp_reply":0,"local":0,"remote":1,"restore":0,"broadcast":0,"external":0,"drop":3})");
  boost::json::array drops;
  for_each_controller_drop(counters, [&](boost::json::object drop) { drops.push_back(std::move(drop)); });
  EXPECT_EQ(boost::json::serialize(drops), R"([{"reason":"unknown_destination","packets":1,"where":"controller"},)"
                                           R"({"reason":"rate_limited","packets":2,"where":"controller"}])");
}

}  // namespace
}  // namespace dcportals::daemon
