// Does a trace tell what becomes of a packet, and in a reactive network what the controller decides about the first one?
//
// VMs 11 and 13 at host 1, 12 at host 2, 14 at host 3; the router's ports 19 (host 2, the gateway) and 18 (host 3). Port 1n has addresses that
// end in n. The same packets are traced in either mode: they must end alike, and differ in who was asked.
#include "daemon/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "packet/headers.h"
#include "pipeline/cookie.h"
#include "testing/simulation.h"

namespace dcportals::daemon {
namespace {

using namespace dcportals::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using topology::ForwardingMode;

using Texts = std::vector<std::string>;

MacAddress mac_of(unsigned port) {
  return MacAddress(0xfa163e000000ULL + port % 10);
}

class TraceTest : public ::testing::Test {
 protected:
  TraceTest() {
    sim.scenario.network(1);
    set_gateway("10.0.0.9");
    for (const unsigned port : {11U, 12U, 13U, 14U, 18U, 19U}) {
      sim.scenario.port(port, 1, mac_of(port).to_string().c_str(), fmt::format("10.0.0.{}", port % 10).c_str());
    }
    sim.scenario.run([&](topology::Planner& p) {
      return p.put(topology::Router{id<topology::RouterId>(1), {"tenant"}, "", {port_id(18), port_id(19)}, {}});
    });
    for (const auto& [host, ports] : std::map<unsigned, std::vector<unsigned>>{{1, {11, 13}}, {2, {12, 19}}, {3, {14, 18}}}) {
      for (const unsigned port : ports) sim.plug(host, port_id(port), port);
    }
    // The controller has not seen any of that.
    sim.restart_controller();
    for (const unsigned host : {1U, 2U, 3U}) sim.connect(host);
    sim.settle();
  }

  void set_gateway(const char* ip) {
    sim.scenario.run([&](topology::Planner& p) {
      topology::Subnet subnet = *sim.scenario.topology.subnet(subnet_id(1));
      subnet.gateway_ip = ip == nullptr ? std::nullopt : parse_ip_address(ip);
      return p.put(subnet);
    });
  }
  void use(ForwardingMode mode) {
    sim.transact([&](topology::Planner& p) { return p.set_mode(network_id(1), mode); });
    sim.settle();
  }
  TraceResult send(unsigned from, const char* ip, TraceProtocol protocol = TraceProtocol::kUdp, std::optional<MacAddress> mac = std::nullopt,
                   std::optional<unsigned> after = std::nullopt) {
    TraceRequest request{port_id(from), *Ipv4Address::parse(ip), mac, protocol};
    if (after) request.after = port_id(*after);
    const auto result = trace(*sim.controller, sim.scenario.topology, request);
    EXPECT_TRUE(result) << result.error();
    return result.value_or(TraceResult{});
  }

  Simulation sim{3};
};

template <class Step, class Tell>
Texts told(const TraceResult& result, Tell tell) {
  Texts out;
  for (const TraceStep& step : result.steps) {
    if (const auto* what = std::get_if<Step>(&step.what)) out.push_back(tell(*what));
  }
  return out;
}

// "hv2:12", with "answer" for an answer.
Texts arrivals(const TraceResult& result) {
  return told<ArrivalStep>(result, [](const ArrivalStep& s) {
    return fmt::format("{}:{}{}", s.host.text, s.of_port.value(), s.answer ? " answer" : "");
  });
}

// "hv1 remote: hv2 restore_source, hv1 forward_remote"; "hv1 drop unknown_destination".
Texts decisions(const TraceResult& result) {
  return told<ControllerStep>(result, [](const ControllerStep& s) {
    Texts installs;
    for (const auto& [host, flow] : s.installs) {
      EXPECT_NE(flow.idle_timeout, 0) << "it goes when nobody uses it";
      installs.push_back(fmt::format("{} {}", host.text, pipeline::spec(pipeline::parse_cookie(flow.cookie)->rule).name));
    }
    const std::string why = s.reason == decision::Reason() ? "" : fmt::format(" {}", s.reason.name());
    return fmt::format("{} {}{}{}{}", s.host.text, to_string(s.decision), why, installs.empty() ? "" : ": ", fmt::join(installs, ", "));
  });
}

Texts rules(const TraceResult& result) {
  return told<TableStep>(result, [](const TableStep& s) {
    const auto content = s.flow ? pipeline::parse_cookie(s.flow->cookie) : std::nullopt;
    return content ? std::string(pipeline::spec(content->rule).name) : "none";
  });
}

std::string reason(const TraceResult& result) {
  return result.drop ? std::string(result.drop->name()) : "";
}

MacAddress sent_to(const TraceResult& result) {
  return packet::parse_headers(result.steps.at(0).frame)->eth_dst;
}

struct Case {
  const char* what;
  unsigned from;
  const char* to;
  TraceProtocol protocol;
  Texts arrivals;
  std::string drop;
  Texts decisions;  // in a reactive network
};

// The five decisions of the paper's section 3.7, and packets that are refused.
const Case kCases[] = {
    {"3.7.1 ARP", 11, "10.0.0.2", TraceProtocol::kArp, {"hv1:11 answer"}, "", {"hv1 arp_reply"}},
    {"3.7.2 local", 11, "10.0.0.3", TraceProtocol::kUdp, {"hv1:13"}, "", {"hv1 local: hv1 forward_local"}},
    {"3.7.3 remote", 11, "10.0.0.2", TraceProtocol::kIcmp, {"hv2:12"}, "", {"hv1 remote: hv2 restore_source, hv1 forward_remote"}},
    {"3.7.4 broadcast", 12, "255.255.255.255", TraceProtocol::kUdp,
     {"hv1:11", "hv1:13", "hv2:19", "hv3:14", "hv3:18"}, "",
     {"hv2 broadcast: hv1 restore_source, hv3 restore_source, hv2 rewrite_flood, hv2 rewrite_flood, hv2 rewrite_directed"}},
    {"3.7.5 external, remote", 11, "198.51.100.7", TraceProtocol::kTcp, {"hv2:19"}, "",
     {"hv1 external: hv2 restore_source, hv1 forward_router_remote"}},
    {"3.7.5 external, local", 12, "198.51.100.7", TraceProtocol::kTcp, {"hv2:19"}, "", {"hv2 external: hv2 forward_router_local"}},
    {"ARP for nobody", 11, "10.0.0.77", TraceProtocol::kArp, {}, "arp_unknown_target", {"hv1 drop arp_unknown_target"}},
    {"nobody, asked for by ARP", 11, "10.0.0.77", TraceProtocol::kUdp, {}, "arp_unknown_target", {"hv1 drop arp_unknown_target"}},
    {"ARP for oneself", 11, "10.0.0.1", TraceProtocol::kArp, {}, "arp_for_own_address", {}},
};

TEST_F(TraceTest, ProactiveNetworksAskNobody) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    const TraceResult result = send(c.from, c.to, c.protocol);
    EXPECT_THAT(arrivals(result), ::testing::UnorderedElementsAreArray(c.arrivals));
    EXPECT_EQ(reason(result), c.drop);
    EXPECT_THAT(decisions(result), IsEmpty());
  }
}

TEST_F(TraceTest, InReactiveNetworksTheControllerDecides) {
  use(ForwardingMode::kReactive);
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    const TraceResult result = send(c.from, c.to, c.protocol);
    EXPECT_THAT(arrivals(result), ::testing::UnorderedElementsAreArray(c.arrivals));
    EXPECT_EQ(reason(result), c.drop);
    EXPECT_EQ(decisions(result), c.decisions);
  }
}

TEST_F(TraceTest, TheFrameGoesThroughTheTablesAgainOnceItsFlowsAreThere) {
  use(ForwardingMode::kReactive);
  EXPECT_THAT(rules(send(11, "10.0.0.3")), ElementsAre("vm_frame", "source_allowed", "ask_forward", "vm_frame", "source_allowed", "forward_local"));
  const TraceResult remote = send(11, "10.0.0.2");
  EXPECT_THAT(rules(remote), Contains("restore_source"));
  EXPECT_EQ(remote.steps.front().frame, remote.steps.back().frame) << "it arrives as it was sent";
}

TEST_F(TraceTest, ArrivesAsSentEverywhere) {
  for (const auto mode : {ForwardingMode::kProactive, ForwardingMode::kReactive}) {
    use(mode);
    for (const char* ip : {"255.255.255.255", "10.0.0.255", "224.0.0.251", "10.0.0.3", "10.0.0.4"}) {
      const TraceResult result = send(11, ip);
      EXPECT_FALSE(arrivals(result).empty()) << ip;
      for (const TraceStep& step : result.steps) {
        const bool arrival = std::holds_alternative<ArrivalStep>(step.what);
        EXPECT_TRUE(!arrival || step.frame == result.steps.front().frame) << ip << ": " << packet::describe(step.frame);
      }
    }
  }
}

TEST_F(TraceTest, AReceiverWhoseSwitchIsAwayCannotBeTold) {
  use(ForwardingMode::kReactive);
  sim.disconnect(2);
  sim.settle();
  const TraceResult result = send(11, "10.0.0.2");
  EXPECT_EQ(reason(result), "destination_gone");
  EXPECT_THAT(decisions(result), ElementsAre("hv1 drop destination_gone"));
  // Of a broadcast the others get theirs.
  EXPECT_THAT(arrivals(send(11, "255.255.255.255")), UnorderedElementsAre("hv1:13", "hv3:14", "hv3:18"));
}

// Its own packet has made the sender's host know the way to 12, so that one of 13 is not asked about there, but host 2 has not heard of 13 yet.
TEST_F(TraceTest, AHostThatDoesNotKnowTheSenderAsksToo) {
  use(ForwardingMode::kReactive);
  const TraceResult result = send(13, "10.0.0.2", TraceProtocol::kUdp, std::nullopt, 11);
  EXPECT_THAT(decisions(result), ElementsAre("hv2 restore: hv2 restore_source"));
  EXPECT_THAT(arrivals(result), ElementsAre("hv2:12"));
  EXPECT_EQ(result.steps.front().frame, result.steps.back().frame);
}

TEST_F(TraceTest, OnlyFirstPacketsAreAskedAbout) {
  use(ForwardingMode::kReactive);
  for (const char* ip : {"10.0.0.2", "10.0.0.3", "255.255.255.255", "198.51.100.7"}) {
    const TraceResult result = send(11, ip, TraceProtocol::kUdp, std::nullopt, 11);
    EXPECT_THAT(decisions(result), IsEmpty()) << ip;
    EXPECT_EQ(arrivals(result), arrivals(send(11, ip))) << ip;
  }
  EXPECT_THAT(decisions(send(11, "10.0.0.2", TraceProtocol::kArp, std::nullopt, 11)), ElementsAre("hv1 arp_reply")) << "every time";
}

TEST_F(TraceTest, AMacAddressThatTheDestinationDoesNotHaveIsRefused) {
  use(ForwardingMode::kReactive);
  const TraceResult result = send(11, "10.0.0.2", TraceProtocol::kUdp, mac_of(13));
  EXPECT_THAT(decisions(result), ElementsAre("hv1 drop unknown_destination"));
  EXPECT_EQ(reason(result), "unknown_destination");
}

TEST_F(TraceTest, DestinationsHaveTheMacThatAVmWouldSendTo) {
  const std::pair<const char*, MacAddress> cases[] = {
      {"10.0.0.2", mac_of(12)},
      {"255.255.255.255", kBroadcastMac},
      {"10.0.0.255", kBroadcastMac},
      {"224.0.0.251", MacAddress(0x01005e0000fb)},
      {"239.255.18.52", MacAddress(0x01005e7f1234)},
      {"10.0.1.255", mac_of(19)},  // another subnet's broadcast is an address beyond the gateway
      {"198.51.100.7", mac_of(19)},
  };
  for (const auto& [ip, mac] : cases) EXPECT_EQ(sent_to(send(11, ip)), mac) << ip;
  const TraceResult nobody = send(11, "10.0.0.77");
  EXPECT_EQ(packet::parse_headers(nobody.steps.at(0).frame)->eth_type, packet::kEtherTypeArp);
  EXPECT_EQ(sent_to(send(11, "10.0.0.2", TraceProtocol::kUdp, mac_of(14))), mac_of(14)) << "as the caller says";
}

TEST_F(TraceTest, TheGatewayIsTheSubnetsElseTheFirstRouterPort) {
  set_gateway(nullptr);
  EXPECT_EQ(sent_to(send(11, "198.51.100.7")), mac_of(18));
  set_gateway("10.0.0.4");  // a VM, not a router's port
  EXPECT_EQ(sent_to(send(11, "198.51.100.7")), mac_of(18));
  set_gateway("10.0.0.9");
  EXPECT_EQ(sent_to(send(11, "198.51.100.7")), mac_of(19));
  sim.scenario.run([](topology::Planner& p) { return p.erase(id<topology::RouterId>(1)); });
  const TraceResult nowhere = send(11, "198.51.100.7");
  EXPECT_EQ(packet::parse_headers(nowhere.steps.at(0).frame)->eth_type, packet::kEtherTypeArp) << "nobody leads there";
}

// Host 1 is attached, host 2 is not. "hv1:7 public" where a packet goes outside.
class AttachedTraceTest : public TraceTest {
 protected:
  AttachedTraceTest() {
    sim.plug(1, "phy-public", 7);
    sim.transact([](topology::Planner& p) {
      return p.put(topology::Network{network_id(1), {"tenant"}, "", {}, {}, {}, {}, "public"});
    });
    set_gateway("10.0.0.254");
    sim.settle();
  }
  static Texts departures(const TraceResult& result) {
    return told<DepartureStep>(
        result, [](const DepartureStep& s) { return fmt::format("{}:{} {}", s.host.text, s.of_port.value(), s.physical_network); });
  }
  static Ipv4Address arp_target(const TraceResult& result) { return packet::parse_headers(result.steps.at(0).frame)->arp->target_ip; }
};

TEST_F(AttachedTraceTest, WhatNobodyHereHasGoesOutside) {
  const TraceResult beyond = send(11, "198.51.100.7");
  EXPECT_THAT(departures(beyond), ElementsAre("hv1:7 public"));
  EXPECT_EQ(reason(beyond), "");
  EXPECT_EQ(arp_target(beyond), *Ipv4Address::parse("10.0.0.254")) << "it asks for its gateway first";
  EXPECT_EQ(arp_target(send(11, "10.0.0.77")), *Ipv4Address::parse("10.0.0.77"));
  const TraceResult known = send(11, "198.51.100.7", TraceProtocol::kUdp, MacAddress(0x0200000000fe));
  EXPECT_THAT(departures(known), ElementsAre("hv1:7 public"));
  EXPECT_EQ(known.steps.back().frame, known.steps.front().frame);
  EXPECT_THAT(departures(send(11, "255.255.255.255")), ElementsAre("hv1:7 public"));
  EXPECT_THAT(arrivals(send(11, "255.255.255.255")), UnorderedElementsAre("hv1:13", "hv2:12", "hv2:19", "hv3:14", "hv3:18"));
  EXPECT_THAT(departures(send(11, "10.0.0.2")), IsEmpty());
}

TEST_F(AttachedTraceTest, AHostThatIsNotAttachedHasNoOutside) {
  EXPECT_EQ(reason(send(12, "10.0.0.77")), "arp_unknown_target");
  EXPECT_EQ(reason(send(12, "198.51.100.7", TraceProtocol::kUdp, MacAddress(0x0200000000fe))), "unknown_destination");
}

TEST_F(TraceTest, APortThatIsNotPluggedCannotSend) {
  sim.unplug(1, 11);
  sim.settle();
  const auto result = trace(*sim.controller, sim.scenario.topology, {port_id(11), *Ipv4Address::parse("10.0.0.2"), {}, TraceProtocol::kUdp});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error(), ::testing::HasSubstr("not plugged"));
}

}  // namespace
}  // namespace dcportals::daemon
