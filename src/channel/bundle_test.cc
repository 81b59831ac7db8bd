// Does a bundle commit only what the switch has wholly accepted, and does its outcome say what the switch has now? Without
// sockets.
#include "channel/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "channel/exchange_table.h"
#include "openflow/codec.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;
using namespace std::chrono_literals;
using Type = of::BundleControlType;

const TimePoint kNow = TimePoint{} + 1h;
const of::BundleId kId{7};
const of::ErrorMessage kBadTable{5, 2, std::nullopt, {}};
const of::ErrorMessage kFailed{0xffff, 2313, of::kExperimenterOnf, {}};

of::FlowMod flow(std::uint16_t priority) {
  of::FlowMod mod;
  mod.priority = priority;
  return mod;
}
of::MeterMod meter(of::MeterModCommand command) {
  of::MeterMod mod;
  mod.command = command;
  mod.meter_id = of::MeterId(1);
  mod.flags = of::kMeterPktps;
  if (command != of::MeterModCommand::kDelete) mod.bands = {{of::MeterBand::Type::kDrop, 100, 0, 0}};
  return mod;
}

class BundleTest : public testing::Test {
 protected:
  void start(const std::vector<of::Message>& messages) {
    count_ = static_cast<std::uint32_t>(messages.size());
    first_ = table_.allocate(count_ + Bundle::kXidsBesideMessages);
    auto staging = Bundle::stage(kId, first_, messages);
    ASSERT_TRUE(staging);
    Bundle::Plan plan{kId, first_, messages.size(), staging->deleted_meters, 10s};
    table_.add(first_, count_ + Bundle::kXidsBesideMessages,
               std::make_unique<Bundle>(
                   std::move(plan), kNow, [this](const of::Message& message, of::Xid xid) { sent_.push_back({xid, message}); },
                   [this](BundleResult result) { results_.push_back(std::move(result)); }));
  }
  bool hear(std::uint32_t offset, of::Message message, TimePoint now = kNow) {
    of::Envelope envelope{of::Xid(first_.value() + offset), std::move(message)};
    return table_.on_message(envelope, 10, now);
  }
  bool hear_control(std::uint32_t offset, Type type) { return hear(offset, of::BundleControl{kId, type, 0}); }
  bool closed() { return hear_control(0, Type::kOpenReply) && hear_control(count_ + 1, Type::kCloseReply); }
  bool committed() { return hear_control(count_ + 2, Type::kCommitReply); }
  [[nodiscard]] Type last_control() const { return std::get<of::BundleControl>(sent_.back().message).type; }
  [[nodiscard]] const BundleError& failure() const { return results_.at(0).error(); }

  ExchangeTable table_;
  std::uint32_t count_ = 0;
  of::Xid first_;
  std::vector<of::Envelope> sent_;
  std::vector<BundleResult> results_;
};

TEST(BundleStaging, OpensAddsCloses) {
  const auto staging = Bundle::stage(kId, of::Xid(100), {flow(1), flow(2)});
  ASSERT_TRUE(staging);
  std::vector<of::Envelope> sent;
  for (ByteSpan rest = staging->encoded; !rest.empty();) {
    const std::size_t length = of::message_length(rest).value();
    sent.push_back(of::decode(rest.first(length)).value());
    rest = rest.subspan(length);
  }
  ASSERT_EQ(sent.size(), 4U);
  EXPECT_EQ(sent[0], (of::Envelope{of::Xid(100), of::BundleControl{kId, Type::kOpenRequest}}));
  EXPECT_EQ(sent[3], (of::Envelope{of::Xid(103), of::BundleControl{kId, Type::kCloseRequest}}));
  for (std::uint16_t i = 1; i <= 2; ++i) {
    const auto& add = std::get<of::BundleAdd>(sent[i].message);
    EXPECT_EQ(sent[i].xid, of::Xid(100U + i));
    EXPECT_EQ(of::decode(add.message).value(), (of::Envelope{of::Xid(100U + i), flow(i)})) << "the same xid inside";
  }
}

TEST(BundleStaging, RefusesWhatHasNoPlace) {
  const auto staging = Bundle::stage(kId, of::Xid(1), {flow(1), of::BarrierRequest{}});
  ASSERT_FALSE(staging);
  EXPECT_EQ(staging.error().code, BundleErrorCode::kBadMessage);
  EXPECT_EQ(staging.error().index, 1U);
}

TEST(BundleStaging, RefusesWhatIsTooLong) {
  of::GroupMod group;
  group.buckets.resize(3000);
  for (auto& bucket : group.buckets) bucket.actions = {of::Output{of::OfPort(1)}};
  const auto staging = Bundle::stage(kId, of::Xid(1), {group});
  ASSERT_FALSE(staging);
  EXPECT_EQ(staging.error().code, BundleErrorCode::kBadMessage);
  EXPECT_EQ(staging.error().index, 0U);
}

TEST_F(BundleTest, CommitsWhenAllIsStaged) {
  start({flow(1), flow(2)});
  EXPECT_TRUE(sent_.empty()) << "nothing before the switch has answered";
  EXPECT_TRUE(closed());
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(last_control(), Type::kCommitRequest);
  EXPECT_TRUE(results_.empty());
  EXPECT_TRUE(committed());
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_TRUE(results_[0].has_value());
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(BundleTest, MessageRefusedWhenAddedIsNeverCommitted) {
  start({flow(1), flow(2), flow(3)});
  EXPECT_TRUE(hear(2, kBadTable));
  EXPECT_TRUE(hear(3, kFailed)) << "a later one is not the cause";
  EXPECT_TRUE(closed());
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(last_control(), Type::kDiscardRequest);
  EXPECT_TRUE(hear_control(count_ + 3, Type::kDiscardReply));
  EXPECT_EQ(failure().code, BundleErrorCode::kRefused);
  EXPECT_EQ(failure().index, 1U);
  EXPECT_EQ(failure().error, kBadTable);
}

TEST_F(BundleTest, MessageRefusedWhenCommitted) {
  start({flow(1), flow(2)});
  EXPECT_TRUE(closed());
  EXPECT_TRUE(hear(1, kBadTable));
  EXPECT_TRUE(results_.empty());
  EXPECT_TRUE(hear(count_ + 2, kFailed));
  EXPECT_EQ(failure().code, BundleErrorCode::kRefused);
  EXPECT_EQ(failure().index, 0U);
  EXPECT_EQ(sent_.size(), 1U) << "a failed commit needs no discard";
}

TEST_F(BundleTest, SwitchWithoutBundles) {
  start({flow(1)});
  for (std::uint32_t offset : {0U, 1U, 2U}) EXPECT_TRUE(hear(offset, of::ErrorMessage{1, 3, std::nullopt, {}}));
  EXPECT_TRUE(hear(count_ + 3, of::ErrorMessage{1, 3, std::nullopt, {}}));
  EXPECT_EQ(failure().code, BundleErrorCode::kRefused);
  EXPECT_EQ(failure().index, std::nullopt);
}

TEST_F(BundleTest, TimeoutBeforeTheCommitDiscards) {
  start({flow(1)});
  table_.expire(kNow + 10s);
  EXPECT_EQ(failure().code, BundleErrorCode::kTimeout);
  EXPECT_EQ(last_control(), Type::kDiscardRequest);
}

TEST_F(BundleTest, EachStepHasItsOwnTime) {
  start({flow(1)});
  EXPECT_TRUE(hear(count_ + 1, of::BundleControl{kId, Type::kCloseReply, 0}, kNow + 9s));
  table_.expire(kNow + 18s);
  EXPECT_TRUE(results_.empty());
  table_.expire(kNow + 19s);
  EXPECT_EQ(failure().code, BundleErrorCode::kUnknown);
}

TEST_F(BundleTest, UnansweredCommitIsUnknown) {
  start({flow(1)});
  EXPECT_TRUE(closed());
  table_.disconnect("reset");
  EXPECT_EQ(failure().code, BundleErrorCode::kUnknown);
}

TEST_F(BundleTest, DisconnectedBeforeTheCommitIsKnown) {
  start({flow(1)});
  table_.disconnect("reset");
  EXPECT_EQ(failure().code, BundleErrorCode::kDisconnected);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(BundleTest, ErrorAndYetCommittedIsUnknown) {
  start({flow(1)});
  EXPECT_TRUE(closed());
  EXPECT_TRUE(hear(1, kBadTable));
  EXPECT_TRUE(committed());
  EXPECT_EQ(failure().code, BundleErrorCode::kUnknown);
}

TEST_F(BundleTest, RepliesOutOfPlaceAreNotTaken) {
  start({flow(1)});
  EXPECT_FALSE(hear_control(count_ + 2, Type::kCommitReply)) << "we have not asked for it";
  EXPECT_FALSE(hear(count_ + 1, of::BundleControl{of::BundleId(99), Type::kCloseReply, 0})) << "another bundle's";
  EXPECT_FALSE(hear(1, of::PacketIn{}));
  EXPECT_TRUE(results_.empty());
}

TEST_F(BundleTest, MetersGoBesideTheBundle) {
  start({meter(of::MeterModCommand::kAdd), flow(1), meter(of::MeterModCommand::kDelete)});
  EXPECT_TRUE(closed());
  EXPECT_TRUE(committed());
  ASSERT_EQ(sent_.size(), 3U);
  EXPECT_EQ(sent_[1], (of::Envelope{of::Xid(first_.value() + 3), meter(of::MeterModCommand::kDelete)})) << "after the commit";
  EXPECT_TRUE(std::holds_alternative<of::BarrierRequest>(sent_[2].message));
  EXPECT_TRUE(results_.empty());
  EXPECT_TRUE(hear(count_ + 4, of::BarrierReply{}));
  EXPECT_TRUE(results_.at(0).has_value());
}

TEST_F(BundleTest, RefusedMeterStopsTheBundle) {
  start({meter(of::MeterModCommand::kAdd), flow(1)});
  EXPECT_TRUE(hear(1, of::ErrorMessage{12, 1, std::nullopt, {}}));
  EXPECT_TRUE(closed());
  EXPECT_EQ(last_control(), Type::kDiscardRequest);
  EXPECT_TRUE(hear_control(count_ + 3, Type::kDiscardReply));
  EXPECT_EQ(failure().index, 0U);
}

TEST_F(BundleTest, MeterThatIsNotDeleted) {
  start({flow(1), meter(of::MeterModCommand::kDelete)});
  EXPECT_TRUE(closed());
  EXPECT_TRUE(committed());
  EXPECT_TRUE(hear(2, of::ErrorMessage{12, 0, std::nullopt, {}}));
  EXPECT_TRUE(hear(count_ + 4, of::BarrierReply{}));
  EXPECT_EQ(failure().code, BundleErrorCode::kMetersLeft);
  EXPECT_EQ(failure().index, 1U);
}

}  // namespace
}  // namespace dcportals::channel
