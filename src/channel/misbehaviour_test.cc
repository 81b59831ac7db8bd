// Does the channel stand switches, or anything else that reaches the port, that break every rule? One test a misbehaviour, over
// loopback TCP.
#include <gmock/gmock.h>

#include <random>
#include <string_view>

#include "channel/server_fixture.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using testing::HasSubstr;
using namespace std::chrono_literals;

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

class MisbehaviourTest : public ServerTest {
 protected:
  // A connection that says only what the test says.
  std::unique_ptr<FakeSwitch> mute_switch() {
    if (!server_) listen();
    auto fake = make_switch();
    fake->habits = {.hello = false, .features = false, .barrier = false, .echo = false, .multipart = false, .bundles = false};
    fake->connect(server_->port());
    EXPECT_TRUE(run_until([&] { return fake->count<of::Hello>() == 1; }));
    return fake;
  }
  void expect_refused(const FakeSwitch& fake) {
    EXPECT_TRUE(run_until([&] { return fake.lost(); }));
    EXPECT_TRUE(run_until([&] { return server_->stats().connections == 0; }));
    EXPECT_EQ(server_->stats().handshakes_failed, 1U);
    EXPECT_TRUE(recorder_.ups.empty());
    EXPECT_TRUE(recorder_.downs.empty());
  }
};

TEST_F(MisbehaviourTest, SaysNothing) {
  options_.handshake_timeout = 20ms;
  listen();
  auto fake = mute_switch();
  expect_refused(*fake);
}

TEST_F(MisbehaviourTest, StopsInTheMiddleOfTheHandshake) {
  options_.handshake_timeout = 30ms;
  for (int stage = 0; stage < 2; ++stage) {
    SCOPED_TRACE(stage);
    listen();
    auto fake = make_switch();
    (stage == 0 ? fake->habits.features : fake->habits.barrier) = false;
    fake->connect(server_->port());
    expect_refused(*fake);
  }
}

TEST_F(MisbehaviourTest, SpeaksOldOpenFlowOnly) {
  listen();
  auto fake = make_switch();
  fake->hello = {.version = 1, .versions = {}};
  fake->connect(server_->port());
  expect_refused(*fake);
  ASSERT_NE(fake->last<of::ErrorMessage>(), nullptr) << "told why before the connection is closed";
  EXPECT_EQ(fake->last<of::ErrorMessage>()->type, 0);
  EXPECT_EQ(fake->last<of::ErrorMessage>()->code, 0);
  const Bytes& text = fake->last<of::ErrorMessage>()->data;
  EXPECT_THAT(std::string(text.begin(), text.end()), HasSubstr("OpenFlow 1.3 only"));
}

TEST_F(MisbehaviourTest, NewerSwitchThatOffersOursComesUp) {
  listen();
  auto fake = make_switch();
  fake->hello = {.version = 6, .versions = {1, 4, 5, 6}};
  fake->connect(server_->port());
  EXPECT_TRUE(run_until([&] { return server_->is_up(kDpid); }));
}

TEST_F(MisbehaviourTest, SpeaksSomethingElse) {
  for (std::string_view text :
       {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "SSH-2.0-x\r\n"}) {
    SCOPED_TRACE(text);
    listen();  // the handshake's time is long: refused by what it says, not for being slow
    auto fake = mute_switch();
    fake->send_raw(bytes_of(text));
    expect_refused(*fake);
  }
}

TEST_F(MisbehaviourTest, RandomBytes) {
  std::mt19937 random(7);  // NOLINT: the same every time
  for (int round = 0; round < 50; ++round) {
    listen();
    auto fake = mute_switch();
    Bytes noise(1 + random() % 5000);
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(random());
    noise[0] = of::kVersion13;  // as if
    noise.resize(noise.size() + 65'536);
    fake->send_raw(noise);
    expect_refused(*fake);
  }
}

TEST_F(MisbehaviourTest, FirstMessageIsNotAHello) {
  auto fake = mute_switch();
  fake->send(of::EchoRequest{});
  expect_refused(*fake);
}

TEST_F(MisbehaviourTest, RefusesOurHello) {
  auto fake = mute_switch();
  fake->send(of::ErrorMessage{0, 0, std::nullopt, bytes_of("no")});
  expect_refused(*fake);
}

TEST_F(MisbehaviourTest, AuxiliaryConnection) {
  listen();
  auto fake = make_switch();
  fake->features.auxiliary_id = 1;
  fake->connect(server_->port());
  expect_refused(*fake);
}

TEST_F(MisbehaviourTest, HandshakeInSingleBytes) {
  auto fake = mute_switch();
  Bytes all = of::encode(of::Hello{}, of::Xid(1));
  const auto append = [&](const of::Message& message) {
    const Bytes more = of::encode(message, of::Xid(1));
    all.insert(all.end(), more.begin(), more.end());
  };
  append(of::FeaturesReply{.dpid = kDpid});
  append(of::BarrierReply{});
  append(of::PortStatus{});
  for (std::uint8_t byte : all) {
    fake->send_raw(Bytes{byte});
    loop_.run_ready();
  }
  EXPECT_TRUE(run_until([&] { return recorder_.messages.size() == 1; }));
}

TEST_F(MisbehaviourTest, HalfAMessageAndGone) {
  auto fake = bring_up();
  const Bytes status = of::encode(of::PortStatus{}, of::Xid(1));
  fake->send_raw(ByteSpan(status).first(20));
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->bytes_in >= 20; }));
  loop_.run_ready();
  fake->disconnect();
  EXPECT_THAT(reason_down(), HasSubstr("in the middle of a message"));
  EXPECT_TRUE(recorder_.messages.empty());
}

TEST_F(MisbehaviourTest, LengthShorterThanAHeader) {
  auto fake = bring_up();
  fake->send_raw(Bytes{4, 10, 0, 7, 0, 0, 0, 9, 1, 2, 3});
  EXPECT_EQ(reason_down(), "a message shorter than its header");
  ASSERT_TRUE(run_until([&] { return fake->lost(); }));
  ASSERT_NE(fake->last<of::ErrorMessage>(), nullptr);
  EXPECT_EQ(fake->last<of::ErrorMessage>()->type, 1);
  EXPECT_EQ(fake->last<of::ErrorMessage>()->code, 6) << "OFPBRC_BAD_LEN";
  EXPECT_EQ(fake->received().back().xid, of::Xid(9));
}

TEST_F(MisbehaviourTest, ChangesTheVersion) {
  auto fake = bring_up();
  fake->send_raw(Bytes{1, 2, 0, 8, 0, 0, 0, 9});
  EXPECT_THAT(reason_down(), HasSubstr("ersion"));
  ASSERT_TRUE(run_until([&] { return fake->lost(); }));
  ASSERT_NE(fake->last<of::ErrorMessage>(), nullptr);
  EXPECT_EQ(fake->last<of::ErrorMessage>()->code, 0) << "OFPBRC_BAD_VERSION";
}

TEST_F(MisbehaviourTest, UnknownTypeIsAnsweredAndStood) {
  auto fake = bring_up();
  fake->send_raw(Bytes{4, 99, 0, 8, 0, 0, 0, 9});
  ASSERT_TRUE(run_until([&] { return fake->last<of::ErrorMessage>() != nullptr; }));
  EXPECT_EQ(fake->last<of::ErrorMessage>()->type, 1);
  EXPECT_EQ(fake->last<of::ErrorMessage>()->code, 1) << "OFPBRC_BAD_TYPE";
  EXPECT_EQ(fake->last<of::ErrorMessage>()->data, (Bytes{4, 99, 0, 8, 0, 0, 0, 9}));
  EXPECT_TRUE(server_->is_up(kDpid));
  EXPECT_EQ(server_->stats(kDpid)->bad_messages, 1U);
}

TEST_F(MisbehaviourTest, BadMessagesAreStoodForAWhile) {
  options_.max_bad_messages = 5;
  auto fake = bring_up();
  for (int i = 0; i < 5; ++i) fake->send(of::FlowMod{});
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->bad_messages == 5; }));
  fake->send_raw(Bytes{4, 12, 0, 9, 0, 0, 0, 9, 0});  // a port status without a port
  EXPECT_THAT(reason_down(), HasSubstr("6 bad messages"));
}

TEST_F(MisbehaviourTest, ErrorsAreNeverAnsweredWithErrors) {
  auto fake = bring_up();
  fake->send_raw(Bytes{4, 1, 0, 9, 0, 0, 0, 9, 0});  // an error message without a type
  fake->send(of::BarrierReply{}, 12345);
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->stray_replies == 1; }));
  loop_.run_ready();
  EXPECT_EQ(fake->count<of::ErrorMessage>(), 0U);
  EXPECT_EQ(server_->stats(kDpid)->bad_messages, 1U);
}

TEST_F(MisbehaviourTest, StrayRepliesAreDropped) {
  auto fake = bring_up();
  for (int i = 0; i < 10; ++i) fake->send(of::FlowStatsReply{}, 4711);
  fake->send(of::FeaturesReply{.dpid = Dpid(2)}, 4711);
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->stray_replies == 11; }));
  EXPECT_TRUE(recorder_.messages.empty());
  EXPECT_TRUE(server_->is_up(kDpid));
}

TEST_F(MisbehaviourTest, EndlessMultipartReply) {
  options_.max_reply_bytes = 100'000;
  auto fake = bring_up();
  fake->intercept = [&](const of::Envelope& envelope) {
    if (!std::holds_alternative<of::DescriptionRequest>(envelope.message)) return false;
    of::DescriptionReply part;
    part.more = true;
    for (int i = 0; i < 1000; ++i) fake->send(part, envelope.xid.value());
    return true;
  };
  std::optional<RequestResult> result;
  server_->request(kDpid, of::DescriptionRequest{}, [&](RequestResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().code, RequestErrorCode::kTooLarge);
  EXPECT_TRUE(server_->is_up(kDpid));
}

TEST_F(MisbehaviourTest, NeverAnswersRequests) {
  options_.request_timeout = 20ms;
  options_.bundle_timeout = 20ms;
  auto fake = bring_up();
  fake->habits.multipart = false;
  fake->habits.bundles = false;
  std::optional<RequestResult> asked;
  std::optional<BundleResult> applied;
  server_->request(kDpid, of::FlowStatsRequest{}, [&](RequestResult r) { asked = std::move(r); });
  server_->apply_bundle(kDpid, {of::FlowMod{}}, [&](BundleResult r) { applied = std::move(r); });
  ASSERT_TRUE(run_until([&] { return asked && applied; }));
  EXPECT_EQ(asked->error().code, RequestErrorCode::kTimeout);
  EXPECT_EQ(applied->error().code, BundleErrorCode::kTimeout);
  EXPECT_TRUE(server_->is_up(kDpid));
}

TEST_F(MisbehaviourTest, NeverAnswersTheCommit) {
  options_.bundle_timeout = 20ms;
  auto fake = bring_up();
  fake->intercept = [](const of::Envelope& envelope) {
    const auto* control = std::get_if<of::BundleControl>(&envelope.message);
    return control && control->type == of::BundleControlType::kCommitRequest;
  };
  std::optional<BundleResult> result;
  server_->apply_bundle(kDpid, {of::FlowMod{}}, [&](BundleResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().code, BundleErrorCode::kUnknown);
}

TEST_F(MisbehaviourTest, StopsAnsweringEchoes) {
  options_.echo_interval = 10ms;
  options_.echo_timeout = 300ms;
  auto fake = bring_up();
  fake->habits.echo = false;
  EXPECT_EQ(reason_down(), "no answer to echo requests");
  ASSERT_TRUE(run_until([&] { return fake->lost(); }));
}

TEST_F(MisbehaviourTest, SecondConnectionOfALiveDpid) {
  options_.echo_interval = 1h;
  auto first = bring_up();
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->echo_round_trip.has_value(); }));
  const std::size_t echoes = first->count<of::EchoRequest>();
  auto second = make_switch();
  second->connect(server_->port());
  ASSERT_TRUE(run_until([&] { return second->lost(); }));
  EXPECT_EQ(server_->stats().refused_duplicate, 1U);
  EXPECT_TRUE(server_->is_up(kDpid));
  EXPECT_EQ(recorder_.ups.size(), 1U);
  EXPECT_TRUE(recorder_.downs.empty());
  ASSERT_TRUE(run_until([&] { return first->count<of::EchoRequest>() > echoes; })) << "the first is asked whether it is alive";
  // And still works.
  std::optional<RequestResult> result;
  server_->request(kDpid, of::BarrierRequest{}, [&](RequestResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_TRUE(result->has_value());
}

TEST_F(MisbehaviourTest, HalfDeadFirstConnectionGivesWay) {
  options_.echo_interval = 1h;
  options_.echo_timeout = 500ms;  // longer than a living one waits for a processor
  auto first = bring_up();
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->echo_round_trip.has_value(); }));
  first->habits.echo = false;  // its host lost power, say
  auto second = make_switch();
  second->connect(server_->port());
  ASSERT_TRUE(run_until([&] { return second->lost(); }));
  EXPECT_EQ(reason_down(), "no answer to echo requests");
  second->connect(server_->port());
  ASSERT_TRUE(run_until([&] { return server_->is_up(kDpid); }));
  EXPECT_EQ(recorder_.ups.size(), 2U);
}

TEST_F(MisbehaviourTest, ReadsTooSlowly) {
  options_.max_send_queue_bytes = 1 << 20;
  auto fake = bring_up();
  fake->stop_reading();
  of::PacketOut packet;
  packet.data = Bytes(60'000);
  int sent = 0;
  while (sent < 10'000 && server_->send(kDpid, packet)) {
    ++sent;
    loop_.run_ready();
    ASSERT_LE(server_->stats(kDpid) ? server_->stats(kDpid)->send_queue_bytes : 0, options_.max_send_queue_bytes);
  }
  EXPECT_LT(sent, 10'000);
  EXPECT_THAT(reason_down(), HasSubstr("reads too slowly"));
}

TEST_F(MisbehaviourTest, EchoRequestsWithoutReadingTheReplies) {
  auto fake = bring_up();
  fake->stop_reading();
  of::EchoRequest echo{Bytes(60'000)};
  for (int i = 0; i < 300; ++i) fake->send(echo);  // three times what the kernel takes
  ASSERT_TRUE(run_until([&] { return server_->stats(kDpid)->messages_in[2] == 300; }));
  EXPECT_LT(server_->stats(kDpid)->send_queue_bytes, 2U << 20);
  EXPECT_TRUE(server_->is_up(kDpid));
}

TEST_F(MisbehaviourTest, ReadsNothingAnyMore) {
  options_.send_stall_timeout = 30ms;
  auto fake = bring_up();
  fake->stop_reading();
  of::PacketOut packet;
  packet.data = Bytes(60'000);
  for (int i = 0; i < 300; ++i) server_->send(kDpid, packet);  // more than the kernel's buffers, less than the queue
  EXPECT_THAT(reason_down(), HasSubstr("reads too slowly"));
}

TEST_F(MisbehaviourTest, BundleThatDoesNotFitIsRefusedWhole) {
  options_.max_send_queue_bytes = 100'000;
  auto fake = bring_up();
  std::vector<of::Message> messages(5000, of::FlowMod{});
  std::optional<BundleResult> result;
  server_->apply_bundle(kDpid, std::move(messages), [&](BundleResult r) { result = std::move(r); });
  ASSERT_TRUE(run_until([&] { return result.has_value(); }));
  EXPECT_EQ(result->error().code, BundleErrorCode::kQueueFull);
  EXPECT_TRUE(server_->is_up(kDpid));
  EXPECT_EQ(fake->count<of::BundleControl>(), 0U);
}

TEST_F(MisbehaviourTest, FloodIsHeldBackAndOthersGetTheirTurn) {
  options_.max_messages_per_second = 1000;
  auto flooder = bring_up(Dpid(1));
  auto other = bring_up(Dpid(2));
  of::PacketIn packet;
  packet.data = Bytes(1000);
  for (int i = 0; i < 20'000; ++i) flooder->send(packet);  // 20 MB: 19 s at the allowed rate
  std::optional<RequestResult> result;
  for (int round = 0; round < 20; ++round) {
    result.reset();
    server_->request(Dpid(2), of::BarrierRequest{}, [&](RequestResult r) { result = std::move(r); });
    ASSERT_TRUE(run_until([&] { return result.has_value(); }));
    EXPECT_TRUE(result->has_value());
  }
  ASSERT_TRUE(run_until([&] { return server_->stats(Dpid(1))->read_pauses > 0; }));
  EXPECT_LT(server_->stats(Dpid(1))->bytes_in, 10'000'000U) << "the rest waits with the sender";
  EXPECT_TRUE(server_->is_up(Dpid(1)));
}

TEST_F(MisbehaviourTest, ThrottledSwitchIsNotTakenForDead) {
  options_.max_messages_per_second = 100;
  options_.messages_per_turn = 10;
  options_.echo_interval = 100ms;
  options_.echo_timeout = 1s;  // longer than this process waits for a processor
  auto fake = bring_up();
  for (int i = 0; i < 300; ++i) fake->send(of::PortStatus{});
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 300; }));  // two seconds
  EXPECT_TRUE(recorder_.downs.empty());
}

TEST_F(MisbehaviourTest, PausedByTheHandler) {
  auto fake = bring_up();
  recorder_.when_message = [&](Dpid dpid, const of::Envelope&) {
    if (recorder_.messages.size() == 10) server_->pause_reading(dpid);
  };
  of::PacketIn packet;
  packet.data = Bytes(1000);
  for (int i = 0; i < 10'000; ++i) fake->send(packet);
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 10; }));
  for (int i = 0; i < 100; ++i) loop_.run_ready();
  EXPECT_EQ(recorder_.messages.size(), 10U);
  EXPECT_LT(server_->stats(kDpid)->bytes_in, 100'000U) << "nothing is read meanwhile";
  server_->resume_reading(kDpid);
  EXPECT_EQ(recorder_.messages.size(), 10U) << "never from within the call";
  ASSERT_TRUE(run_until([&] { return recorder_.messages.size() == 10'000; }));
}

TEST_F(MisbehaviourTest, TooManyConnections) {
  options_.max_connections = 3;
  listen();
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (std::uint64_t i = 0; i < 3; ++i) fakes.push_back(bring_up(Dpid(i)));
  auto extra = make_switch(Dpid(99));
  extra->connect(server_->port());
  ASSERT_TRUE(run_until([&] { return extra->lost(); }));
  EXPECT_EQ(server_->stats().refused_full, 1U);
  EXPECT_EQ(server_->stats().connections, 3U);
  fakes.pop_back();
  ASSERT_TRUE(run_until([&] { return server_->stats().connections == 2; }));
  extra->connect(server_->port());
  EXPECT_TRUE(run_until([&] { return server_->is_up(Dpid(99)); })) << "there is room again";
}

}  // namespace
}  // namespace dcportals::channel
