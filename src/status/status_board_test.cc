// The status board over the real controller with emulated switches: what Neutron is told, and what it is spared.
#include "status/status_board.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "testing/simulation.h"

namespace dcportals::status {
namespace {

using namespace dcportals::testing;
using namespace std::chrono_literals;
using topology::HostName;
using topology::PortId;

constexpr auto kGrace = 15s;

class StatusBoardTest : public ::testing::Test {
 protected:
  StatusBoardTest() {
    sim.scenario.network(1);
    sim.scenario.port(1, 1, "fa:16:3e:00:00:01", "10.0.0.1");
    sim.scenario.port(2, 1, "fa:16:3e:00:00:02", "10.0.0.2");
    sim.on_changes = [this](const topology::Changes& changes) { board->on_changes(changes); };
    start();
  }
  void start() { board.emplace(sim.scenario.topology, *sim.controller, kGrace, sim.now); }
  void restart() {
    sim.restart_controller();
    start();
  }
  void connect(std::initializer_list<unsigned> hosts) {
    for (const unsigned host : hosts) sim.connect(host);
    settle();
  }
  // Every event is followed by an update, as in the daemon.
  void settle() {
    std::mt19937 random(7);
    while (!sim.idle()) {
      sim.step(random);
      update();
    }
    update();
  }
  void update() { (void)board->update(sim.controller->take_news(), sim.now); }
  void pass(Clock::duration time) {
    sim.now += time;
    sim.tick();
    settle();
  }
  // What a reader learns that has read everything before the last call: "port1: hv1 hv2", "host1: live".
  std::vector<std::string> news() {
    std::vector<std::string> out;
    for (const Status& status : board->since(read_)) out.push_back(text(status));
    read_ = board->sequence();
    return out;
  }
  static std::string text(const Status& status) {
    if (const auto* host = std::get_if<HostStatus>(&status)) return host->name.text + (host->live ? ": live" : ": gone");
    const auto& port = std::get<PortStatus>(status);
    std::string out = port.port_id == port_id(1) ? "port1:" : port.port_id == port_id(2) ? "port2:" : "port:";
    for (const HostName& host : port.wired_hosts) out += ' ' + host.text;
    return out;
  }
  static std::string live(unsigned host) { return host_name(host).text + ": live"; }
  static std::string gone(unsigned host) { return host_name(host).text + ": gone"; }
  static std::string wired(unsigned port, std::initializer_list<unsigned> hosts) {
    std::string out = "port" + std::to_string(port) + ':';
    for (const unsigned host : hosts) out += ' ' + host_name(host).text;
    return out;
  }
  using Texts = std::vector<std::string>;

  Simulation sim{3};
  std::optional<StatusBoard> board;
  Sequence read_ = 0;
};

TEST_F(StatusBoardTest, PluggedAndAcknowledgedIsWiredUnpluggedIsNot) {
  connect({1, 2});
  EXPECT_THAT(news(), ::testing::UnorderedElementsAre(live(1), live(2)));
  sim.plug(1, port_id(1), 2);
  settle();
  EXPECT_EQ(news(), Texts{wired(1, {1})});
  EXPECT_EQ(board->wired_hosts(port_id(1)), std::vector{host_name(1)});
  sim.unplug(1, 2);
  settle();
  EXPECT_EQ(news(), Texts{wired(1, {})});
}

TEST_F(StatusBoardTest, WiredIsSaidOnlyWhenEveryFlowIsAcknowledged) {
  connect({1, 2});
  sim.plug(2, port_id(2), 2);
  settle();
  sim.plug(1, port_id(1), 2);
  std::mt19937 random(3);
  while (!sim.idle()) {
    sim.step(random);
    update();
    const bool said = !board->wired_hosts(port_id(1)).empty();
    EXPECT_LE(said, sim.controller->is_wired(port_id(1)));
  }
  EXPECT_EQ(board->wired_hosts(port_id(1)), std::vector{host_name(1)});
}

TEST_F(StatusBoardTest, OtherPortsOfTheNetworkDoNotDisturb) {
  connect({1, 2});
  sim.plug(1, port_id(1), 2);
  settle();
  (void)news();
  sim.plug(2, port_id(2), 2);
  settle();
  EXPECT_EQ(news(), Texts{wired(2, {2})});
}

TEST_F(StatusBoardTest, AShortAbsenceIsNotToldALongOneIs) {
  connect({1, 2});
  sim.plug(1, port_id(1), 2);
  settle();
  (void)news();
  sim.disconnect(1);
  settle();
  pass(kGrace - 1s);
  connect({1});
  pass(kGrace);
  EXPECT_EQ(news(), Texts{});
  sim.disconnect(1);
  settle();
  pass(kGrace);
  EXPECT_EQ(news(), (Texts{gone(1), wired(1, {})}));
  connect({1});
  EXPECT_EQ(news(), (Texts{live(1), wired(1, {1})}));
}

TEST_F(StatusBoardTest, APortUnpluggedWhileItsSwitchWasAwayIsTold) {
  connect({1});
  sim.plug(1, port_id(1), 2);
  settle();
  (void)news();
  sim.disconnect(1);
  sim.unplug(1, 2);
  connect({1});
  EXPECT_EQ(news(), Texts{wired(1, {})});
}

TEST_F(StatusBoardTest, AfterARestartNothingIsSaidThatIsNotKnown) {
  connect({1, 2});
  sim.plug(1, port_id(1), 2);
  sim.plug(2, port_id(2), 2);
  settle();
  restart();
  EXPECT_TRUE(board->all().empty());
  EXPECT_FALSE(board->settled());
  connect({1});
  EXPECT_EQ(news(), (Texts{live(1), wired(1, {1})}));
  pass(kGrace);
  EXPECT_EQ(news(), (Texts{gone(2), wired(2, {})}));
  EXPECT_TRUE(board->settled());
}

TEST_F(StatusBoardTest, APortThatWasNeverPluggedIsKnownAtOnce) {
  EXPECT_EQ(board->all().size(), 2U);
  EXPECT_TRUE(board->settled());
}

TEST_F(StatusBoardTest, TakenDownIsNotWired) {
  connect({1});
  sim.plug(1, port_id(1), 2);
  settle();
  (void)news();
  for (const bool up : {false, true}) {
    sim.transact([&](topology::Planner& planner) {
      topology::Port port = *sim.scenario.topology.port(port_id(1));
      port.admin_state_up = up;
      return planner.put(port);
    });
    settle();
    EXPECT_EQ(news(), Texts{up ? wired(1, {1}) : wired(1, {})});
  }
}

TEST_F(StatusBoardTest, WhileItMigratesAPortIsWiredAtBothEnds) {
  connect({1, 2});
  sim.plug(1, port_id(1), 2);
  settle();
  (void)news();
  sim.plug(2, port_id(1), 5);
  settle();
  EXPECT_EQ(news(), Texts{wired(1, {1, 2})});
  sim.unplug(1, 2);
  settle();
  EXPECT_EQ(news(), Texts{wired(1, {2})});
}

TEST_F(StatusBoardTest, OfManyChangesAReaderLearnsTheLast) {
  connect({1});
  const Sequence before = board->sequence();
  for (int i = 0; i < 5; ++i) {
    sim.plug(1, port_id(1), 2);
    settle();
    if (i == 4) break;
    sim.unplug(1, 2);
    settle();
  }
  const auto since = board->since(before);
  ASSERT_EQ(since.size(), 1U);
  EXPECT_EQ(text(since.front()), wired(1, {1}));
}

TEST_F(StatusBoardTest, ADeletedPortIsForgotten) {
  connect({1});
  sim.plug(1, port_id(1), 2);
  settle();
  sim.transact([](topology::Planner& planner) { return planner.erase(port_id(1)); });
  settle();
  EXPECT_EQ(board->all().size(), 2U) << "the host, and the other port";
  for (const Status& status : board->since(0)) EXPECT_NE(text(status).substr(0, 6), "port1:");
}

// It may have moved to one of the hosts that are still to come.
TEST_F(StatusBoardTest, APortThatMovedWhileTheDaemonWasAwayDoesNotFlap) {
  connect({1, 2});
  sim.plug(1, port_id(1), 2);
  settle();
  restart();
  sim.unplug(1, 2);
  sim.plug(2, port_id(1), 5);
  read_ = 0;
  connect({3});
  EXPECT_EQ(news(), Texts{live(3)}) << "a new host, for which nobody waits";
  connect({1});
  EXPECT_EQ(news(), Texts{live(1)});
  EXPECT_FALSE(board->settled());
  connect({2});
  EXPECT_EQ(news(), (Texts{live(2), wired(1, {2})}));
  EXPECT_TRUE(board->settled());
}

TEST_F(StatusBoardTest, APortUnpluggedWhileTheDaemonWasAwayIsToldWhenNoHostIsAwaited) {
  connect({1, 2});
  sim.plug(1, port_id(1), 2);
  settle();
  restart();
  sim.unplug(1, 2);
  read_ = 0;
  connect({1});
  EXPECT_EQ(news(), Texts{live(1)});
  pass(kGrace);
  EXPECT_THAT(news(), ::testing::UnorderedElementsAre(gone(2), wired(1, {})));
  EXPECT_TRUE(board->settled());
}

// A reader that has it as live would have it so for ever.
TEST_F(StatusBoardTest, AHostDeletedWithinItsGraceIsGone) {
  connect({1, 2});
  (void)news();
  sim.disconnect(2);
  settle();
  sim.transact([](topology::Planner& planner) { return planner.erase(host_name(2)); });
  settle();
  EXPECT_EQ(news(), Texts{gone(2)});
  pass(kGrace);
  EXPECT_EQ(news(), Texts{});
  connect({2});
  EXPECT_EQ(news(), Texts{live(2)});
}

// Whatever happens in whatever order, once all is quiet the board says what the controller says, and a reader knows it who asked now and then.
TEST_F(StatusBoardTest, RandomHistoriesEndInTheTruth) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    std::map<std::string, std::string> reader;  // what it heard last of each object
    const auto hear = [&](const std::vector<Status>& statuses) {
      for (const Status& status : statuses) {
        const std::string what = text(status);
        reader[what.substr(0, what.find(':'))] = what;
      }
      read_ = board->sequence();
    };
    hear(board->all());
    const auto any = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    for (int n = 0; n < 40; ++n) {
      const unsigned host = 1 + any(3);
      const unsigned port = 1 + any(2);
      switch (any(8)) {
        case 0:
          sim.connect(host);
          break;
        case 1:
          sim.disconnect(host);
          break;
        case 2:
          sim.plug(host, port_id(port), port + 1);
          break;
        case 3:
          if (sim.ports(host).contains(openflow::OfPort{port + 1})) sim.unplug(host, port + 1);
          break;
        case 4:
          sim.now += std::chrono::seconds(any(20));
          break;
        case 5:
          sim.transact([&](topology::Planner& planner) { return planner.erase(port_id(port)); });
          break;
        case 6: {
          topology::Port made = Scenario::make_port(port, 1, "fa:16:3e:00:00:00", {fmt::format("10.0.0.{}", port)});
          made.mac_address = MacAddress(0xfa163e000000 + port);
          made.admin_state_up = any(3) != 0;
          sim.transact([&](topology::Planner& planner) { return planner.put(made); });
          break;
        }
        default:
          if (any(8) != 0) break;
          restart();
          hear(board->all());
      }
      for (unsigned steps = any(12); steps > 0 && !sim.idle(); --steps) {
        sim.step(random);
        update();
      }
      update();
      if (any(10) == 0) hear(board->since(read_));
    }
    settle();
    pass(kGrace);
    pass(kGrace);
    hear(board->since(read_));
    for (const Status& status : board->all()) {
      const std::string what = text(status);
      EXPECT_EQ(reader[what.substr(0, what.find(':'))], what) << "seed " << seed;
    }
    EXPECT_TRUE(board->settled()) << "seed " << seed;
    for (const PortId& id : {port_id(1), port_id(2)}) {
      std::vector<HostName> truth;
      for (unsigned host = 1; host <= 3; ++host) {
        const topology::Port* port = sim.scenario.topology.port(id);
        if (port != nullptr && port->admin_state_up && sim.controller->is_wired(id, host_name(host))) truth.push_back(host_name(host));
      }
      EXPECT_EQ(board->wired_hosts(id), truth) << "seed " << seed << ", " << id.to_string();
    }
  }
}

}  // namespace
}  // namespace dcportals::status
