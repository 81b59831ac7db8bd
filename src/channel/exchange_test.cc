// Is every answer given to the one who asked, once, and are requests that end badly told so? Without sockets; time is a number.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/exchange_table.h"
#include "channel/request.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using namespace std::chrono_literals;

const TimePoint kNow = TimePoint{} + 1h;
const of::ErrorMessage kBadTable{5, 2, std::nullopt, {}};

class RequestTest : public testing::Test {
 protected:
  // Returns the xid; the result comes to results_.
  of::Xid ask(const of::Message& message, std::size_t max_bytes = 1000, TimePoint deadline = kNow + 10s) {
    const auto answer = answer_test(message);
    const std::uint32_t count = answer ? 1 : 2;
    const of::Xid xid = table_.allocate(count);
    table_.add(xid, count, std::make_unique<Request>(answer, max_bytes, deadline, [this](RequestResult r) {
                 results_.push_back(std::move(r));
               }));
    return xid;
  }
  bool answer(of::Xid xid, of::Message message, std::uint32_t offset = 0, std::size_t size = 10) {
    of::Envelope envelope{of::Xid(xid.value() + offset), std::move(message)};
    return table_.on_message(envelope, size, kNow);
  }
  [[nodiscard]] RequestErrorCode failure() const { return results_.at(0).error().code; }

  ExchangeTable table_;
  std::vector<RequestResult> results_;
};

TEST_F(RequestTest, OneAnswer) {
  const of::Xid xid = ask(of::DescriptionRequest{});
  EXPECT_TRUE(answer(xid, of::DescriptionReply{}));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0]->size(), 1U);
  EXPECT_FALSE(answer(xid, of::DescriptionReply{})) << "a second answer belongs to nobody";
}

TEST_F(RequestTest, PartsAreCollectedInOrder) {
  const of::Xid xid = ask(of::FlowStatsRequest{});
  for (std::uint16_t part = 0; part < 3; ++part) {
    of::FlowStatsReply reply;
    reply.more = part < 2;
    reply.flows.resize(1);
    reply.flows[0].priority = part;
    EXPECT_TRUE(results_.empty());
    EXPECT_TRUE(answer(xid, reply));
  }
  ASSERT_EQ(results_.size(), 1U);
  ASSERT_EQ(results_[0]->size(), 3U);
  for (std::uint16_t part = 0; part < 3; ++part)
    EXPECT_EQ(std::get<of::FlowStatsReply>((*results_[0])[part]).flows[0].priority, part);
}

TEST_F(RequestTest, EndlessAnswerIsCutOff) {
  const of::Xid xid = ask(of::FlowStatsRequest{}, 100);
  of::FlowStatsReply reply;
  reply.more = true;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(answer(xid, reply));
  EXPECT_TRUE(results_.empty());
  EXPECT_TRUE(answer(xid, reply));
  EXPECT_EQ(failure(), RequestErrorCode::kTooLarge);
  EXPECT_FALSE(answer(xid, reply));
}

TEST_F(RequestTest, AnswersComeInAnyOrder) {
  const of::Xid first = ask(of::DescriptionRequest{});
  const of::Xid second = ask(of::GetConfigRequest{});
  EXPECT_TRUE(answer(second, of::GetConfigReply{}));
  EXPECT_TRUE(answer(first, of::DescriptionReply{}));
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<of::GetConfigReply>(results_[0]->at(0)));
}

TEST_F(RequestTest, ErrorIsTheAnswer) {
  const of::Xid xid = ask(of::FlowStatsRequest{});
  EXPECT_TRUE(answer(xid, kBadTable));
  EXPECT_EQ(failure(), RequestErrorCode::kRefused);
  EXPECT_EQ(results_[0].error().error, kBadTable);
}

TEST_F(RequestTest, AnotherKindOfMessageWithTheXidIsNotTheAnswer) {
  const of::Xid xid = ask(of::DescriptionRequest{});
  EXPECT_FALSE(answer(xid, of::PacketIn{}));
  EXPECT_FALSE(answer(xid, of::BarrierReply{}));
  EXPECT_TRUE(results_.empty());
}

TEST_F(RequestTest, MessageWithoutAnAnswerWaitsForItsBarrier) {
  const of::Xid xid = ask(of::FlowMod{});
  EXPECT_TRUE(answer(xid, of::BarrierReply{}, 1));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_TRUE(results_[0].has_value());
  EXPECT_TRUE(results_[0]->empty());
}

TEST_F(RequestTest, MessageWithoutAnAnswerRefused) {
  const of::Xid xid = ask(of::FlowMod{});
  EXPECT_TRUE(answer(xid, kBadTable));
  EXPECT_TRUE(results_.empty()) << "the barrier's reply is still ours";
  EXPECT_TRUE(answer(xid, of::BarrierReply{}, 1));
  EXPECT_EQ(failure(), RequestErrorCode::kRefused);
}

TEST_F(RequestTest, TimeIsUp) {
  ask(of::BarrierRequest{}, 1000, kNow + 10s);
  ask(of::BarrierRequest{}, 1000, kNow + 5s);
  EXPECT_EQ(table_.next_deadline(), kNow + 5s);
  table_.expire(kNow + 4s);
  EXPECT_TRUE(results_.empty());
  table_.expire(kNow + 5s);
  EXPECT_EQ(failure(), RequestErrorCode::kTimeout);
  EXPECT_EQ(table_.size(), 1U);
}

TEST_F(RequestTest, DisconnectedCallsBackEveryOne) {
  for (int i = 0; i < 10; ++i) ask(of::BarrierRequest{});
  table_.disconnect("gone");
  ASSERT_EQ(results_.size(), 10U);
  EXPECT_EQ(failure(), RequestErrorCode::kDisconnected);
  EXPECT_EQ(results_[0].error().text, "gone");
  table_.disconnect("again");
  EXPECT_EQ(results_.size(), 10U);
}

TEST_F(RequestTest, UndecodableAnswer) {
  const of::Xid xid = ask(of::FlowStatsRequest{});
  EXPECT_TRUE(table_.on_undecodable(xid, "field 77", kNow));
  EXPECT_EQ(failure(), RequestErrorCode::kBadReply);
  EXPECT_FALSE(table_.on_undecodable(of::Xid(12345), "", kNow));
}

TEST_F(RequestTest, CallbackMayAskAgain) {
  const of::Xid xid = table_.allocate();
  table_.add(xid, 1, std::make_unique<Request>(answer_test(of::BarrierRequest{}), 100, kNow, [this](RequestResult) {
               table_.disconnect("from inside");
               ask(of::DescriptionRequest{});
             }));
  EXPECT_TRUE(answer(xid, of::BarrierReply{}));
  EXPECT_EQ(table_.size(), 1U);
}

TEST(ExchangeTable, XidsWrapAroundThoseInUse) {
  ExchangeTable table;
  EXPECT_EQ(table.allocate(), of::Xid(1));
  const of::Xid held = table.allocate(10);
  EXPECT_EQ(held, of::Xid(2));
  table.add(held, 10, std::make_unique<Request>(std::nullopt, 0, kNow, [](RequestResult) {}));
  // Almost all the way round: ranges are never split, 0 is never given.
  EXPECT_EQ(table.allocate(0x7fff'fff0U), of::Xid(12)) << "fits below the end";
  EXPECT_EQ(table.allocate(8), of::Xid(12)) << "1 is free, but 8 from there are not";
  EXPECT_EQ(table.allocate(1), of::Xid(20));
}

}  // namespace
}  // namespace dcportals::channel
