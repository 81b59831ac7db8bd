// Is a pool of workers for the main thread what one server is? Over loopback TCP, with real threads.
#include "channel/pool.h"

#include <gmock/gmock.h>

#include "channel/pool_fixture.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

of::FlowMod flow(std::uint16_t priority, std::uint8_t table = 0) {
  of::FlowMod mod;
  mod.priority = priority;
  mod.table_id = of::TableId(table);
  return mod;
}

TEST_F(PoolTest, NeedsAWorker) {
  options_.workers = 0;
  EXPECT_THROW(listen(), std::invalid_argument);
}

TEST_F(PoolTest, SwitchesAreDealtOutByTheirAddresses) {
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= 12; ++host) fakes.push_back(bring_up(host));
  EXPECT_EQ(recorder_.ups.size(), 12U);
  EXPECT_THAT(recorder_.ups[4].peer, HasSubstr("127.0.0.5:"));
  EXPECT_EQ(recorder_.ups[4].features, fakes[4]->features);
  EXPECT_EQ(pool_->switches().size(), 12U);
  EXPECT_TRUE(std::ranges::is_sorted(pool_->switches()));

  std::vector<std::set<Dpid>> owned(3);
  bool done = false;
  pool_->post_to_all(
      [&](PacketHandler& handler) {
        auto& scripted = dynamic_cast<ScriptedHandler&>(handler);
        owned[scripted.outlet().worker()] = scripted.switches;
      },
      [&] { done = true; });
  EXPECT_FALSE(done) << "never from within the call";
  ASSERT_TRUE(run_until([&] { return done; }));
  for (const auto& switches : owned) EXPECT_EQ(switches.size(), 4U);

  const PoolStats counted = stats();
  EXPECT_EQ(counted.server.connections, 12U);
  EXPECT_EQ(counted.server.switches_up, 12U);
  EXPECT_EQ(counted.switches.size(), 12U);
}

TEST_F(PoolTest, SendsInOrderAndErrorsComeByTheirXid) {
  auto fake = bring_up(1);
  for (std::uint16_t i = 0; i < 1000; ++i) EXPECT_TRUE(pool_->send(dpid_of(1), flow(i)));
  const auto bad = pool_->send(dpid_of(1), flow(2, 255));
  EXPECT_FALSE(pool_->send(dpid_of(2), flow(1))) << "no such switch";
  of::PacketOut huge;
  huge.data = Bytes(70'000);
  EXPECT_FALSE(pool_->send(dpid_of(1), huge));
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 1; }));
  EXPECT_EQ(recorder_.messages[0].second.xid, bad);
  std::uint16_t next = 0;
  for (const auto& envelope : fake->received()) {
    const auto* mod = std::get_if<of::FlowMod>(&envelope.message);
    if (mod && mod->table_id == of::TableId(0)) {
      EXPECT_EQ(mod->priority, next++);
    }
  }
  EXPECT_EQ(next, 1000);
  EXPECT_EQ(stats_of(dpid_of(1)).flow_mods_out, 1001U);
}

TEST_F(PoolTest, RequestsAndBundlesOnAllWorkers) {
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= 6; ++host) fakes.push_back(bring_up(host));
  int applied = 0;
  int answered = 0;
  for (int host = 1; host <= 6; ++host) {
    pool_->apply_bundle(dpid_of(host), {flow(1), flow(2), flow(3)}, [&, host](BundleResult r) {
      EXPECT_TRUE(r.has_value());
      ++applied;
      pool_->request(dpid_of(host), of::FlowStatsRequest{}, [&](RequestResult flows) {
        ASSERT_TRUE(flows.has_value());
        EXPECT_EQ(std::get<of::FlowStatsReply>(flows->front()).flows.size(), 3U);
        ++answered;
      });
    });
  }
  ASSERT_TRUE(run_until([&] { return answered == 6; }));
  EXPECT_EQ(applied, 6);
}

TEST_F(PoolTest, NoSuchSwitch) {
  listen();
  std::vector<std::string> results;
  pool_->request(dpid_of(1), of::BarrierRequest{}, [&](RequestResult r) { results.emplace_back(to_string(r.error().code)); });
  pool_->apply_bundle(dpid_of(1), {flow(1)}, [&](BundleResult r) { results.emplace_back(to_string(r.error().code)); });
  pool_->stats(dpid_of(1), [&](std::optional<SwitchStats> s) { results.emplace_back(s ? "stats" : "none"); });
  EXPECT_TRUE(results.empty()) << "never from within the call";
  ASSERT_TRUE(run_until([&] { return results.size() == 3; }));
  EXPECT_THAT(results, ElementsAre("no_switch", "no_switch", "none"));
}

TEST_F(PoolTest, RequestsEndBeforeTheSwitchIsDownAndItComesBack) {
  auto fake = bring_up(2);
  fake->habits.multipart = false;
  std::vector<std::string> events;
  recorder_.when_down = [&](Dpid) { events.emplace_back("down"); };
  pool_->request(dpid_of(2), of::FlowStatsRequest{}, [&](RequestResult r) { events.emplace_back(to_string(r.error().code)); });
  ASSERT_TRUE(run_until([&] { return fake->count<of::FlowStatsRequest>() == 1; }));
  fake->disconnect();
  ASSERT_TRUE(run_until([&] { return events.size() == 2; }));
  EXPECT_THAT(events, ElementsAre("disconnected", "down"));
  EXPECT_FALSE(pool_->is_up(dpid_of(2)));
  fake->connect(pool_->port());
  ASSERT_TRUE(run_until([&] { return pool_->is_up(dpid_of(2)); }));
  EXPECT_EQ(script_.ups, 2);
  EXPECT_EQ(script_.downs, 1);
}

TEST_F(PoolTest, NothingIsHeardAfterAClose) {
  auto fake = bring_up(1);
  recorder_.when_message = [&](Dpid dpid, const of::Envelope&) {
    pool_->close(dpid, "enough");
    EXPECT_FALSE(pool_->is_up(dpid));
    EXPECT_FALSE(pool_->send(dpid, flow(1)));
    EXPECT_TRUE(recorder_.downs.empty()) << "never from within the call";
  };
  for (int i = 0; i < 10; ++i) fake->send(of::PortStatus{});
  ASSERT_TRUE(run_until([&] { return !recorder_.downs.empty() && fake->lost(); }));
  EXPECT_EQ(recorder_.downs[0].second, "enough");
  EXPECT_EQ(recorder_.messages.size(), 1U);
}

TEST_F(PoolTest, SwitchThatIsDownAlreadyForItsWorkerOnly) {
  keep_main_apart();
  auto fake = bring_up(1);
  fake->disconnect();
  ASSERT_TRUE(run_net_until([&] { return script_.downs == 1; }));
  ASSERT_TRUE(pool_->is_up(dpid_of(1))) << "for the main thread, which has heard nothing yet";
  EXPECT_TRUE(pool_->send(dpid_of(1), flow(1)));
  std::optional<RequestResult> result;
  pool_->request(dpid_of(1), of::BarrierRequest{}, [&](RequestResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().code, RequestErrorCode::kNoSwitch);
  EXPECT_EQ(recorder_.downs.size(), 1U);
}

TEST_F(PoolTest, ADpidIsUpOnOneWorkerOnly) {
  auto first = bring_up(1);
  auto second = make_switch(2, dpid_of(1));
  second->connect(pool_->port());
  ASSERT_TRUE(run_until([&] { return second->lost(); }));
  EXPECT_TRUE(pool_->is_up(dpid_of(1)));
  EXPECT_EQ(recorder_.ups.size(), 1U);
  EXPECT_EQ(stats().server.refused_duplicate, 1U);

  first->disconnect();
  ASSERT_TRUE(run_until([&] { return recorder_.downs.size() == 1; }));
  ASSERT_TRUE(comes_up(*second));
  EXPECT_THAT(recorder_.ups.back().peer, HasSubstr("127.0.0.2:"));
}

// The switch has moved, and its old connection hangs: the refused one makes us look.
TEST_F(PoolTest, ADeadConnectionOnAnotherWorkerGivesWay) {
  options_.echo_timeout = 500ms;  // longer than a living one waits for a processor
  options_.echo_interval = std::chrono::hours(1);
  auto first = bring_up(1);
  ASSERT_TRUE(run_until([&] { return first->count<of::EchoRequest>() == 1; }));
  first->habits.echo = false;
  auto second = make_switch(2, dpid_of(1));
  ASSERT_TRUE(comes_up(*second));
  EXPECT_TRUE(run_until([&] { return first->lost(); }));
  EXPECT_EQ(recorder_.ups.size(), 2U);
}

TEST_F(PoolTest, ConnectionsAreLimitedInAll) {
  options_.max_connections = 2;
  auto first = bring_up(1);
  auto second = bring_up(2);
  auto third = make_switch(3);
  third->connect(pool_->port());
  ASSERT_TRUE(run_until([&] { return third->lost(); }));
  EXPECT_EQ(stats().server.refused_full, 1U);
  first->disconnect();
  ASSERT_TRUE(run_until([&] { return stats().server.connections == 1; }));
  third->connect(pool_->port());
  EXPECT_TRUE(run_until([&] { return pool_->is_up(dpid_of(3)); }));
}

// A main thread that is busy is not buried in messages.
TEST_F(PoolTest, SwitchThatSendsFasterThanTheMainThreadHandlesIsHeldBack) {
  keep_main_apart();
  auto fake = bring_up(1);
  constexpr int kMessages = 5000;
  for (int i = 0; i < kMessages; ++i) fake->send(ask(Ask::kDecline));
  constexpr int kMost = 4 * Worker::kHandledStep;
  ASSERT_TRUE(run_net_until([&] { return script_.packets == kMost; }));
  // The other switches of that worker go on, and show that it had time to read more.
  pool_->send(dpid_of(1), of::BarrierRequest{});
  ASSERT_TRUE(run_net_until([&] { return fake->count<of::BarrierRequest>() == 2; }));
  EXPECT_EQ(script_.packets, kMost);
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == kMessages; }));
  EXPECT_GT(stats_of(dpid_of(1)).read_pauses, 0U);
}

TEST_F(PoolTest, PausedSwitchIsNotRead) {
  auto fake = bring_up(1);
  pool_->pause_reading(dpid_of(1));
  ASSERT_EQ(stats_of(dpid_of(1)).read_pauses, 1U);
  fake->send(of::PortStatus{});
  auto second = bring_up(4);  // the same worker has time meanwhile
  EXPECT_TRUE(recorder_.messages.empty());
  pool_->resume_reading(dpid_of(1));
  EXPECT_TRUE(run_until([&] { return recorder_.messages.size() == 1; }));
}

TEST_F(PoolTest, StopCallsBackWhatIsOutstanding) {
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= 3; ++host) {
    fakes.push_back(bring_up(host));
    fakes.back()->habits.multipart = fakes.back()->habits.bundles = fakes.back()->habits.barrier = false;
    fakes.back()->send(ask(Ask::kSure, dpid_of(host % 3 + 1)));
  }
  std::vector<std::string> results;
  int fences = 0;
  int counts = 0;
  for (int host = 1; host <= 3; ++host) {
    pool_->request(dpid_of(host), of::FlowStatsRequest{}, [&](RequestResult r) { results.emplace_back(to_string(r.error().code)); });
    pool_->apply_bundle(dpid_of(host), {flow(1)}, [&](BundleResult r) { results.emplace_back(to_string(r.error().code)); });
    of::PacketOut huge;
    huge.data = Bytes(70'000);
    pool_->request(dpid_of(host), huge, [&](RequestResult r) { results.emplace_back(to_string(r.error().code)); });
  }
  pool_->post_to_all([](PacketHandler&) {}, [&] { ++fences; });
  pool_->stats([&](PoolStats) { ++counts; });
  pool_->stats(dpid_of(1), [&](std::optional<SwitchStats>) { ++counts; });
  pool_->stop();
  EXPECT_EQ(std::ranges::count(results, "disconnected"), 6);
  EXPECT_EQ(std::ranges::count(results, "too_large"), 3);
  EXPECT_EQ(results.size(), 9U);
  EXPECT_EQ(fences, 1);
  EXPECT_EQ(counts, 2);
  EXPECT_TRUE(recorder_.downs.empty());
  EXPECT_TRUE(pool_->switches().empty());

  // And what is asked afterwards is answered too.
  pool_->request(dpid_of(1), of::BarrierRequest{}, [&](RequestResult r) { results.emplace_back(to_string(r.error().code)); });
  pool_->post_to_all([](PacketHandler&) {}, [&] { ++fences; });
  pool_->stats([&](PoolStats) { ++counts; });
  ASSERT_TRUE(run_until([&] { return results.size() == 10 && fences == 2 && counts == 3; }));
  EXPECT_EQ(results.back(), "no_switch");
  ASSERT_TRUE(run_until([&] { return std::ranges::all_of(fakes, [](auto& fake) { return fake->lost(); }); }));
  EXPECT_TRUE(recorder_.messages.empty());
}

TEST_F(PoolTest, MayBeDestroyedFromWithinAMessage) {
  auto fake = bring_up(1);
  bool called_back = false;
  fake->habits.multipart = false;
  recorder_.when_message = [&](Dpid, const of::Envelope&) { pool_.reset(); };
  pool_->request(dpid_of(1), of::FlowStatsRequest{}, [&](RequestResult r) {
    called_back = true;
    EXPECT_EQ(r.error().code, RequestErrorCode::kDisconnected);
  });
  for (int i = 0; i < 10; ++i) fake->send(of::PortStatus{});
  ASSERT_TRUE(run_until([&] { return fake->lost(); }));
  EXPECT_TRUE(called_back);
  EXPECT_EQ(recorder_.messages.size(), 1U);
  EXPECT_TRUE(recorder_.downs.empty());
}

}  // namespace
}  // namespace dcportals::channel
