// Does each state take what it may and refuse the rest, and is the version agreed on as the specification says?
#include "channel/handshake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dcportals::channel {
namespace {

namespace of = openflow;
using testing::HasSubstr;

TEST(Negotiation, BitmapDecidesWhenThereIsOne) {
  EXPECT_EQ(negotiate_version({.version = 4, .versions = {1, 4}}), 4);
  EXPECT_EQ(negotiate_version({.version = 6, .versions = {1, 4, 5, 6}}), 4);
  EXPECT_EQ(negotiate_version({.version = 6, .versions = {1, 5, 6}}), std::nullopt);
  EXPECT_EQ(negotiate_version({.version = 4, .versions = {1}}), std::nullopt);
}

TEST(Negotiation, LowerHeaderVersionWithoutABitmap) {
  EXPECT_EQ(negotiate_version({.version = 4, .versions = {}}), 4);
  EXPECT_EQ(negotiate_version({.version = 6, .versions = {}}), 4);
  EXPECT_EQ(negotiate_version({.version = 1, .versions = {}}), std::nullopt);
  EXPECT_EQ(negotiate_version({.version = 3, .versions = {}}), std::nullopt);
}

TEST(Handshake, GoodPath) {
  HandshakeStep step = handshake_step(State::kAwaitingHello, of::Hello{});
  EXPECT_EQ(step.next, State::kAwaitingFeatures);
  ASSERT_EQ(step.send.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<of::FeaturesRequest>(step.send[0]));

  step = handshake_step(step.next, of::FeaturesReply{});
  EXPECT_EQ(step.next, State::kAwaitingBarrier);
  ASSERT_EQ(step.send.size(), 2U);
  EXPECT_EQ(std::get<of::SetConfig>(step.send[0]).config.miss_send_len, 0xffff);
  EXPECT_TRUE(std::holds_alternative<of::BarrierRequest>(step.send[1]));

  step = handshake_step(step.next, of::BarrierReply{});
  EXPECT_EQ(step.next, State::kUp);
  EXPECT_TRUE(step.send.empty());
}

TEST(Handshake, IncompatibleVersionIsAnsweredReadably) {
  const HandshakeStep step = handshake_step(State::kAwaitingHello, of::Hello{.version = 1, .versions = {}});
  EXPECT_EQ(step.next, State::kClosing);
  ASSERT_EQ(step.send.size(), 1U);
  const auto& error = std::get<of::ErrorMessage>(step.send[0]);
  EXPECT_EQ(error.type, 0);
  EXPECT_EQ(error.code, 0);
  EXPECT_EQ(std::string(error.data.begin(), error.data.end()), "dcportals speaks OpenFlow 1.3 only; this switch offers 1.0");
}

TEST(Handshake, OnlyAHelloMayComeFirst) {
  for (const of::Message& message :
       {of::Message(of::FeaturesReply{}), of::Message(of::EchoRequest{}), of::Message(of::PacketIn{})}) {
    EXPECT_EQ(handshake_step(State::kAwaitingHello, message).next, State::kClosing);
  }
}

TEST(Handshake, SecondHelloIsRefused) {
  for (State state : {State::kAwaitingFeatures, State::kAwaitingBarrier}) {
    EXPECT_EQ(handshake_step(state, of::Hello{}).next, State::kClosing) << to_string(state);
  }
}

TEST(Handshake, AuxiliaryConnectionIsRefused) {
  const HandshakeStep step = handshake_step(State::kAwaitingFeatures, of::FeaturesReply{.dpid = Dpid(1), .auxiliary_id = 1});
  EXPECT_EQ(step.next, State::kClosing);
  EXPECT_THAT(step.refusal, HasSubstr("auxiliary"));
}

TEST(Handshake, ErrorsEndItInEveryState) {
  const std::string text = "only 1.0\nhere";
  const of::ErrorMessage error{0, 0, std::nullopt, Bytes(text.begin(), text.end())};
  for (State state : {State::kAwaitingHello, State::kAwaitingFeatures, State::kAwaitingBarrier}) {
    const HandshakeStep step = handshake_step(state, error);
    EXPECT_EQ(step.next, State::kClosing) << to_string(state);
    EXPECT_THAT(step.refusal, HasSubstr("only 1.0.here")) << "words of a peer, cleaned for the log";
  }
}

TEST(Handshake, UnaskedMessagesAreWaitedOut) {
  for (State state : {State::kAwaitingFeatures, State::kAwaitingBarrier}) {
    const HandshakeStep step = handshake_step(state, of::PortStatus{});
    EXPECT_EQ(step.next, state);
    EXPECT_TRUE(step.send.empty());
  }
  EXPECT_EQ(handshake_step(State::kAwaitingFeatures, of::BarrierReply{}).next, State::kAwaitingFeatures);
  EXPECT_EQ(handshake_step(State::kAwaitingBarrier, of::FeaturesReply{}).next, State::kAwaitingBarrier);
}

TEST(Handshake, StatesHaveNames) {
  EXPECT_STREQ(to_string(State::kAwaitingHello), "awaiting_hello");
  EXPECT_STREQ(to_string(State::kClosed), "closed");
}

}  // namespace
}  // namespace dcportals::channel
