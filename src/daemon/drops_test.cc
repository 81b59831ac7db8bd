// Are drops counted for the right owner and reason, and is exactly one owner's flows asked for?
#include "daemon/drops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dcportals::daemon {
namespace {

using pipeline::Owner;
using pipeline::OwnerKind;
using pipeline::Rule;
using testing::ElementsAre;
using testing::Pair;

openflow::FlowStats flow(openflow::Cookie cookie, std::uint64_t packets) {
  openflow::FlowStats out;
  out.cookie = cookie;
  out.packet_count = packets;
  return out;
}

TEST(Drops, AreCountedByOwnerAndReasonOverAllParts) {
  const Owner one{OwnerKind::kPort, 1};
  const Owner two{OwnerKind::kPort, 2};
  openflow::FlowStatsReply first, second;
  first.flows = {flow(make_cookie(Rule::kSpoofedIpSource, one), 3), flow(make_cookie(Rule::kForwardMiss, two), 0),
                 flow(make_cookie(Rule::kVmFrame, one), 100), flow(openflow::Cookie{5}, 100)};
  second.flows = {flow(make_cookie(Rule::kSpoofedIpSource, one), 4), flow(make_cookie(Rule::kForwardMiss, two), 1),
                  flow(make_cookie(Rule::kClassifyMiss, {OwnerKind::kHost, 0}), 9)};
  const std::vector<openflow::Message> parts{first, second};
  EXPECT_THAT(count_drops(parts), ElementsAre(Pair(Pair(0U, "unknown_port"), 9U), Pair(Pair(1U, "spoofed_ip_source"), 7U),
                                              Pair(Pair(2U, "unknown_destination"), 1U)));
  EXPECT_TRUE(count_drops({}).empty());
}

TEST(Drops, TheRequestAsksForOneOwnersFlowsOfEveryRule) {
  const openflow::FlowStatsRequest request = flows_of({OwnerKind::kPort, 7});
  const auto asked_for = [&](openflow::Cookie cookie) { return (cookie.value() & request.cookie_mask) == request.cookie.value(); };
  for (const Rule rule : {Rule::kClassifyMiss, Rule::kSpoofedIpSource, Rule::kForwardMiss}) {
    EXPECT_TRUE(asked_for(make_cookie(rule, {OwnerKind::kPort, 7})));
    EXPECT_FALSE(asked_for(make_cookie(rule, {OwnerKind::kPort, 8})));
    EXPECT_FALSE(asked_for(make_cookie(rule, {OwnerKind::kHost, 7})));
  }
  EXPECT_FALSE(asked_for(openflow::Cookie{7}));
}

}  // namespace
}  // namespace dcportals::daemon
