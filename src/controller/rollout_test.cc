#include "controller/rollout.h"

#include <gtest/gtest.h>

#include "pipeline/cookie.h"
#include "testing/scenario.h"

namespace dcportals::controller {
namespace {

using namespace dcportals::testing;
using pipeline::Rule;
using Kind = EntryChange::Kind;

EntryChange change(Kind kind, Rule rule, unsigned n, unsigned network = 1) {
  EntryChange c;
  c.kind = kind;
  openflow::Flow flow;
  flow.key.table = pipeline::table_id(pipeline::spec(rule).table);
  flow.key.match.set(openflow::Field::kMetadata, n);
  flow.cookie = pipeline::make_cookie(rule, {pipeline::OwnerKind::kPort, n});
  c.entry = std::move(flow);
  c.port = port_id(n);
  c.network = network_id(network);
  return c;
}
const auto kA = host_name(1), kB = host_name(2);

class RolloutTest : public ::testing::Test {
 protected:
  void SetUp() override {
    rollout.add_host(kA);
    rollout.add_host(kB);
  }
  std::size_t ready(const topology::HostName& host) { return rollout.take_batch(host).size(); }
  Rollout rollout;
};

TEST_F(RolloutTest, SenderWaitsForReceiver) {
  rollout.enqueue(kB, change(Kind::kPut, Rule::kRestoreDestination, 1), 1);
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardRemote, 1), 1);
  EXPECT_EQ(ready(kA), 0U);
  EXPECT_EQ(ready(kB), 1U);
  EXPECT_EQ(ready(kA), 0U) << "sent is not acknowledged";
  (void)rollout.take_woken();
  rollout.acknowledge(kB);
  EXPECT_TRUE(rollout.take_woken().contains(kA));
  EXPECT_EQ(ready(kA), 1U);
}

TEST_F(RolloutTest, ReceiverForgetsLast) {
  rollout.enqueue(kB, change(Kind::kErase, Rule::kRestoreDestination, 1), 1);
  rollout.enqueue(kA, change(Kind::kErase, Rule::kForwardRemote, 1), 1);
  EXPECT_EQ(ready(kB), 0U);
  EXPECT_EQ(ready(kA), 1U);
  rollout.acknowledge(kA);
  EXPECT_EQ(ready(kB), 1U);
}

TEST_F(RolloutTest, AFlowComesNotBeforeItsGroup) {
  EntryChange flow = change(Kind::kPut, Rule::kRewriteFlood, 1), group = change(Kind::kPut, Rule::kRewriteFlood, 1);
  const openflow::GroupId id = pipeline::group_id(1, pipeline::kRemoteCopies);
  std::get<openflow::Flow>(flow.entry).instructions.apply = {openflow::GroupAction{id}};
  group.entry = openflow::Group{openflow::GroupType::kAll, id, {}};
  rollout.enqueue(kA, flow, 1);
  rollout.enqueue(kA, group, 1);
  rollout.enqueue(kB, change(Kind::kPut, Rule::kRestoreDestination, 2), 2);
  rollout.enqueue(kA, group, 2);  // a host more in it: now it waits for that host
  EXPECT_EQ(ready(kA), 0U) << "the flow's own revision is open, but its group is not there";
  EXPECT_EQ(ready(kB), 1U);
  rollout.acknowledge(kB);
  EXPECT_EQ(ready(kA), 2U);
  rollout.acknowledge(kA);
  rollout.enqueue(kB, change(Kind::kPut, Rule::kRestoreDestination, 3), 3);
  rollout.enqueue(kA, group, 3);
  rollout.enqueue(kA, flow, 2);
  EXPECT_EQ(ready(kA), 1U) << "a group that is there holds nobody up";
}

TEST_F(RolloutTest, OtherNetworksDoNotWait) {
  rollout.enqueue(kB, change(Kind::kPut, Rule::kRestoreDestination, 1, 1), 1);
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardRemote, 2, 2), 1);
  EXPECT_EQ(ready(kA), 1U);
}

TEST_F(RolloutTest, LaterReceiversDoNotHoldEarlierSenders) {
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardRemote, 1), 1);
  rollout.enqueue(kB, change(Kind::kPut, Rule::kRestoreDestination, 2), 2);
  EXPECT_EQ(ready(kA), 1U);
}

TEST_F(RolloutTest, ADeadHostIsNotWaitedFor) {
  rollout.enqueue(kB, change(Kind::kPut, Rule::kRestoreDestination, 1), 1);
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardRemote, 1), 1);
  EXPECT_EQ(ready(kB), 1U);
  (void)rollout.take_woken();
  rollout.remove_host(kB);
  EXPECT_TRUE(rollout.take_woken().contains(kA));
  EXPECT_EQ(ready(kA), 1U);
}

TEST_F(RolloutTest, TheLatestChangeOfAFlowWins) {
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardLocal, 1), 1);
  rollout.enqueue(kA, change(Kind::kErase, Rule::kForwardLocal, 1), 2);
  const auto batch = rollout.take_batch(kA);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].kind, Kind::kErase);
  EXPECT_EQ(rollout.oldest_outstanding(kA), 2U);
}

TEST_F(RolloutTest, OneBatchInFlight) {
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardLocal, 1), 1);
  EXPECT_EQ(ready(kA), 1U);
  rollout.enqueue(kA, change(Kind::kErase, Rule::kForwardLocal, 1), 2);
  EXPECT_EQ(ready(kA), 0U);
  rollout.acknowledge(kA);
  EXPECT_EQ(ready(kA), 1U);
  rollout.acknowledge(kA);
  EXPECT_TRUE(rollout.idle(kA));
  EXPECT_TRUE(rollout.idle(network_id(1)));
}

TEST_F(RolloutTest, ARefusedOwnerIsForgottenTheOthersWaitAgain) {
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardLocal, 1), 1);
  rollout.enqueue(kA, change(Kind::kPut, Rule::kForwardLocal, 2), 1);
  EXPECT_EQ(ready(kA), 2U);
  rollout.refuse(kA, port_id(1));
  const auto batch = rollout.take_batch(kA);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].port, port_id(2));
}

TEST_F(RolloutTest, WhatAHostDoesNotTakePartInIsIgnored) {
  rollout.enqueue(host_name(9), change(Kind::kPut, Rule::kForwardLocal, 1), 1);
  EXPECT_TRUE(rollout.idle(host_name(9)));
  EXPECT_TRUE(rollout.idle(network_id(1)));
}

}  // namespace
}  // namespace dcportals::controller
