// Does a real Open vSwitch do what the fake one says it does? Skipped unless DCPORTALS_REAL_SWITCH_PORT names a port to listen
// on, to which a bridge without flows is told to connect:
//   ovs-vsctl set bridge BR protocols=OpenFlow13 fail_mode=secure -- set-controller BR tcp:127.0.0.1:PORT
#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "channel/server_fixture.h"
#include "openflow/field.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using namespace std::chrono_literals;

of::FlowMod flow(std::uint32_t number, std::uint8_t table = 0) {
  of::FlowMod mod;
  mod.table_id = of::TableId(table);
  mod.priority = 100;
  mod.match.set(of::Field::kEthType, of::FieldValue{of::kEthTypeIpv4}).set(of::Field::kIpv4Dst, Ipv4Address(0x0a000000 + number));
  mod.instructions.apply = {of::Output{of::kPortInPort}};
  return mod;
}

class RealSwitchTest : public ServerTest {
 protected:
  void SetUp() override {
    const char* port = std::getenv("DCPORTALS_REAL_SWITCH_PORT");
    if (!port) GTEST_SKIP() << "no real switch";
    options_.listen_endpoint = std::string("127.0.0.1:") + port;
    options_.echo_interval = 100ms;
    listen();
    ASSERT_TRUE(run_until([&] { return !recorder_.ups.empty(); })) << "no switch has come";
    dpid_ = recorder_.ups[0].dpid;
    ASSERT_TRUE(apply({delete_all()}).has_value());
  }

  static of::FlowMod delete_all() {
    of::FlowMod mod;
    mod.command = of::FlowModCommand::kDelete;
    mod.table_id = of::kTableAll;
    return mod;
  }
  BundleResult apply(std::vector<of::Message> messages) {
    std::optional<BundleResult> result;
    server_->apply_bundle(dpid_, std::move(messages), [&](BundleResult r) { result = std::move(r); });
    EXPECT_TRUE(run_until([&] { return result.has_value(); }));
    return *result;
  }
  RequestResult ask(const of::Message& message) {
    std::optional<RequestResult> result;
    server_->request(dpid_, message, [&](RequestResult r) { result = std::move(r); });
    EXPECT_TRUE(run_until([&] { return result.has_value(); }));
    return *result;
  }
  std::size_t flow_count() {
    std::size_t count = 0;
    const RequestResult parts = ask(of::FlowStatsRequest{});
    EXPECT_TRUE(parts.has_value());
    for (const auto& part : *parts) count += std::get<of::FlowStatsReply>(part).flows.size();
    return count;
  }

  Dpid dpid_;
};

TEST_F(RealSwitchTest, IntroducesItselfAndAnswersEchoes) {
  EXPECT_GT(recorder_.ups[0].features.n_tables, 200);
  const RequestResult description = ask(of::DescriptionRequest{});
  ASSERT_TRUE(description.has_value());
  EXPECT_EQ(std::get<of::DescriptionReply>(description->at(0)).hardware, "Open vSwitch");
  EXPECT_TRUE(ask(of::PortDescriptionRequest{}).has_value());
  const RequestResult config = ask(of::GetConfigRequest{});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(std::get<of::GetConfigReply>(config->at(0)).config.miss_send_len, 0xffff);
  ASSERT_TRUE(run_until([&] { return server_->stats(dpid_)->echo_round_trip.has_value(); }));
}

TEST_F(RealSwitchTest, FiveThousandFlowsInOneBundle) {
  std::vector<of::Message> messages;
  for (std::uint32_t i = 0; i < 5000; ++i) messages.emplace_back(flow(i));
  const auto begin = std::chrono::steady_clock::now();
  const BundleResult result = apply(std::move(messages));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
  ASSERT_TRUE(result.has_value()) << result.error().text;
  std::cout << "5000 flows in one bundle: " << took.count() << " ms\n";
  EXPECT_EQ(flow_count(), 5000U);
}

TEST_F(RealSwitchTest, MessageRefusedWhenAddedLeavesNothing) {
  const BundleResult result = apply({flow(1), flow(2), flow(3, 255), flow(4)});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, BundleErrorCode::kRefused);
  EXPECT_EQ(result.error().index, 2U);
  EXPECT_EQ(result.error().error->type, 5) << "OFPET_FLOW_MOD_FAILED";
  EXPECT_EQ(flow_count(), 0U);
}

TEST_F(RealSwitchTest, MessageRefusedByTheCommitLeavesNothing) {
  of::FlowMod to_no_group = flow(2);
  to_no_group.instructions.apply = {of::GroupAction{of::GroupId(4711)}};
  const BundleResult result = apply({flow(1), to_no_group, flow(3)});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, BundleErrorCode::kRefused);
  EXPECT_EQ(result.error().index, 1U);
  EXPECT_EQ(flow_count(), 0U);
}

TEST_F(RealSwitchTest, GroupsAndMetersWithTheFlowsThatNeedThem) {
  of::GroupMod group;
  group.group_id = of::GroupId(5);
  group.buckets.resize(2);
  for (auto& bucket : group.buckets) bucket.actions = {of::Output{of::kPortInPort}};
  of::MeterMod meter;
  meter.meter_id = of::MeterId(5);
  meter.flags = of::kMeterPktps;
  meter.bands = {{of::MeterBand::Type::kDrop, 100, 0, 0}};
  of::FlowMod user = flow(1);
  user.instructions.meter = of::MeterId(5);
  user.instructions.apply = {of::GroupAction{of::GroupId(5)}};
  const BundleResult added = apply({meter, group, user});
  ASSERT_TRUE(added.has_value()) << added.error().text;
  EXPECT_EQ(flow_count(), 1U);

  meter.command = of::MeterModCommand::kDelete;
  group.command = of::GroupModCommand::kDelete;
  group.buckets.clear();
  const BundleResult removed = apply({delete_all(), group, meter});
  ASSERT_TRUE(removed.has_value()) << removed.error().text;
  EXPECT_EQ(flow_count(), 0U);
  EXPECT_TRUE(apply({[&] {
                meter.command = of::MeterModCommand::kDelete;
                return meter;
              }()})
                  .has_value())
      << "meters alone, an empty bundle";
}

TEST_F(RealSwitchTest, SingleFlowModIsRefusedByItsXid) {
  EXPECT_TRUE(ask(flow(1)).has_value());
  const RequestResult refused = ask(flow(1, 255));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, RequestErrorCode::kRefused);
  const auto xid = server_->send(dpid_, flow(1, 255));
  ASSERT_TRUE(run_until([&] { return !recorder_.messages.empty(); }));
  EXPECT_EQ(recorder_.messages[0].second.xid, xid);
}

}  // namespace
}  // namespace dcportals::channel
