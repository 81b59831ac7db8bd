// Does the inbox cut the stream where messages end, however it is dealt in pieces, and does the outbox keep order and bound?
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "channel/inbox.h"
#include "channel/outbox.h"

namespace dcportals::channel {
namespace {

Bytes message_of(std::size_t size, std::uint8_t fill) {
  Bytes bytes(size, fill);
  bytes[0] = openflow::kVersion13;
  store_be(bytes.data() + 2, static_cast<std::uint16_t>(size));
  return bytes;
}

// As much of `bytes` as there is space for; how much that was.
std::size_t feed(Inbox& inbox, ByteSpan bytes) {
  const auto space = inbox.space();
  EXPECT_FALSE(space.empty());
  const std::size_t count = std::min(space.size(), bytes.size());
  std::copy_n(bytes.begin(), count, space.begin());
  inbox.received(count);
  return count;
}

TEST(Inbox, CutsAStreamDealtInRandomPieces) {
  std::mt19937 random(1);  // NOLINT: the same every time
  std::vector<Bytes> sent;
  Bytes stream;
  for (int i = 0; i < 500; ++i) {
    const std::size_t size = i % 50 == 0 ? openflow::kMaxMessageSize : 8 + random() % 3000;
    sent.push_back(message_of(size, static_cast<std::uint8_t>(i)));
    stream.insert(stream.end(), sent.back().begin(), sent.back().end());
  }
  Inbox inbox;
  std::vector<Bytes> received;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t piece = std::min<std::size_t>(1 + random() % 20000, stream.size() - at);
    at += feed(inbox, ByteSpan(stream).subspan(at, piece));
    for (;;) {
      const auto frame = inbox.next();
      ASSERT_TRUE(frame);
      if (frame->empty()) break;
      received.emplace_back(frame->begin(), frame->end());
    }
  }
  EXPECT_EQ(received, sent);
  EXPECT_TRUE(inbox.waiting().empty());
}

TEST(Inbox, HoldsNoMoreThanOneMessage) {
  Inbox inbox;
  const Bytes big = message_of(openflow::kMaxMessageSize, 0);
  std::size_t at = 0;
  while (at < big.size()) {
    at += feed(inbox, ByteSpan(big).subspan(at));
    (void)inbox.next();
  }
  EXPECT_LE(inbox.waiting().size() + inbox.space().size(), openflow::kMaxMessageSize);
}

// Who sends much at once is read in larger pieces.
TEST(Inbox, GrowsWhenAReadFillsIt) {
  Inbox inbox;
  const std::size_t small = inbox.space().size();
  inbox.received(small - 1);
  inbox.clear();
  EXPECT_EQ(inbox.space().size(), small);
  inbox.received(small);
  inbox.clear();
  EXPECT_GT(inbox.space().size(), small);
}

TEST(Inbox, ALengthThatCannotBe) {
  for (int length : {0, 1, 7}) {
    Inbox inbox;
    Bytes bytes = message_of(8, 0);
    store_be(bytes.data() + 2, static_cast<std::uint16_t>(length));
    feed(inbox, bytes);
    EXPECT_FALSE(inbox.next()) << length;
  }
}

TEST(Outbox, GathersWhatIsQueuedWhileWriting) {
  Outbox box(1000);
  ASSERT_TRUE(box.push(Bytes{1, 2, 3}));
  EXPECT_EQ(box.front().size(), 3U);
  ASSERT_TRUE(box.push(Bytes{4}));
  ASSERT_TRUE(box.push(Bytes{5, 6}));
  EXPECT_EQ(box.front().size(), 3U) << "what is being written does not move";
  box.written(2);
  EXPECT_EQ(box.size(), 4U);
  EXPECT_EQ(box.front()[0], 3);
  box.written(1);
  const ByteSpan gathered = box.front();
  EXPECT_EQ(Bytes(gathered.begin(), gathered.end()), (Bytes{4, 5, 6}));
  box.written(3);
  EXPECT_TRUE(box.front().empty());
  EXPECT_EQ(box.size(), 0U);
}

TEST(Outbox, IsBounded) {
  Outbox box(10);
  EXPECT_TRUE(box.push(Bytes(6)));
  EXPECT_FALSE(box.push(Bytes(5)));
  EXPECT_EQ(box.size(), 6U);
  EXPECT_EQ(box.front().size(), 6U);
  EXPECT_FALSE(box.push(Bytes(5))) << "what is being written counts";
  box.written(1);
  EXPECT_TRUE(box.push(Bytes(5)));
}

}  // namespace
}  // namespace dcportals::channel
