// Are dead switches found in time, and never live ones? And does the token bucket let through what it should?
#include "channel/keep_alive.h"

#include <gtest/gtest.h>

namespace dcportals::channel {
namespace {

using namespace std::chrono_literals;
using Action = KeepAlive::Action;

const TimePoint kStart = TimePoint{} + 1h;

TEST(KeepAlive, EchoesAtTheInterval) {
  KeepAlive alive(5s, 10s);
  alive.start(kStart);
  ASSERT_EQ(alive.tick(kStart), Action::kSendEcho);
  (void)alive.make_echo(kStart);
  alive.heard();
  EXPECT_EQ(alive.next(), kStart + 5s);
  EXPECT_EQ(alive.tick(kStart + 4s), Action::kNothing);
  EXPECT_EQ(alive.tick(kStart + 5s), Action::kSendEcho);
}

TEST(KeepAlive, SilenceAfterAnEchoIsDeath) {
  KeepAlive alive(5s, 10s);
  alive.start(kStart);
  for (auto t : {0s, 5s}) {
    ASSERT_EQ(alive.tick(kStart + t), Action::kSendEcho);
    (void)alive.make_echo(kStart + t);
  }
  EXPECT_EQ(alive.next(), kStart + 10s);
  EXPECT_EQ(alive.tick(kStart + 10s), Action::kDead) << "counted from the first echo that nothing followed";
}

TEST(KeepAlive, AnyByteIsASignOfLife) {
  KeepAlive alive(5s, 10s);
  alive.start(kStart);
  (void)alive.make_echo(kStart);
  alive.heard();
  (void)alive.make_echo(kStart + 5s);
  EXPECT_NE(alive.tick(kStart + 14s), Action::kDead);
  EXPECT_EQ(alive.tick(kStart + 15s), Action::kDead);
}

TEST(KeepAlive, OurOwnLatenessIsNotTheSwitchsFault) {
  KeepAlive alive(1h, 10s);
  alive.start(kStart);
  (void)alive.make_echo(kStart);
  EXPECT_EQ(alive.tick(kStart + 60s), Action::kSendEcho) << "we slept for a minute: ask again, now and not in an hour";
  (void)alive.make_echo(kStart + 60s);
  EXPECT_EQ(alive.next(), kStart + 70s);
  EXPECT_EQ(alive.tick(kStart + 70s), Action::kDead);
}

TEST(KeepAlive, ProbeAsksAtOnce) {
  KeepAlive alive(5s, 10s);
  alive.start(kStart);
  (void)alive.make_echo(kStart);
  alive.heard();
  alive.probe(kStart + 1s);
  EXPECT_EQ(alive.tick(kStart + 1s), Action::kSendEcho);
}

TEST(KeepAlive, RoundTripIsOfTheLastEchoOnly) {
  KeepAlive alive(5s, 10s);
  alive.start(kStart);
  const Bytes first = alive.make_echo(kStart);
  const Bytes second = alive.make_echo(kStart + 5s);
  alive.on_reply(first, kStart + 6s);
  alive.on_reply(Bytes{1, 2, 3}, kStart + 6s);
  EXPECT_EQ(alive.round_trip(), std::nullopt);
  alive.on_reply(second, kStart + 5s + 300us);
  EXPECT_EQ(alive.round_trip(), 300us);
}

TEST(TokenBucket, BurstThenRate) {
  TokenBucket bucket(10, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(kStart));
  EXPECT_FALSE(bucket.take(kStart));
  EXPECT_EQ(bucket.wait_for(1, kStart), 100ms);
  EXPECT_EQ(bucket.wait_for(100, kStart), 300ms) << "no longer than until it is full";
  EXPECT_TRUE(bucket.take(kStart + 101ms));
  EXPECT_FALSE(bucket.take(kStart + 102ms));
}

}  // namespace
}  // namespace dcportals::channel
