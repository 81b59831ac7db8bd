// Does a good switch come up, get what is sent to it in order, and have its answers matched? Over loopback TCP.
#include "channel/server.h"

#include <gmock/gmock.h>

#include "channel/server_fixture.h"
#include "channel/transport.h"
#include "channel/xid.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using testing::HasSubstr;
using namespace std::chrono_literals;

of::FlowMod flow(std::uint16_t priority, std::uint8_t table = 0) {
  of::FlowMod mod;
  mod.priority = priority;
  mod.table_id = of::TableId(table);
  return mod;
}

TEST_F(ServerTest, ComesUp) {
  auto fake = bring_up();
  ASSERT_EQ(recorder_.ups.size(), 1U);
  EXPECT_EQ(recorder_.ups[0].dpid, kDpid);
  EXPECT_EQ(recorder_.ups[0].features, fake->features);
  EXPECT_THAT(recorder_.ups[0].peer, HasSubstr("127.0.0.1:"));
  EXPECT_EQ(server_->switches(), std::vector<Dpid>{kDpid});
  ASSERT_NE(fake->last<of::Hello>(), nullptr);
  EXPECT_EQ(fake->last<of::Hello>()->versions, std::vector<std::uint8_t>{of::kVersion13});
  ASSERT_NE(fake->last<of::SetConfig>(), nullptr);
  EXPECT_EQ(fake->last<of::SetConfig>()->config.miss_send_len, 0xffff);
}

TEST_F(ServerTest, SendsInOrderAndCounts) {
  auto fake = bring_up();
  for (std::uint16_t i = 0; i < 1000; ++i) EXPECT_TRUE(server_->send(kDpid, flow(i)));
  ASSERT_TRUE(run_until([&] { return fake->count<of::FlowMod>() == 1000; }));
  std::uint16_t next = 0;
  for (const auto& envelope : fake->received()) {
    if (const auto* mod = std::get_if<of::FlowMod>(&envelope.message)) {
      EXPECT_EQ(mod->priority, next++);
    }
  }
  const SwitchStats stats = server_->stats(kDpid).value();
  EXPECT_EQ(stats.flow_mods_out, 1000U);
  EXPECT_EQ(stats.messages_out[14], 1000U);
  EXPECT_EQ(stats.messages_in[0], 1U);
  EXPECT_GE(stats.bytes_out, 1000U * 56U);
  EXPECT_EQ(stats.send_queue_bytes, 0U);
}

TEST_F(ServerTest, NoSuchSwitch) {
  listen();
  EXPECT_FALSE(server_->send(kDpid, of::BarrierRequest{}));
  EXPECT_FALSE(server_->stats(kDpid));
  std::optional<RequestResult> asked;
  std::optional<BundleResult> applied;
  server_->request(kDpid, of::BarrierRequest{}, [&](RequestResult r) { asked = std::move(r); });
  server_->apply_bundle(kDpid, {flow(1)}, [&](BundleResult r) { applied = std::move(r); });
  EXPECT_FALSE(asked) << "never from within the call";
  ASSERT_TRUE(run_until([&] { return asked && applied; }));
  EXPECT_EQ(asked->error().code, RequestErrorCode::kNoSwitch);
  EXPECT_EQ(applied->error().code, BundleErrorCode::kNoSwitch);
}

TEST_F(ServerTest, HandsOverWhatComesUnasked) {
  auto fake = bring_up();
  of::PacketIn packet;
  packet.data = Bytes(1400, 0xab);
  fake->send(packet);
  fake->send(of::PortStatus{});
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 2; }));
  EXPECT_EQ(std::get<of::PacketIn>(recorder_.messages[0].second.message).data, packet.data);
  EXPECT_TRUE(std::holds_alternative<of::PortStatus>(recorder_.messages[1].second.message));
}

TEST_F(ServerTest, ErrorToASentMessageComesByItsXid) {
  auto fake = bring_up();
  server_->send(kDpid, flow(1));
  const auto bad = server_->send(kDpid, flow(2, 255));
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 1; }));
  EXPECT_EQ(recorder_.messages[0].second.xid, bad);
  EXPECT_EQ(std::get<of::ErrorMessage>(recorder_.messages[0].second.message).code, 2);
}

TEST_F(ServerTest, MultipartAnswerIsCollected) {
  auto fake = bring_up();
  fake->tables.entries_per_part = 10;
  for (std::uint16_t i = 0; i < 95; ++i) ASSERT_FALSE(fake->tables.apply(flow(i)));
  std::optional<RequestResult> result;
  server_->request(kDpid, of::FlowStatsRequest{}, [&](RequestResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  ASSERT_TRUE(result->has_value());
  ASSERT_EQ((*result)->size(), 10U);
  std::size_t flows = 0;
  for (const auto& part : **result) flows += std::get<of::FlowStatsReply>(part).flows.size();
  EXPECT_EQ(flows, 95U);
  EXPECT_EQ(server_->stats(kDpid)->requests_pending, 0U);
}

TEST_F(ServerTest, RequestWithoutAnAnswer) {
  auto fake = bring_up();
  std::vector<RequestResult> results;
  server_->request(kDpid, flow(1), [&](RequestResult r) { results.push_back(std::move(r)); });
  server_->request(kDpid, flow(1, 255), [&](RequestResult r) { results.push_back(std::move(r)); });
  ASSERT_TRUE(run_until([&] { return results.size() == 2; }));
  EXPECT_TRUE(results[0].has_value());
  EXPECT_EQ(results[1].error().code, RequestErrorCode::kRefused);
  EXPECT_EQ(fake->tables.flows().size(), 1U);
}

TEST_F(ServerTest, AppliesABundle) {
  auto fake = bring_up();
  std::vector<of::Message> messages;
  for (std::uint16_t i = 0; i < 5000; ++i) messages.push_back(flow(i));
  std::optional<BundleResult> result;
  server_->apply_bundle(kDpid, std::move(messages), [&](BundleResult r) {
    result = std::move(r);
    EXPECT_EQ(fake->tables.flows().size(), 5000U) << "called back when the switch has it all";
  });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_TRUE(result->has_value());
  EXPECT_EQ(server_->stats(kDpid)->flow_mods_out, 5000U);
  EXPECT_EQ(server_->stats(kDpid)->bundles_committed, 1U);
}

TEST_F(ServerTest, BundleWithABadMessageAppliesNothing) {
  auto fake = bring_up();
  const auto refuse = [](const of::Message& message) -> std::optional<of::ErrorMessage> {
    if (std::get<of::FlowMod>(message).priority != 2) return std::nullopt;
    return of::ErrorMessage{5, 2, std::nullopt, {}};
  };
  for (auto* stage : {&fake->refuse_add, &fake->refuse_commit}) {
    fake->refuse_add = fake->refuse_commit = nullptr;
    *stage = refuse;
    std::optional<BundleResult> result;
    server_->apply_bundle(kDpid, {flow(1), flow(2), flow(3)}, [&](BundleResult r) { result = std::move(r); });
    ASSERT_TRUE(run_until([&] { return result.has_value(); }));
    ASSERT_FALSE(result->has_value());
    EXPECT_EQ(result->error().code, BundleErrorCode::kRefused);
    EXPECT_EQ(result->error().index, 1U);
    EXPECT_TRUE(fake->tables.flows().empty());
    EXPECT_EQ(fake->open_bundles(), 0U);
  }
  EXPECT_EQ(server_->stats(kDpid)->bundles_failed, 2U);
}

TEST_F(ServerTest, EmptyBundleNeedsNoSwitch) {
  auto fake = bring_up();
  std::optional<BundleResult> result;
  server_->apply_bundle(kDpid, {}, [&](BundleResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_TRUE(result->has_value());
  EXPECT_EQ(fake->count<of::BundleControl>(), 0U);
}

TEST_F(ServerTest, MessageThatIsTooLong) {
  auto fake = bring_up();
  of::PacketOut huge;
  huge.data = Bytes(70'000);
  EXPECT_FALSE(server_->send(kDpid, huge));
  std::optional<RequestResult> result;
  server_->request(kDpid, huge, [&](RequestResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().code, RequestErrorCode::kTooLarge);
  EXPECT_TRUE(server_->is_up(kDpid));
}

TEST_F(ServerTest, SendsWhatIsEncodedAlready) {
  auto fake = bring_up();
  Bytes two = of::encode(flow(1), of::Xid(kFirstOutletXid));
  of::encode(flow(2, 255), of::Xid(kFirstOutletXid + 1), two);
  EXPECT_TRUE(server_->send(kDpid, two));
  EXPECT_FALSE(server_->send(Dpid(1), two)) << "no such switch";
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 1; }));
  EXPECT_EQ(recorder_.messages[0].second.xid, of::Xid(kFirstOutletXid + 1));
  EXPECT_EQ(fake->count<of::FlowMod>(), 2U);
  EXPECT_EQ(server_->stats(kDpid)->flow_mods_out, 2U);
  for (int length : {0, 7, 9}) {
    const Bytes bad{of::kVersion13, 20, 0, static_cast<std::uint8_t>(length), 0, 0, 0, 0};
    EXPECT_THROW(server_->send(kDpid, bad), std::invalid_argument);
  }
}

TEST_F(ServerTest, AnswersEchoes) {
  auto fake = bring_up();
  fake->send(of::EchoRequest{Bytes{1, 2, 3}}, 77);
  ASSERT_TRUE(run_until([&] { return fake->last<of::EchoReply>() != nullptr; }));
  EXPECT_EQ(fake->last<of::EchoReply>()->data, (Bytes{1, 2, 3}));
  EXPECT_EQ(fake->received().back().xid, of::Xid(77));
}

TEST_F(ServerTest, KeepsAliveAndMeasures) {
  options_.echo_interval = 5ms;
  auto fake = bring_up();
  ASSERT_TRUE(run_until([&] { return fake->count<of::EchoRequest>() >= 5; }));
  EXPECT_TRUE(server_->is_up(kDpid));
  EXPECT_TRUE(server_->stats(kDpid)->echo_round_trip.has_value());
}

TEST_F(ServerTest, ComesBackAfterALoss) {
  auto fake = bring_up();
  fake->disconnect();
  EXPECT_THAT(reason_down(), HasSubstr("End of file"));
  EXPECT_FALSE(server_->is_up(kDpid));
  fake->connect(server_->port());
  ASSERT_TRUE(run_until([&] { return server_->is_up(kDpid); }));
  EXPECT_EQ(recorder_.ups.size(), 2U);
  EXPECT_EQ(server_->stats().downs, 1U);
}

TEST_F(ServerTest, CloseSendsWhatIsQueuedFirst) {
  auto fake = bring_up();
  server_->send(kDpid, flow(1));
  server_->close(kDpid, "the operator said so");
  EXPECT_FALSE(server_->is_up(kDpid));
  EXPECT_FALSE(server_->send(kDpid, flow(2)));
  EXPECT_TRUE(recorder_.downs.empty()) << "never from within the call";
  EXPECT_EQ(reason_down(), "the operator said so");
  ASSERT_TRUE(run_until([&] { return fake->lost(); }));
  EXPECT_EQ(fake->count<of::FlowMod>(), 1U);
  ASSERT_TRUE(run_until([&] { return server_->stats().connections == 0; }));
}

TEST_F(ServerTest, RequestsEndBeforeTheSwitchIsDown) {
  auto fake = bring_up();
  fake->habits.multipart = false;
  std::vector<std::string> events;
  recorder_.when_down = [&](Dpid) { events.emplace_back("down"); };
  server_->request(kDpid, of::FlowStatsRequest{}, [&](RequestResult r) { events.emplace_back(to_string(r.error().code)); });
  server_->apply_bundle(kDpid, {flow(1)}, [&](BundleResult r) { events.emplace_back(to_string(r.error().code)); });
  fake->disconnect();
  ASSERT_TRUE(run_until([&] { return events.size() == 3; }));
  EXPECT_THAT(events, testing::ElementsAre("disconnected", "disconnected", "down"));
}

TEST_F(ServerTest, HandlerMayDoAnythingFromItsEvents) {
  listen();
  auto first = make_switch();
  recorder_.when_up = [&](Dpid dpid) { server_->send(dpid, flow(1)); };
  recorder_.when_message = [&](Dpid dpid, const of::Envelope&) { server_->close(dpid, "enough"); };
  recorder_.when_down = [&](Dpid dpid) {
    EXPECT_FALSE(server_->send(dpid, flow(2)));
    server_->stop();
  };
  first->connect(server_->port());
  ASSERT_TRUE(run_until([&] { return !recorder_.ups.empty(); }));
  for (int i = 0; i < 10; ++i) first->send(of::PortStatus{});
  EXPECT_EQ(reason_down(), "enough");
  EXPECT_EQ(recorder_.messages.size(), 1U) << "nothing after the close";
}

TEST_F(ServerTest, StopFromWithinAMessage) {
  auto fake = bring_up();
  bool called_back = false;
  recorder_.when_message = [&](Dpid, const of::Envelope&) { server_.reset(); };
  fake->habits.multipart = false;
  server_->request(kDpid, of::FlowStatsRequest{}, [&](RequestResult r) {
    called_back = true;
    EXPECT_EQ(r.error().code, RequestErrorCode::kDisconnected);
  });
  for (int i = 0; i < 3; ++i) fake->send(of::PortStatus{});
  ASSERT_TRUE(run_until([&] { return fake->lost(); }));
  EXPECT_TRUE(called_back);
  EXPECT_TRUE(recorder_.downs.empty());
  EXPECT_EQ(recorder_.messages.size(), 1U);
}

TEST_F(ServerTest, SendingFromTheCallbackOfAnAnswer) {
  auto fake = bring_up();
  int rounds = 0;
  std::function<void(RequestResult)> again = [&](RequestResult r) {
    ASSERT_TRUE(r.has_value());
    if (++rounds < 100) server_->request(kDpid, of::BarrierRequest{}, again);
  };
  server_->request(kDpid, of::BarrierRequest{}, again);
  ASSERT_TRUE(run_until([&] { return rounds == 100; }));
}

TEST(EndpointText, Parses) {
  EXPECT_EQ(parse_endpoint("0.0.0.0:6653").port, 6653);
  EXPECT_EQ(parse_endpoint("[::1]:1").address, "::1");
  for (const char* bad : {"", "6653", "1.2.3.4", "1.2.3.4:", "1.2.3.4:x", "1.2.3.4:65536", "host:1", "::1:6653", "[::1]",
                          "[1.2.3.4:5", "1.2.3.4:-1"}) {
    EXPECT_THROW((void)parse_endpoint(bad), std::invalid_argument) << bad;
  }
}

TEST_F(ServerTest, PortInUseIsAnErrorAtStart) {
  listen();
  options_.listen_endpoint = "127.0.0.1:" + std::to_string(server_->port());
  Server second(loop_.io(), options_, recorder_);
  EXPECT_THROW(second.listen(), std::system_error);
}

}  // namespace
}  // namespace dcportals::channel
