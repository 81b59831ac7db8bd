// Topology in, flows out: what a host has, in which numbers, and what it does not have.
#include "flowgen/compile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "flowtable/switch_tables.h"
#include "pipeline/cookie.h"
#include "testing/scenario.h"

namespace dcportals::flowgen {
namespace {

using namespace dcportals::testing;
using openflow::OfPort;
using pipeline::Rule;

constexpr const char* kMacA = "fa:16:3e:00:00:01";
constexpr const char* kMacB = "fa:16:3e:00:00:02";

std::map<Rule, int> count_rules(const Entries& entries) {
  std::map<Rule, int> out;
  for (const openflow::Entry& entry : entries) {
    if (const auto* flow = std::get_if<openflow::Flow>(&entry)) ++out[pipeline::parse_cookie(flow->cookie)->rule];
  }
  return out;
}

// Two ports of one network on two hosts.
class TwoHosts : public ::testing::Test {
 protected:
  void SetUp() override {
    s.network(1);
    s.port(1, 1, kMacA, "10.0.0.1");
    s.port(2, 1, kMacB, "10.0.0.2");
    s.host(1);
    s.host(2);
    s.site(1, {port_id(1)});
    s.site(2, {port_id(2)});
    wiring.uplink = OfPort{1};
    wiring.uplinks = {OfPort{1}};
    wiring.ports = {{port_id(1), OfPort{2}}};
  }
  std::map<Rule, int> rules() { return count_rules(compile_all({s.topology, policy, host_name(1), wiring})); }

  Scenario s;
  Policy policy;
  Wiring wiring;
  const Wiring at2{OfPort{1}, {OfPort{1}}, {{port_id(2), OfPort{2}}}};
};

TEST_F(TwoHosts, KnowsLocalAndRemotePort) {
  auto r = rules();
  EXPECT_EQ(r[Rule::kVmFrame], 1);
  EXPECT_EQ(r[Rule::kSourceAllowed], 1);
  EXPECT_EQ(r[Rule::kForwardLocal], 1);
  EXPECT_EQ(r[Rule::kForwardRemote], 1);
  EXPECT_EQ(r[Rule::kRewriteSource], 1);
  EXPECT_EQ(r[Rule::kRestoreSource], 1);
  EXPECT_EQ(r[Rule::kRestoreDestination], 1);
  EXPECT_EQ(r[Rule::kArpReply], 2);
}

TEST_F(TwoHosts, EveryKeyOfATableIsUnique) {
  const Entries flows = compile_all({s.topology, policy, host_name(1), wiring});
  EXPECT_EQ(flowtable::SwitchTables(flows).size(), flows.size());
}

TEST_F(TwoHosts, WithoutUplinkNothingCrosses) {
  wiring.uplink.reset();
  auto r = rules();
  EXPECT_EQ(r[Rule::kForwardRemote], 0);
  EXPECT_EQ(r[Rule::kRewriteSource], 0);
  EXPECT_EQ(r[Rule::kWireFrame], 0);
  EXPECT_EQ(r[Rule::kArpReply], 1) << "who cannot be reached is not answered for";
}

TEST_F(TwoHosts, AnotherNetworkIsUnknownHere) {
  s.network(2);
  s.port(3, 2, kMacA, "10.0.0.1");
  s.site(2, {port_id(2), port_id(3)});
  EXPECT_TRUE(compile_port({s.topology, policy, host_name(1), wiring}, port_id(3)).empty());
}

TEST_F(TwoHosts, UnpluggedPortHasNoFlowsAnywhere) {
  s.site(2, {});
  EXPECT_TRUE(compile_port({s.topology, policy, host_name(1), wiring}, port_id(2)).empty());
}

TEST_F(TwoHosts, AdminDownDropsItsFramesAndNobodyKnowsIt) {
  topology::Port port = Scenario::make_port(1, 1, kMacA, {"10.0.0.1"});
  port.admin_state_up = false;
  s.port(port);
  const auto r = count_rules(compile_port({s.topology, policy, host_name(1), wiring}, port_id(1)));
  EXPECT_EQ(r, (std::map<Rule, int>{{Rule::kVmAdminDown, 1}}));
  EXPECT_TRUE(compile_port({s.topology, policy, host_name(2), at2}, port_id(1)).empty());
}

TEST_F(TwoHosts, SeveralAddressesHaveSeveralKeys) {
  s.port(Scenario::make_port(2, 1, kMacB, {"10.0.0.2", "10.0.0.3"}));
  auto r = rules();
  EXPECT_EQ(r[Rule::kForwardRemote], 2);
  EXPECT_EQ(r[Rule::kRestoreSource], 2);
}

TEST_F(TwoHosts, ASharedAddressGoesToOnePortOnly) {
  for (unsigned n : {1U, 2U}) {
    topology::Port port = *s.topology.port(port_id(n));
    port.allowed_address_pairs = {{*parse_ip_address("10.0.0.100"), *MacAddress::parse("00:00:5e:00:01:01")}};
    s.port(port);
  }
  EXPECT_TRUE(serves(s.topology, *s.topology.port(port_id(1)), *Ipv4Address::parse("10.0.0.100")));
  EXPECT_FALSE(serves(s.topology, *s.topology.port(port_id(2)), *Ipv4Address::parse("10.0.0.100")));
  const Entries flows = compile_all({s.topology, policy, host_name(1), wiring});
  EXPECT_EQ(flowtable::SwitchTables(flows).size(), flows.size());
  s.site(1, {});
  EXPECT_TRUE(serves(s.topology, *s.topology.port(port_id(2)), *Ipv4Address::parse("10.0.0.100"))) << "the other one is not sited";
}

TEST_F(TwoHosts, DuringMigrationBothSitesSendAndTheActiveOneReceives) {
  s.site(1, {port_id(1), port_id(2)});  // port 2 appears at host 1 as well: the latest report is the active site
  wiring.ports[port_id(2)] = OfPort{3};
  auto at1 = count_rules(compile_port({s.topology, policy, host_name(1), wiring}, port_id(2)));
  EXPECT_EQ(at1[Rule::kForwardLocal], 1);
  EXPECT_EQ(at1[Rule::kRestoreSource], 1) << "the old site still sends";
  auto there = count_rules(compile_port({s.topology, policy, host_name(2), at2}, port_id(2)));
  EXPECT_EQ(there[Rule::kForwardRemote], 1);
  EXPECT_EQ(there[Rule::kRestoreDestination], 1) << "frames under way still arrive";
}

TEST_F(TwoHosts, SameInSameOut) {
  EXPECT_EQ(compile_all({s.topology, policy, host_name(1), wiring}), compile_all({s.topology, policy, host_name(1), wiring}));
}

}  // namespace
}  // namespace dcportals::flowgen
