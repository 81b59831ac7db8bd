// The controller with emulated switches: what is installed, in which order, and after which accidents.
#include "controller/controller.h"

#include <gtest/gtest.h>

#include "packet/build.h"
#include "pipeline/cookie.h"
#include "testing/simulation.h"

namespace dcportals::controller {
namespace {

using namespace dcportals::testing;
using openflow::OfPort;

const packet::Endpoint kVm1{*MacAddress::parse("fa:16:3e:00:00:01"), *Ipv4Address::parse("10.0.0.1")};
const packet::Endpoint kVm2{*MacAddress::parse("fa:16:3e:00:00:02"), *Ipv4Address::parse("10.0.0.2")};
const Bytes kEcho = packet::build_icmp_echo(kVm1, kVm2, 1, {});

class ControllerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sim.scenario.network(1);
    sim.scenario.port(1, 1, "fa:16:3e:00:00:01", "10.0.0.1");
    sim.scenario.port(2, 1, "fa:16:3e:00:00:02", "10.0.0.2");
    sim.plug(1, port_id(1), 2);
    sim.plug(2, port_id(2), 2);
  }
  void connect_all() {
    sim.connect(1);
    sim.connect(2);
    sim.settle();
  }
  void expect_installed_is_desired() {
    for (unsigned host : {1U, 2U}) {
      const flowtable::SwitchTables desired(sim.controller->desired_entries(host_name(host)));
      EXPECT_EQ(sim.fabric.hosts[host_name(host)].table, desired) << "host " << host;
    }
  }
  std::size_t echo_deliveries() { return sim.fabric.send(host_name(1), OfPort{2}, kEcho).deliveries.size(); }

  Simulation sim{2};
};

TEST_F(ControllerTest, ConnectedSwitchesGetTheirFlowsAndPass) {
  connect_all();
  expect_installed_is_desired();
  EXPECT_EQ(echo_deliveries(), 1U);
  EXPECT_TRUE(sim.controller->is_synced(host_name(1)));
  EXPECT_TRUE(sim.controller->is_wired(port_id(2)));
}

TEST_F(ControllerTest, ReconnectWithRightFlowsSendsNothing) {
  connect_all();
  const std::size_t before = sim.flow_mods;
  sim.disconnect(1);
  sim.connect(1);
  sim.settle();
  EXPECT_EQ(sim.flow_mods, before);
}

TEST_F(ControllerTest, RestartedControllerSendsNothingAndTrafficNeverStops) {
  connect_all();
  const std::size_t before = sim.flow_mods;
  sim.restart_controller();
  EXPECT_EQ(echo_deliveries(), 1U);
  sim.connect(2);
  sim.settle();
  EXPECT_EQ(echo_deliveries(), 1U) << "host 1 has not come back yet, its ports are where they were";
  sim.connect(1);
  sim.settle();
  EXPECT_EQ(sim.flow_mods, before);
}

TEST_F(ControllerTest, SwitchThatLostItsFlowsIsWholeAgain) {
  connect_all();
  sim.disconnect(2);
  sim.fabric.hosts[host_name(2)].table = {};
  EXPECT_EQ(echo_deliveries(), 0U);
  sim.connect(2);
  sim.settle();
  expect_installed_is_desired();
  EXPECT_EQ(echo_deliveries(), 1U);
}

TEST_F(ControllerTest, ForeignFlowsAreRemoved) {
  openflow::Flow foreign;
  foreign.key.table = openflow::TableId{0};
  foreign.key.priority = 65535;
  foreign.instructions.apply.push_back(openflow::Output{openflow::kPortNormal});
  sim.fabric.hosts[host_name(1)].table.put(foreign);
  connect_all();
  expect_installed_is_desired();
}

TEST_F(ControllerTest, PortThatMovesWhileTheDaemonIsDown) {
  connect_all();
  sim.restart_controller();
  sim.unplug(2, 2);
  sim.plug(1, port_id(2), 7);
  connect_all();
  expect_installed_is_desired();
  const auto passage = sim.fabric.send(host_name(1), OfPort{2}, kEcho);
  ASSERT_EQ(passage.deliveries.size(), 1U);
  EXPECT_EQ(passage.deliveries[0].of_port, OfPort{7});
  EXPECT_TRUE(passage.wire.empty());
}

TEST_F(ControllerTest, PortThatIsPluggedBeforeItIsDescribed) {
  connect_all();
  sim.plug(2, port_id(3), 9);
  sim.settle();
  sim.transact([](topology::Planner& p) { return p.put(Scenario::make_port(3, 1, "fa:16:3e:00:00:03", {"10.0.0.3"})); });
  sim.settle();
  EXPECT_TRUE(sim.controller->is_wired(port_id(3)));
  expect_installed_is_desired();
}

TEST_F(ControllerTest, ARoutersPortIsFoundUnderItsOwnName) {
  connect_all();
  sim.plug(1, port_id(3), 9, "qr-");
  sim.settle();
  sim.transact([](topology::Planner& p) { return p.put(Scenario::make_port(3, 1, "fa:16:3e:00:00:03", {"10.0.0.3"})); });
  sim.settle();
  EXPECT_TRUE(sim.controller->is_wired(port_id(3)));
  sim.unplug(1, 9);
  sim.settle();
  EXPECT_TRUE(sim.scenario.topology.sites_of(port_id(3)).empty());
  sim.plug(2, port_id(3), 9, "qg-");
  sim.settle();
  EXPECT_TRUE(sim.scenario.topology.is_sited(port_id(3), host_name(2)));
  expect_installed_is_desired();
}

TEST_F(ControllerTest, NewOfPortNumberIsFollowed) {
  connect_all();
  sim.unplug(2, 2);
  sim.plug(2, port_id(2), 33);
  sim.settle();
  expect_installed_is_desired();
  EXPECT_EQ(sim.fabric.send(host_name(1), OfPort{2}, kEcho).deliveries.at(0).of_port, OfPort{33});
}

TEST_F(ControllerTest, AChangeCostsWhatItTouches) {
  connect_all();
  const std::size_t before = sim.flow_mods;
  sim.transact([](topology::Planner& p) { return p.put(topology::Network{network_id(1), {"tenant"}, "renamed", {}, {}}); });
  sim.settle();
  EXPECT_EQ(sim.flow_mods, before) << "a name is in no flow";
  auto port = *sim.scenario.topology.port(port_id(2));
  port.fixed_ips = {{subnet_id(1), *parse_ip_address("10.0.0.22")}};
  sim.transact([&](topology::Planner& p) { return p.put(port); });
  sim.settle();
  expect_installed_is_desired();
  EXPECT_LT(sim.flow_mods - before, 35U);
}

// At no moment of a change does a frame go out that its receiver would not understand.
TEST_F(ControllerTest, ASenderNeverUsesAKeyThatItsReceiverDoesNotKnow) {
  connect_all();
  std::size_t crossed = 0;
  const auto step_and_check = [&](std::mt19937& random) {
    while (!sim.idle()) {
      sim.step(random);
      const auto passage = sim.fabric.send(host_name(1), OfPort{2}, kEcho);
      EXPECT_EQ(passage.wire.size(), passage.deliveries.size());
      crossed += passage.wire.size();
    }
  };
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    const topology::Port port = *sim.scenario.topology.port(port_id(2));
    sim.transact([](topology::Planner& p) { return p.erase(port_id(2)); });
    step_and_check(random);
    sim.transact([&](topology::Planner& p) { return p.put(port); });
    step_and_check(random);
  }
  EXPECT_GT(crossed, 100U);
}

TEST_F(ControllerTest, ReleasedKeyRestsUntilEveryHostHasForgottenIt) {
  connect_all();
  const auto key = sim.scenario.topology.keys_of(port_id(2)).at(0).key;
  sim.disconnect(1);
  sim.transact([](topology::Planner& p) { return p.erase(port_id(2)); });
  sim.settle();
  sim.now += std::chrono::hours(1);
  sim.tick();
  EXPECT_NE(sim.scenario.topology.assignment(key), nullptr) << "host 1 may still send to it";
  sim.connect(1);
  sim.settle();
  sim.tick();
  EXPECT_EQ(sim.scenario.topology.assignment(key), nullptr);
}

TEST_F(ControllerTest, SwitchWithoutANameIsRefusedWithAdvice) {
  const auto effects = [&] {
    (void)sim.controller->on_up(Dpid{9});
    return sim.controller->on_introduced(Dpid{9}, {}, {});
  }();
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_NE(std::get<Disconnect>(effects[0]).reason.find("dp-desc"), std::string::npos);
}

TEST_F(ControllerTest, SecondSwitchOfOneNameIsRefused) {
  connect_all();
  (void)sim.controller->on_up(Dpid{9});
  openflow::DescriptionReply description;
  description.datapath = "hv1";
  const auto effects = sim.controller->on_introduced(Dpid{9}, description, {});
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Disconnect>(effects[0]));
}

TEST_F(ControllerTest, ARefusedFlowIsAFaultOfItsPortAndHoldsUpNobody) {
  (void)sim.controller->on_up(Dpid{1});
  openflow::DescriptionReply description;
  description.datapath = "hv1";
  openflow::PortDescription uplink, tap;
  uplink.port_no = OfPort{1};
  uplink.name = "uplink0";
  uplink.hw_addr = host_mac(1);
  tap.port_no = OfPort{2};
  tap.name = sim.scenario.topology.port(port_id(1))->tap_name();
  (void)sim.controller->on_introduced(Dpid{1}, description, {uplink, tap});
  sim.scenario.run([&](topology::Planner& p) { return sim.controller->plan_report(p, Dpid{1}); });
  (void)sim.controller->on_reported(Dpid{1}, std::nullopt);
  const auto effects = sim.controller->on_installed(Dpid{1}, {}, sim.now);
  ASSERT_EQ(effects.size(), 3U) << "a snapshot first, and an announcement";
  ASSERT_TRUE(std::holds_alternative<Publish>(effects[0]));
  const auto& bundle = std::get<SendBundle>(effects[1]);
  const auto is_ports = [](const openflow::Message& message) {
    const auto* mod = std::get_if<openflow::FlowMod>(&message);
    return mod != nullptr && pipeline::parse_cookie(mod->cookie)->owner.kind == pipeline::OwnerKind::kPort;
  };
  const auto owned = static_cast<std::size_t>(std::ranges::find_if(bundle.messages, is_ports) - bundle.messages.begin());
  const auto retry = sim.controller->on_bundle_result(Dpid{1}, bundle.tag, std::unexpected(BundleFailure{owned, "OFPFMFC_TABLE_FULL"}));
  EXPECT_EQ(sim.controller->flow_faults().at(port_id(1)).text, "OFPFMFC_TABLE_FULL");
  EXPECT_FALSE(sim.controller->is_wired(port_id(1)));
  ASSERT_EQ(retry.size(), 1U);
  EXPECT_LT(std::get<SendBundle>(retry[0]).messages.size(), bundle.messages.size());
}

}  // namespace
}  // namespace dcportals::controller
