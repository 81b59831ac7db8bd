// The desk: in which order messages go out, what is held and let go, and what floods, lost switches and new snapshots do to it.
#include "decision/desk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "decision/packet_out.h"
#include "decision/test_world.h"
#include "packet/headers.h"
#include "pipeline/cookie.h"

namespace dcportals::decision {
namespace {

using openflow::OfPort;
using packet::Endpoint;
using pipeline::DropReason;
using pipeline::Rule;

// What a switch would see, in order.
struct Event {
  Dpid dpid;
  openflow::Message message;  // BarrierRequest for a barrier
  std::uint64_t token = 0;
  std::uint32_t xid = 0;
};

class FakeOutlet : public Outlet {
 public:
  std::vector<Event> events;

  void send(Dpid dpid, ByteSpan messages) override {
    while (!messages.empty()) {
      const std::size_t size = *openflow::message_length(messages);
      auto decoded = openflow::decode(messages.first(size));
      if (!decoded) throw std::logic_error(decoded.error().text);
      events.push_back({dpid, decoded->message, 0, decoded->xid.value()});
      messages = messages.subspan(size);
    }
  }
  void barrier(Dpid dpid, std::uint64_t token) override { events.push_back({dpid, openflow::BarrierRequest{}, token}); }
};

class DeskTest : public ::testing::Test {
 protected:
  Desk make_desk() { return {outlet, options, world.policy, world.from_scratch()}; }

  void ask(Desk& desk, unsigned host, unsigned port, AskClass ask_class, const Bytes& frame) {
    ASSERT_TRUE(desk.on_packet_in(Dpid{host}, packet_in(ask_class, of_port(port), world.metadata(port / 10), frame), now));
  }
  void forward(Desk& desk, unsigned host, unsigned from, unsigned to, std::uint16_t sequence = 1) {
    ask(desk, host, from, AskClass::kForward, packet::build_icmp_echo(TwoNetworks::vm(from), TwoNetworks::vm(to), sequence, {}));
  }
  // Answers every barrier so far; those that come of it too.
  void acknowledge(Desk& desk, bool ok = true) {
    for (; answered < outlet.events.size(); ++answered) {
      const Event event = outlet.events[answered];
      if (std::holds_alternative<openflow::BarrierRequest>(event.message)) desk.on_barrier(event.dpid, event.token, ok);
    }
  }
  // "2:restore_source 2:barrier 1:forward_remote 1:packet"
  [[nodiscard]] std::string told() const {
    std::string out;
    for (const Event& e : outlet.events) {
      out += fmt::format("{}{}:{}", out.empty() ? "" : " ", e.dpid.value(), name(e.message));
    }
    return out;
  }
  static std::string name(const openflow::Message& message) {
    if (std::holds_alternative<openflow::BarrierRequest>(message)) return "barrier";
    if (std::holds_alternative<openflow::PacketOut>(message)) return "packet";
    return std::string(pipeline::spec(pipeline::parse_cookie(std::get<openflow::FlowMod>(message).cookie)->rule).name);
  }
  void expect_empty(const Desk& desk) {
    EXPECT_EQ(desk.load().packets, 0U);
    EXPECT_EQ(desk.load().pairs, 0U);
  }

  TwoNetworks world;
  FakeOutlet outlet;
  DeskOptions options;
  Time now{std::chrono::seconds(100)};
  std::size_t answered = 0;
};

TEST_F(DeskTest, DestinationFirstThenSourceThenThePacket) {
  Desk desk = make_desk();
  forward(desk, 1, 11, 12);
  EXPECT_EQ(told(), "") << "a batch is served at its end";
  EXPECT_FALSE(desk.on_batch_end());
  EXPECT_EQ(told(), "2:restore_source 2:barrier");
  acknowledge(desk);
  EXPECT_EQ(told(), "2:restore_source 2:barrier 1:forward_remote 1:packet");
  const auto& out = std::get<openflow::PacketOut>(outlet.events.back().message);
  EXPECT_EQ(out.in_port, of_port(11));
  EXPECT_EQ(out.actions, (openflow::Actions{openflow::Output{openflow::kPortTable, 0}}));
  EXPECT_EQ(out.data, packet::build_icmp_echo(TwoNetworks::vm(11), TwoNetworks::vm(12), 1, {}));
  EXPECT_EQ(desk.totals().of(Kind::kRemote), 1U);
  expect_empty(desk);
}

TEST_F(DeskTest, LocalAndRestoreNeedNoBarrier) {
  Desk desk = make_desk();
  forward(desk, 1, 11, 13);
  const Bytes wire = packet::build_icmp_echo(world.on_wire(11, 1), world.on_wire(12, 2), 1, {});
  ASSERT_TRUE(desk.on_packet_in(Dpid{2}, packet_in(AskClass::kWire, kUplink, {}, wire), now));
  desk.on_batch_end();
  EXPECT_EQ(told(), "1:forward_local 1:packet 2:restore_source 2:packet");
  EXPECT_EQ(std::get<openflow::PacketOut>(outlet.events.back().message).in_port, kUplink);
}

TEST_F(DeskTest, ArpIsAnsweredAtThePort) {
  Desk desk = make_desk();
  ask(desk, 1, 11, AskClass::kArp, packet::build_arp_request(TwoNetworks::vm(11), TwoNetworks::vm(12).ip));
  desk.on_batch_end();
  ASSERT_EQ(told(), "1:packet");
  const auto& out = std::get<openflow::PacketOut>(outlet.events[0].message);
  EXPECT_EQ(out.in_port, openflow::kPortController);
  EXPECT_EQ(out.actions, (openflow::Actions{openflow::Output{of_port(11), 0}}));
  const auto reply = packet::parse_headers(out.data);
  ASSERT_TRUE(reply && reply->arp);
  EXPECT_EQ(reply->eth_dst, TwoNetworks::vm(11).mac);
  EXPECT_EQ(reply->eth_src, TwoNetworks::vm(12).mac);
  EXPECT_EQ(reply->arp->operation, 2);
  EXPECT_EQ(reply->arp->sender_mac, TwoNetworks::vm(12).mac);
  EXPECT_EQ(reply->arp->sender_ip, TwoNetworks::vm(12).ip);
  EXPECT_EQ(reply->arp->target_mac, TwoNetworks::vm(11).mac);
  EXPECT_EQ(reply->arp->target_ip, TwoNetworks::vm(11).ip);
}

TEST_F(DeskTest, BroadcastTellsEveryMemberAndOnlyThemFirst) {
  Desk desk = make_desk();
  const Endpoint everybody{kBroadcastMac, Ipv4Address(0xffffffff)};
  ask(desk, 1, 11, AskClass::kFlood, packet::build_udp(TwoNetworks::vm(11), everybody, 1, 2, {}));
  desk.on_batch_end();
  EXPECT_EQ(told(), "2:restore_source 3:restore_source 2:barrier 3:barrier") << "host 4 has no port of the network";
  desk.on_barrier(Dpid{2}, outlet.events[2].token, true);
  EXPECT_EQ(outlet.events.size(), 4U) << "not yet";
  desk.on_barrier(Dpid{3}, outlet.events[3].token, false);
  EXPECT_EQ(told(), "2:restore_source 3:restore_source 2:barrier 3:barrier 1:rewrite_flood 1:rewrite_flood 1:rewrite_directed 1:packet")
      << "a host that is gone does not stop the others";
}

TEST_F(DeskTest, BroadcastOfTheOnlyMemberGoesAtOnce) {
  world.plug(2, {12, 15});
  Desk desk = make_desk();
  const Endpoint everybody{kBroadcastMac, Ipv4Address(0xffffffff)};
  ask(desk, 1, 21, AskClass::kFlood, packet::build_udp(TwoNetworks::vm(21), everybody, 1, 2, {}));
  desk.on_batch_end();
  EXPECT_EQ(told(), "1:rewrite_flood 1:rewrite_flood 1:rewrite_directed 1:packet");
  expect_empty(desk);
}

TEST_F(DeskTest, OneBarrierASwitchAndBatch) {
  Desk desk = make_desk();
  forward(desk, 1, 11, 12);
  forward(desk, 1, 13, 12);
  forward(desk, 1, 21, 22);
  desk.on_batch_end();
  EXPECT_EQ(told(), "2:restore_source 2:restore_source 2:restore_source 2:barrier");
  acknowledge(desk);
  EXPECT_EQ(outlet.events.size(), 10U);
}

TEST_F(DeskTest, PacketsOfAWaitingPairAreHeldInOrderAndReleasedTogether) {
  options.held_per_pair = 3;
  Desk desk = make_desk();
  for (std::uint16_t n = 1; n <= 2; ++n) forward(desk, 1, 11, 12, n);
  desk.on_batch_end();
  for (std::uint16_t n = 3; n <= 4; ++n) forward(desk, 1, 11, 12, n);
  desk.on_batch_end();
  EXPECT_EQ(told(), "2:restore_source 2:barrier") << "asked once";
  EXPECT_EQ(desk.totals().of(OwnReason::kHeldFull), 1U);
  acknowledge(desk);
  ASSERT_EQ(told(), "2:restore_source 2:barrier 1:forward_remote 1:packet 1:packet 1:packet");
  for (std::uint16_t n = 1; n <= 3; ++n) {
    EXPECT_EQ(std::get<openflow::PacketOut>(outlet.events[2U + n].message).data,
              packet::build_icmp_echo(TwoNetworks::vm(11), TwoNetworks::vm(12), n, {}));
  }
  expect_empty(desk);
}

TEST_F(DeskTest, APortHoldsNoMoreThanItsShare) {
  options.held_per_port = 2;
  Desk desk = make_desk();
  for (const unsigned to : {12U, 18U, 19U}) forward(desk, 1, 11, to);
  forward(desk, 1, 13, 12);
  desk.on_batch_end();
  EXPECT_EQ(desk.totals().of(OwnReason::kHeldFull), 1U);
  EXPECT_EQ(desk.load().pairs, 3U) << "port 13 is not concerned";
}

TEST_F(DeskTest, ADestinationThatIsGoneGetsNothingThrough) {
  Desk desk = make_desk();
  forward(desk, 1, 11, 12);
  forward(desk, 1, 11, 12, 2);
  desk.on_batch_end();
  acknowledge(desk, false);
  EXPECT_EQ(told(), "2:restore_source 2:barrier");
  EXPECT_EQ(desk.totals().of(OwnReason::kDestinationGone), 2U);
  expect_empty(desk);
  forward(desk, 1, 11, 12, 3);
  desk.on_batch_end();
  acknowledge(desk);
  EXPECT_EQ(told(), "2:restore_source 2:barrier 2:restore_source 2:barrier 1:forward_remote 1:packet");
}

TEST_F(DeskTest, NothingIsKeptForASwitchThatIsGone) {
  Desk desk = make_desk();
  forward(desk, 1, 11, 12);
  desk.on_batch_end();
  forward(desk, 1, 13, 12);
  forward(desk, 2, 12, 11);
  desk.on_down(Dpid{1});
  EXPECT_EQ(desk.load().packets, 1U) << "host 2's";
  EXPECT_EQ(desk.load().pairs, 0U);
  acknowledge(desk);
  EXPECT_EQ(told(), "2:restore_source 2:barrier") << "the answer finds nobody";
  desk.on_batch_end();
  EXPECT_EQ(told(), "2:restore_source 2:barrier 1:restore_source 1:barrier");
}

TEST_F(DeskTest, WhatWaitsIsDecidedAgainByANewSnapshot) {
  Desk desk = make_desk();
  forward(desk, 1, 11, 12);
  forward(desk, 1, 13, 12);
  desk.on_batch_end();
  ASSERT_EQ(told(), "2:restore_source 2:restore_source 2:barrier");
  world.plug(2, {15, 22});
  world.plug(3, {18, 19, 12});  // port 12 has moved
  world.plug(1, {11, 14, 17, 21});  // port 13 has gone
  desk.use(world.from_scratch());
  EXPECT_EQ(told(), "2:restore_source 2:restore_source 2:barrier 3:restore_source 3:barrier");
  EXPECT_EQ(desk.totals().of(DropReason::kUnknownPort), 1U);
  desk.on_barrier(Dpid{2}, outlet.events[2].token, true);
  EXPECT_EQ(outlet.events.size(), 5U) << "the old barrier lets nothing go";
  desk.on_barrier(Dpid{3}, outlet.events[4].token, true);
  EXPECT_EQ(told(), "2:restore_source 2:restore_source 2:barrier 3:restore_source 3:barrier 1:forward_remote 1:packet");
  expect_empty(desk);
}

TEST_F(DeskTest, AnswersThatNobodyAskedForDoNothing) {
  Desk desk = make_desk();
  desk.on_barrier(Dpid{2}, 7, true);
  forward(desk, 1, 11, 12);
  desk.on_batch_end();
  const std::uint64_t token = outlet.events[1].token;
  desk.on_barrier(Dpid{3}, token, true);
  desk.on_barrier(Dpid{2}, token + 1, true);
  EXPECT_EQ(outlet.events.size(), 2U);
  desk.on_barrier(Dpid{2}, token, true);
  desk.on_barrier(Dpid{2}, token, true);
  EXPECT_EQ(outlet.events.size(), 4U);
}

TEST_F(DeskTest, PortsTakeTurns) {
  options.decisions_per_batch = 4;
  Desk desk = make_desk();
  for (std::uint16_t n = 0; n < 20; ++n) forward(desk, 1, 11, 13, n);
  forward(desk, 1, 13, 11);
  forward(desk, 1, 17, 11);
  EXPECT_TRUE(desk.on_batch_end());
  std::vector<OfPort> order;
  for (const Event& e : outlet.events) {
    if (const auto* out = std::get_if<openflow::PacketOut>(&e.message)) order.push_back(out->in_port);
  }
  EXPECT_EQ(order, (std::vector{of_port(11), of_port(13), of_port(17), of_port(11)})) << "the flood waits, the others do not";
  forward(desk, 1, 17, 13);
  outlet.events.clear();
  desk.on_batch_end();
  EXPECT_EQ(std::get<openflow::PacketOut>(outlet.events[3].message).in_port, of_port(17)) << "a new packet is before the old flood's second";
}

TEST_F(DeskTest, AFloodIsCutByRateAndDelaysNobodyElse) {
  world.policy.first_packets = {100, 10};
  Desk desk = make_desk();
  for (std::uint16_t n = 0; n < 1000; ++n) forward(desk, 1, 11, 13, n);
  forward(desk, 1, 13, 11);
  ask(desk, 1, 11, AskClass::kArp, packet::build_arp_request(TwoNetworks::vm(11), TwoNetworks::vm(12).ip));
  desk.on_batch_end();
  EXPECT_EQ(desk.totals().of(OwnReason::kRateLimited), 990U);
  EXPECT_EQ(desk.totals().of(Kind::kLocal), 11U);
  EXPECT_EQ(desk.totals().of(Kind::kArpReply), 1U) << "each class has its own";
  now += std::chrono::milliseconds(50);
  for (std::uint16_t n = 0; n < 10; ++n) forward(desk, 1, 11, 13, n);
  desk.on_batch_end();
  EXPECT_EQ(desk.totals().of(Kind::kLocal), 16U) << "100 a second";
  std::map<std::uint32_t, std::uint64_t> limited;
  desk.for_each_source([&](const Place& place, const Counters& c) { limited[place.of_port.value()] = c.of(OwnReason::kRateLimited); });
  EXPECT_EQ(limited[of_port(11).value()], 995U);
  EXPECT_EQ(limited[of_port(13).value()], 0U);
}

TEST_F(DeskTest, QueuesAndMemoryAreBounded) {
  world.policy.first_packets = {1000000, 1000000};
  options.queue_per_port = 5;
  options.packets = 8;
  Desk desk = make_desk();
  for (std::uint16_t n = 0; n < 7; ++n) forward(desk, 1, 11, 13, n);
  EXPECT_EQ(desk.load().packets, 5U);
  for (std::uint16_t n = 0; n < 7; ++n) forward(desk, 1, 13, 11, n);
  EXPECT_EQ(desk.load().packets, 8U);
  EXPECT_EQ(desk.totals().of(OwnReason::kQueueFull), 6U);
  options.packets = 100;
  options.bytes = 1000;
  Desk small = make_desk();
  ask(small, 1, 11, AskClass::kForward, packet::build_icmp_echo(TwoNetworks::vm(11), TwoNetworks::vm(13), 1, Bytes(1200)));
  EXPECT_EQ(small.load().packets, 0U);
  EXPECT_EQ(small.totals().of(OwnReason::kQueueFull), 1U);
}

TEST_F(DeskTest, PortsThatNobodyKnowsShareOneSource) {
  Desk desk = make_desk();
  const Bytes frame = packet::build_icmp_echo(TwoNetworks::vm(11), TwoNetworks::vm(12), 1, {});
  for (std::uint32_t n = 0; n < 500; ++n) {
    ASSERT_TRUE(desk.on_packet_in(Dpid{1}, packet_in(AskClass::kForward, OfPort{5000 + n}, 1, frame), now));
    desk.on_batch_end();
  }
  EXPECT_EQ(desk.load().sources, 1U);
  EXPECT_EQ(desk.totals().of(DropReason::kUnknownPort), 500U);
  EXPECT_TRUE(outlet.events.empty());
}

TEST_F(DeskTest, WhatIsNoAskIsNotTheDesks) {
  Desk desk = make_desk();
  EXPECT_FALSE(desk.on_packet_in(Dpid{1}, openflow::encode(openflow::EchoRequest{}, openflow::Xid{1}), now));
  EXPECT_FALSE(desk.on_packet_in(Dpid{1}, Bytes{4, 4, 0}, now));
}

TEST_F(DeskTest, XidsAreOfTheRangeThatWasGiven) {
  options.first_xid = openflow::Xid{0x80000000};
  options.last_xid = openflow::Xid{0x80000003};
  Desk desk = make_desk();
  for (std::uint16_t n = 0; n < 5; ++n) forward(desk, 1, 11, 13, n);
  desk.on_batch_end();
  std::set<std::uint32_t> seen;
  for (const Event& e : outlet.events) seen.insert(e.xid);
  EXPECT_EQ(seen, (std::set<std::uint32_t>{0x80000000, 0x80000001, 0x80000002, 0x80000003}));
}

// The random history: a world that answers barriers when it likes, and knows which receivers have acknowledged what.
class DeskHistory : public DeskTest {
 protected:
  void SetUp() override { world.policy.first_packets = {1000000, 1000000}; }
  unsigned pick(std::size_t n) { return static_cast<unsigned>(random_() % n); }

  void ask_something(Desk& desk) {
    static constexpr std::pair<unsigned, unsigned> kPorts[] = {{1, 11}, {1, 13}, {1, 21}, {2, 12}, {2, 22}, {3, 18}};
    const auto [host, port] = kPorts[pick(std::size(kPorts))];
    forward(desk, host, port, port / 10 * 10 + 1 + pick(9));
    ++asked_;
  }
  void answer_something(Desk& desk, bool ok) {
    if (unanswered_.empty()) return;
    std::swap(unanswered_[pick(unanswered_.size())], unanswered_.back());
    const Event barrier = unanswered_.back();
    unanswered_.pop_back();
    const std::size_t before = outlet.events.size();
    desk.on_barrier(barrier.dpid, barrier.token, ok);
    if (ok) {
      check_released(barrier, before);
    } else {
      EXPECT_EQ(outlet.events.size(), before) << "nothing goes after a failed barrier";
    }
    seen_ = outlet.events.size();
  }
  // Notes what was sent to receivers; nobody may have been sent to remote ones.
  void note() {
    for (; seen_ < outlet.events.size(); ++seen_) {
      const Event& e = outlet.events[seen_];
      const std::string what = name(e.message);
      EXPECT_NE(what, "forward_remote") << "without a barrier";
      if (what == "restore_source") told_[e.dpid].insert(key_in_match(e.message));
      if (what == "barrier") {
        acknowledges_[e.token] = std::exchange(told_[e.dpid], {});
        unanswered_.push_back(e);
      }
    }
  }

  std::uint64_t asked_ = 0;
  std::vector<Event> unanswered_;

 private:
  static std::uint32_t key_in_match(const openflow::Message& message) {
    return static_cast<std::uint32_t>(std::get<openflow::FlowMod>(message).match.find(openflow::Field::kIpv4Src)->value.low);
  }
  // What a barrier lets go is towards its switch, from senders that it has acknowledged.
  void check_released(const Event& barrier, std::size_t from) {
    for (std::size_t i = from; i < outlet.events.size(); ++i) {
      const Event& e = outlet.events[i];
      if (const auto* out = std::get_if<openflow::PacketOut>(&e.message)) {
        const unsigned port = out->in_port.value() - 100;
        EXPECT_TRUE(acknowledges_[barrier.token].contains(world.on_wire(port, static_cast<unsigned>(e.dpid.value())).ip.value()));
        continue;
      }
      const std::string actions = openflow::format(std::get<openflow::FlowMod>(e.message).instructions.apply);
      const MacAddress receiver = testing::host_mac(static_cast<unsigned>(barrier.dpid.value()));
      EXPECT_NE(actions.find(receiver.to_string()), std::string::npos) << actions;
    }
  }

  std::mt19937 random_{20261123};
  std::size_t seen_ = 0;
  std::map<Dpid, std::set<std::uint32_t>> told_;  // keys, since the switch's last barrier
  std::map<std::uint64_t, std::set<std::uint32_t>> acknowledges_;
};

TEST_F(DeskHistory, AnyOrderOfEventsKeepsTheOrderOfMessagesAndLeavesNothing) {
  Desk desk = make_desk();
  for (int step = 0; step < 20000; ++step) {
    switch (pick(6)) {
      case 0:
      case 1: ask_something(desk); break;
      case 2: desk.on_batch_end(); break;
      case 3:
      case 4: answer_something(desk, pick(8) != 0); break;
      default:
        if (pick(20) == 0) desk.use(world.from_scratch());
        if (pick(40) == 0) desk.on_down(Dpid{1 + pick(3)});
    }
    note();
  }
  while (desk.on_batch_end()) {
  }
  note();
  while (!unanswered_.empty()) answer_something(desk, true);
  expect_empty(desk);
  EXPECT_EQ(desk.load().barriers, 0U);
  EXPECT_GT(desk.totals().of(Kind::kRemote), 500U);
  EXPECT_GT(desk.totals().of(OwnReason::kDestinationGone), 50U);
  EXPECT_LE(desk.totals().of(Kind::kRemote) + desk.totals().of(Kind::kLocal) + desk.totals().of(Kind::kDrop), asked_);
}

TEST(TokenBucketTest, GivesTheRateAndNoMoreThanTheBurstAtOnce) {
  TokenBucket bucket;
  const flowgen::RateLimit limit{10, 5};
  int given = 0;
  for (int i = 0; i < 100; ++i) given += bucket.take(Time(std::chrono::seconds(9)), limit);
  EXPECT_EQ(given, 5);
  for (int ms = 0; ms < 10000; ++ms) given += bucket.take(Time(std::chrono::seconds(9)) + std::chrono::milliseconds(ms), limit);
  EXPECT_NEAR(given, 105, 2);
  EXPECT_FALSE(bucket.take(Time(std::chrono::hours(1)), {0, 5}));
}

TEST(PacketOutTest, IsWhatTheCodecWrites) {
  openflow::PacketOut message;
  message.in_port = OfPort{7};
  message.actions = {openflow::Output{openflow::kPortTable, 0}};
  message.data = Bytes{1, 2, 3, 4, 5, 6, 7};
  Bytes out{9};
  append_packet_out(out, openflow::Xid{77}, OfPort{7}, openflow::kPortTable, message.data);
  out.erase(out.begin());
  EXPECT_EQ(out, openflow::encode(message, openflow::Xid{77}));
  Bytes none;
  append_packet_out(none, openflow::Xid{1}, OfPort{1}, OfPort{2}, Bytes(65535));
  EXPECT_TRUE(none.empty()) << "no message is that long";
}

}  // namespace
}  // namespace dcportals::decision
