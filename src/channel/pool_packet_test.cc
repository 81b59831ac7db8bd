// Are packet-ins dealt with where they are read, and do answers find their way between workers, in order? Over loopback TCP, with real
// threads.
#include "channel/pool.h"

#include <gmock/gmock.h>

#include <latch>

#include "channel/pool_fixture.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using testing::HasSubstr;
using namespace std::chrono_literals;

of::FlowMod flow(std::uint16_t priority) {
  of::FlowMod mod;
  mod.priority = priority;
  return mod;
}

// Where in what the switch received the last message of a kind is.
template <class M>
std::size_t last_of(const FakeSwitch& fake) {
  std::size_t place = fake.received().size();
  while (place > 0 && !std::holds_alternative<M>(fake.received()[place - 1].message)) --place;
  return place;
}

class PoolPacketTest : public PoolTest {};

std::uint64_t number_in(const of::PacketOut& out) {
  return load_be<std::uint64_t>(out.data.data());
}

TEST_F(PoolPacketTest, PacketInsAreAnsweredOnTheWorker) {
  auto fake = bring_up(1);
  for (int i = 0; i < 200; ++i) fake->send(ask(Ask::kReply));
  ASSERT_TRUE(run_until([&] { return fake->count<of::PacketOut>() == 200; }));
  EXPECT_TRUE(recorder_.messages.empty());
  EXPECT_EQ(script_.packets, 200);
  EXPECT_LT(script_.batch_ends, 100) << "after many packets, not each";
  EXPECT_EQ(stats_of(dpid_of(1)).messages_in[10], 200U);
}

TEST_F(PoolPacketTest, PacketInThatTheHandlerDoesNotWantComesToTheMainThread) {
  auto fake = bring_up(1);
  fake->send(ask(Ask::kDecline));
  of::PacketIn nicira = ask(Ask::kDecline);
  nicira.userdata = {1};
  fake->send(nicira);
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 2; }));
  EXPECT_EQ(std::get<of::PacketIn>(recorder_.messages[1].second.message).userdata, Bytes{1});
  EXPECT_EQ(script_.packets, 2);
}

TEST_F(PoolPacketTest, PacketInsWithoutSenseEndTheConnection) {
  options_.max_bad_messages = 3;
  auto fake = bring_up(1);
  const Bytes bad{of::kVersion13, 10, 0, 12, 0, 0, 0, 0, 1, 2, 3, 4};
  for (int i = 0; i < 4; ++i) fake->send_raw(bad);
  ASSERT_TRUE(run_until([&] { return recorder_.downs.size() == 1; }));
  EXPECT_THAT(recorder_.downs[0].second, HasSubstr("4 bad messages"));
}

TEST_F(PoolPacketTest, WithoutHandlersPacketInsComeToTheMainThread) {
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
TEST_F(PoolPacketTest, SendAndBarrierToSwitchesOfAllWorkers) {
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

TEST_F(PoolPacketTest, BarrierFailsWhenTheSwitchIsNotUpOrGoes) {
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

TEST_F(PoolPacketTest, BarrierFailsWhenTheSwitchDoesNotAnswer) {
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
TEST_F(PoolPacketTest, BarrierCannotBeAnsweredBeforeItIsSent) {
  auto asker = bring_up(1);
  Bytes bytes = of::encode(ask(Ask::kSure, dpid_of(1)), of::Xid(0));
  for (std::uint32_t xid = 1; xid < 20; ++xid) of::encode(of::BarrierReply{}, of::Xid(xid), bytes);
  asker->send_raw(bytes);  // for one turn
  ASSERT_TRUE(run_until([&] { return asker->count<of::PacketOut>() == 1; }));
  EXPECT_EQ(number_in(*asker->last<of::PacketOut>()), 1U);
  EXPECT_GT(last_of<of::PacketOut>(*asker), last_of<of::BarrierRequest>(*asker));
  EXPECT_EQ(asker->count<of::FlowMod>(), 1U);
  EXPECT_EQ(asker->count<of::BarrierRequest>(), 2U);
}

TEST_F(PoolPacketTest, BarrierFailsWhenItsWorkerHasNotHeardYetThatTheSwitchIsDown) {
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
TEST_F(PoolPacketTest, FenceComesAfterAllThatWorkersSaidBefore) {
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
TEST_F(PoolPacketTest, FenceComesAfterWhatItsTaskSends) {
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

TEST_F(PoolPacketTest, TasksFromWorkerToWorkerFollowWhatWasSent) {
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

// Nor is a worker that is busy.
TEST_F(PoolPacketTest, SwitchThatCausesMoreMailThanAWorkerTakesIsHeldBack) {
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

// Everything at once, for the thread sanitizer to look at: switches come, ask, and go.
TEST_F(PoolPacketTest, SwitchesComeAndGoWhileOthersAskForThem) {
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
