// A packet-in's bytes in, an ask out: what OVS sends is understood, anything else is refused and never read past its end.
#include "decision/ask.h"

#include <gtest/gtest.h>

#include <random>

#include "openflow/codec.h"

namespace dcportals::decision {
namespace {

openflow::PacketIn packet_in() {
  openflow::PacketIn in;
  in.match.set(openflow::Field::kInPort, openflow::OfPort{7}).set(openflow::Field::kMetadata, 42);
  in.data = Bytes{1, 2, 3, 4, 5};
  in.total_len = 5;
  in.userdata = {static_cast<std::uint8_t>(AskClass::kFlood)};
  return in;
}
Bytes encoded(const openflow::PacketIn& in) { return openflow::encode(in, openflow::Xid{9}); }

TEST(ReadAsk, ReadsWhatTheCodecWrites) {
  const Bytes message = encoded(packet_in());
  const auto ask = read_ask(message);
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->ask_class, AskClass::kFlood);
  EXPECT_EQ(ask->in_port, openflow::OfPort{7});
  EXPECT_EQ(ask->metadata, 42U);
  EXPECT_TRUE(std::ranges::equal(ask->frame, packet_in().data));
  EXPECT_FALSE(ask->truncated);
}

TEST(ReadAsk, SeesThatTheFrameWasCut) {
  openflow::PacketIn in = packet_in();
  in.total_len = 6;
  const auto ask = read_ask(encoded(in));
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->truncated);
}

TEST(ReadAsk, RefusesWhatIsNoAsk) {
  openflow::PacketIn in = packet_in();
  in.userdata = {0};
  EXPECT_FALSE(read_ask(encoded(in))) << "no class";
  in.userdata = {static_cast<std::uint8_t>(kAskClasses)};
  EXPECT_FALSE(read_ask(encoded(in))) << "unknown class";
  in.userdata = {1, 1};
  EXPECT_FALSE(read_ask(encoded(in))) << "more than a class";
  in.userdata = {};
  EXPECT_FALSE(read_ask(encoded(in))) << "a standard packet-in";
  in = packet_in();
  in.match = {};
  EXPECT_FALSE(read_ask(encoded(in))) << "no port";
  EXPECT_FALSE(read_ask(openflow::encode(openflow::EchoRequest{}, openflow::Xid{1})));
}

TEST(ReadAsk, EveryPrefixAndEveryFlippedByteIsSafe) {
  const Bytes message = encoded(packet_in());
  for (std::size_t size = 0; size < message.size(); ++size) {
    const Bytes prefix(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(read_ask(prefix)) << size;
  }
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    Bytes bad = message;
    for (unsigned n = random() % 4 + 1; n > 0; --n) bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    const auto ask = read_ask(bad);
    if (ask) {
      EXPECT_LE(ask->frame.size(), bad.size());
      EXPECT_LT(static_cast<std::size_t>(ask->ask_class), kAskClasses);
    }
  }
}

}  // namespace
}  // namespace dcportals::decision
