// Is a pool of workers for the main thread what one server is, and do packets find their way between workers? Over loopback TCP, with
// real threads.
#include "channel/pool.h"

#include <gmock/gmock.h>

#include <latch>

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

std::uint64_t number_in(const of::PacketOut& out) {
  return load_be<std::uint64_t>(out.data.data());
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
  options_.echo_timeout = 20ms;
  options_.echo_interval = std::chrono::hours(1);
  auto first = bring_up(1);
  ASSERT_TRUE(run_until([&] { return first->count<of::EchoRequest>() == 1; }));
  first->habits.echo = false;
  auto second = make_switch(2, dpid_of(1));
  ASSERT_TRUE(comes_up(*second));
  EXPECT_TRUE(first->lost());
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

TEST_F(PoolTest, PacketInsAreAnsweredOnTheWorker) {
  auto fake = bring_up(1);
  for (int i = 0; i < 200; ++i) fake->send(ask(Ask::kReply));
  ASSERT_TRUE(run_until([&] { return fake->count<of::PacketOut>() == 200; }));
  EXPECT_TRUE(recorder_.messages.empty());
  EXPECT_EQ(script_.packets, 200);
  EXPECT_LT(script_.batch_ends, 100) << "after many packets, not each";
  EXPECT_EQ(stats_of(dpid_of(1)).messages_in[10], 200U);
}

TEST_F(PoolTest, PacketInThatTheHandlerDoesNotWantComesToTheMainThread) {
  auto fake = bring_up(1);
  fake->send(ask(Ask::kDecline));
  of::PacketIn nicira = ask(Ask::kDecline);
  nicira.userdata = {1};
  fake->send(nicira);
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 2; }));
  EXPECT_EQ(std::get<of::PacketIn>(recorder_.messages[1].second.message).userdata, Bytes{1});
  EXPECT_EQ(script_.packets, 2);
}

TEST_F(PoolTest, PacketInsWithoutSenseEndTheConnection) {
  options_.max_bad_messages = 3;
  auto fake = bring_up(1);
  const Bytes bad{of::kVersion13, 10, 0, 12, 0, 0, 0, 0, 1, 2, 3, 4};
  for (int i = 0; i < 4; ++i) fake->send_raw(bad);
  ASSERT_TRUE(run_until([&] { return recorder_.downs.size() == 1; }));
  EXPECT_THAT(recorder_.downs[0].second, HasSubstr("4 bad messages"));
}

TEST_F(PoolTest, WithoutHandlersPacketInsComeToTheMainThread) {
  pool_ = std::make_unique<Pool>(net_.io(), options_, recorder_);
  pool_->listen();
  auto fake = bring_up(1);
  fake->send(ask(Ask::kReply));
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 1; }));
  bool done = false;
  pool_->post_to_all([](PacketHandler&) { FAIL(); }, [&] { done = true; });
  EXPECT_TRUE(run_until([&] { return done; }));
}

// Host 1 asks for flows at hosts on its own worker (4) and on others (2, 3): each answer says that the flow is there.
TEST_F(PoolTest, SendAndBarrierToSwitchesOfAllWorkers) {
  auto asker = bring_up(1);
  std::vector<std::unique_ptr<FakeSwitch>> targets;
  for (int host : {2, 3, 4}) targets.push_back(bring_up(host));
  constexpr std::size_t kRounds = 100;
  for (std::size_t i = 0; i < kRounds; ++i) {
    for (int host : {2, 3, 4}) asker->send(ask(Ask::kSure, dpid_of(host)));
  }
  ASSERT_TRUE(run_until([&] { return asker->count<of::PacketOut>() == 3 * kRounds; }));
  for (const auto& envelope : asker->received()) {
    const auto* out = std::get_if<of::PacketOut>(&envelope.message);
    EXPECT_TRUE(!out || number_in(*out) == 1U);
  }
  for (const auto& target : targets) {
    EXPECT_EQ(target->tables.flows().size(), kRounds);
    EXPECT_LT(target->count<of::BarrierRequest>(), kRounds) << "one for many";
    std::uint16_t last = 0;
    for (const auto& envelope : target->received()) {
      const auto* mod = std::get_if<of::FlowMod>(&envelope.message);
      if (!mod) continue;
      EXPECT_LT(last, mod->priority) << "in order";
      last = mod->priority;
    }
  }
}

TEST_F(PoolTest, BarrierFailsWhenTheSwitchIsNotUpOrGoes) {
  auto asker = bring_up(1);
  const auto answers = [&] { return asker->count<of::PacketOut>(); };
  asker->send(ask(Ask::kSure, dpid_of(9)));
  ASSERT_TRUE(run_until([&] { return answers() == 1; }));
  EXPECT_EQ(number_in(*asker->last<of::PacketOut>()), 0U) << "never seen";

  std::size_t expected = 1;
  for (int host : {2, 4}) {  // another worker, the same
    auto target = bring_up(host);
    target->habits.barrier = false;
    asker->send(ask(Ask::kSure, dpid_of(host)));
    ASSERT_TRUE(run_until([&] { return target->count<of::FlowMod>() == 1 && target->count<of::BarrierRequest>() == 2; }));
    EXPECT_EQ(answers(), expected) << "not yet";
    target->disconnect();
    ASSERT_TRUE(run_until([&] { return answers() == expected + 1; }));
    EXPECT_EQ(number_in(*asker->last<of::PacketOut>()), 0U) << host;
    ++expected;
  }
}

TEST_F(PoolTest, BarrierFailsWhenTheSwitchDoesNotAnswer) {
  options_.request_timeout = 20ms;
  auto asker = bring_up(1);
  auto target = bring_up(2);
  target->habits.barrier = false;
  asker->send(ask(Ask::kSure, dpid_of(2)));
  ASSERT_TRUE(run_until([&] { return asker->count<of::PacketOut>() == 1; }));
  EXPECT_EQ(number_in(*asker->last<of::PacketOut>()), 0U);
  EXPECT_TRUE(pool_->is_up(dpid_of(2)));
}

// A reply with the xid of a barrier that waits to be sent is none.
TEST_F(PoolTest, BarrierCannotBeAnsweredBeforeItIsSent) {
  auto asker = bring_up(1);
  asker->send(ask(Ask::kSure, dpid_of(1)));
  for (std::uint32_t xid = 1; xid < 20; ++xid) asker->send(of::BarrierReply{}, xid);
  ASSERT_TRUE(run_until([&] { return asker->count<of::PacketOut>() == 1; }));
  EXPECT_EQ(number_in(*asker->last<of::PacketOut>()), 1U);
  const auto& received = asker->received();
  EXPECT_TRUE(std::holds_alternative<of::BarrierRequest>(received[received.size() - 2].message)) << "the handler's";
  EXPECT_TRUE(std::holds_alternative<of::PacketOut>(received.back().message));
  EXPECT_EQ(asker->count<of::FlowMod>(), 1U);
  EXPECT_EQ(asker->count<of::BarrierRequest>(), 2U);
}

TEST_F(PoolTest, BarrierFailsWhenItsWorkerHasNotHeardYetThatTheSwitchIsDown) {
  auto asker = bring_up(1);
  auto target = bring_up(2);
  std::latch down(1);
  pool_->post_to_all(
      [&](PacketHandler& handler) {
        auto& scripted = dynamic_cast<ScriptedHandler&>(handler);
        if (!scripted.switches.contains(dpid_of(1))) return;
        down.wait();
        scripted.outlet().barrier(dpid_of(2), dpid_of(1).value());
      },
      [] {});
  target->disconnect();
  const bool went = run_net_until([&] { return script_.downs == 1; });
  down.count_down();
  ASSERT_TRUE(went);
  ASSERT_TRUE(run_until([&] { return asker->count<of::PacketOut>() == 1; }));
  EXPECT_EQ(number_in(*asker->last<of::PacketOut>()), 0U);
}

// Workers send their version to all switches while it changes: after the fence, what the main thread says comes last.
TEST_F(PoolTest, FenceComesAfterAllThatWorkersSaidBefore) {
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= 4; ++host) fakes.push_back(bring_up(host));
  const auto ask_all = [&] {
    for (auto& fake : fakes) {
      for (int host = 1; host <= 4; ++host) fake->send(ask(Ask::kTell, dpid_of(host)));
    }
  };
  constexpr std::uint64_t kRounds = 50;
  std::uint64_t round = 0;
  std::function<void()> next = [&] {
    for (int host = 1; host <= 4; ++host) pool_->send(dpid_of(host), flow(static_cast<std::uint16_t>(round)));
    if (++round > kRounds) return;
    ask_all();
    pool_->post_to_all([round](PacketHandler& handler) { dynamic_cast<ScriptedHandler&>(handler).version = round; }, next);
    ask_all();
  };
  next();
  ASSERT_TRUE(run_until([&] {
    return std::ranges::all_of(fakes, [&](auto& fake) { return fake->template count<of::FlowMod>() == kRounds + 1; });
  }));
  for (const auto& fake : fakes) {
    std::uint64_t fenced = 0;
    std::size_t told = 0;
    for (const auto& envelope : fake->received()) {
      if (const auto* mod = std::get_if<of::FlowMod>(&envelope.message)) fenced = mod->priority;
      const auto* out = std::get_if<of::PacketOut>(&envelope.message);
      if (!out) continue;
      ++told;
      EXPECT_GE(number_in(*out), fenced) << "an old decision after the fence";
    }
    EXPECT_GT(told, 0U);
  }
}

// The same for what the fence's own task sends. The workers are stopped before and behind it, so that nothing else hands it over.
TEST_F(PoolTest, FenceComesAfterWhatItsTaskSends) {
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= 3; ++host) fakes.push_back(bring_up(host));
  std::latch begin(1);
  std::latch fenced(1);
  pool_->post_to_all([&](PacketHandler&) { begin.wait(); }, [] {});
  pool_->post_to_all(
      [](PacketHandler& handler) {
        for (int host = 1; host <= 3; ++host) dynamic_cast<ScriptedHandler&>(handler).packet_out(dpid_of(host), 1, 8);
      },
      [&] {
        for (int host = 1; host <= 3; ++host) pool_->send(dpid_of(host), flow(1));
        fenced.count_down();
      });
  pool_->post_to_all([&](PacketHandler&) { fenced.wait(); }, [] {});
  begin.count_down();
  ASSERT_TRUE(run_until([&] {
    return std::ranges::all_of(
        fakes, [](auto& fake) { return fake->template count<of::FlowMod>() == 1 && fake->template count<of::PacketOut>() == 3; });
  }));
  for (const auto& fake : fakes) EXPECT_TRUE(std::holds_alternative<of::FlowMod>(fake->received().back().message));
}

TEST_F(PoolTest, TasksFromWorkerToWorkerFollowWhatWasSent) {
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= 3; ++host) fakes.push_back(bring_up(host));
  int back = 0;
  pool_->post_to_all(
      [&](PacketHandler& handler) {
        auto& from = dynamic_cast<ScriptedHandler&>(handler);
        const std::size_t to = (from.outlet().worker() + 1) % 3;
        for (int host = 1; host <= 3; ++host) from.packet_out(dpid_of(host), 1, 8);
        from.outlet().post(to, [&](PacketHandler& neighbour) {
          auto& other = dynamic_cast<ScriptedHandler&>(neighbour);
          for (Dpid dpid : other.switches) other.packet_out(dpid, 2, 8);
          other.outlet().post_to_main([&] { ++back; });
        });
      },
      [] {});
  ASSERT_TRUE(run_until([&] {
    return back == 3 && std::ranges::all_of(fakes, [](auto& fake) { return fake->template count<of::PacketOut>() == 4; });
  }));
  for (const auto& fake : fakes) {
    std::size_t ones = 0;
    bool neighbour_was_first = true;
    for (const auto& envelope : fake->received()) {
      const auto* out = std::get_if<of::PacketOut>(&envelope.message);
      if (!out) continue;
      if (number_in(*out) == 1) ++ones;
      if (number_in(*out) == 2) neighbour_was_first = ones == 0;
    }
    EXPECT_EQ(ones, 3U);
    EXPECT_FALSE(neighbour_was_first) << "the neighbour's own message overtook what was sent here before it";
  }
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

// Nor is a worker that is busy.
TEST_F(PoolTest, SwitchThatCausesMoreMailThanAWorkerTakesIsHeldBack) {
  script_.bulk = 60'000;
  auto asker = bring_up(1);
  auto target = bring_up(2);
  std::latch release(1);
  bool done = false;
  std::size_t busy = 0;
  pool_->post_to_all(
      [&](PacketHandler& handler) {
        auto& scripted = dynamic_cast<ScriptedHandler&>(handler);
        if (scripted.switches.contains(dpid_of(2))) release.wait();
      },
      [&] { done = true; });
  constexpr int kAsks = 600;  // 36 MB; a switch's own queue would take 64
  for (int i = 0; i < kAsks; ++i) asker->send(ask(Ask::kTell, dpid_of(2)));
  const int enough = (8 << 20) / 60'000;
  const bool reached = run_net_until([&] { return script_.packets >= enough; });
  for (int i = 0; i < 5; ++i) {  // time to read more
    pool_->request(dpid_of(1), of::BarrierRequest{}, [&](RequestResult) {});
    pool_->send(dpid_of(1), of::BarrierRequest{});
    if (!run_until([&] { return asker->count<of::BarrierRequest>() > busy; })) break;
    busy = asker->count<of::BarrierRequest>();
  }
  const int packets = script_.packets;
  release.count_down();
  EXPECT_TRUE(reached);
  EXPECT_LT(packets, enough + 200) << "held back";
  ASSERT_TRUE(run_until([&] { return target->count<of::PacketOut>() == kAsks; }));
  EXPECT_TRUE(done);
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

// Everything at once, for the thread sanitizer to look at: switches come, ask, and go.
TEST_F(PoolTest, SwitchesComeAndGoWhileOthersAskForThem) {
  listen();
  constexpr int kHosts = 12;
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (int host = 1; host <= kHosts; ++host) fakes.push_back(make_switch(host));
  std::size_t answered = 0;
  std::size_t asked = 0;
  for (int round = 0; round < 10; ++round) {
    for (auto& fake : fakes) {
      if (!fake->connected()) fake->connect(pool_->port());
    }
    ASSERT_TRUE(run_until([&] { return pool_->switches().size() == kHosts; }));
    for (auto& fake : fakes) {
      for (int host = 1; host <= kHosts; ++host) fake->send(ask(host % 2 == 0 ? Ask::kSure : Ask::kTell, dpid_of(host)));
    }
    for (int host = 1; host <= kHosts; ++host) {
      ++asked;
      pool_->request(dpid_of(host), of::FlowStatsRequest{}, [&](RequestResult) { ++answered; });
    }
    ASSERT_TRUE(run_net_until([&] { return static_cast<std::size_t>(script_.packets) >= fakes.size(); }));
    script_.packets = 0;
    for (std::size_t i = static_cast<std::size_t>(round) % 3; i < fakes.size(); i += 3) fakes[i]->disconnect();
    ASSERT_TRUE(run_until([&] { return recorder_.downs.size() == static_cast<std::size_t>(round + 1) * (kHosts / 3); }));
  }
  EXPECT_TRUE(run_until([&] { return answered == asked; }));
}

}  // namespace
}  // namespace dcportals::channel
