#include "topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::Pair;

// Two networks with two ports each, all four in reach of two hosts.
class TopologyTest : public testing::Test {
 protected:
  TopologyTest() : topology(make_pool()) {
    plan_and_apply(topology, [](Planner& planner) {
      for (unsigned n : {1U, 2U}) {
        EXPECT_TRUE(planner.put(make_network(n)));
        EXPECT_TRUE(planner.put(make_subnet(n, n, "10.0.0.0/24")));
        EXPECT_TRUE(planner.see_host(host_name(n), Dpid(n), host_mac(n)));
      }
      EXPECT_TRUE(planner.put(make_port(11, 1, 1, "10.0.0.1")));
      EXPECT_TRUE(planner.put(make_port(12, 1, 1, "10.0.0.2")));
      EXPECT_TRUE(planner.put(make_port(21, 2, 2, "10.0.0.1")));
      EXPECT_TRUE(planner.put(make_port(22, 2, 2, "10.0.0.2")));
    });
  }
  void site(unsigned host, std::vector<PortId> ports) {
    plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.site(host_name(host), ports)); });
  }

  Topology topology;
};

TEST_F(TopologyTest, UnknownIdsGiveNothing) {
  EXPECT_EQ(topology.network(network_id(9)), nullptr);
  EXPECT_EQ(topology.port(port_id(9)), nullptr);
  EXPECT_TRUE(topology.ports_of(network_id(9)).empty());
  EXPECT_TRUE(topology.subnets_of(network_id(9)).empty());
  EXPECT_TRUE(topology.hosts_of(network_id(9)).empty());
  EXPECT_TRUE(topology.ports_sited_at(host_name(9)).empty());
  EXPECT_TRUE(topology.networks_at(host_name(9)).empty());
  EXPECT_TRUE(topology.sites_of(port_id(9)).empty());
  EXPECT_EQ(topology.active_site(port_id(9)), nullptr);
  EXPECT_TRUE(topology.keys_of(port_id(9)).empty());
  EXPECT_EQ(topology.key_of(port_id(9), host_name(1), {mac(1), ip4("10.0.0.1")}), std::nullopt);
  EXPECT_EQ(topology.port_by_device("tapx"), nullptr);
  EXPECT_EQ(topology.router_of(port_id(11)), nullptr);
}

TEST_F(TopologyTest, IdsAreSorted) {
  EXPECT_THAT(topology.network_ids(), ElementsAre(network_id(1), network_id(2)));
  EXPECT_THAT(topology.port_ids(), ElementsAre(port_id(11), port_id(12), port_id(21), port_id(22)));
}

TEST_F(TopologyTest, FindsPortsByEveryNameThatNeutronGivesADevice) {
  EXPECT_EQ(topology.port(port_id(11))->tap_name(), "tap0000000b-00");
  for (const char* prefix : {"tap", "qr-", "qg-", "sg-", "ha-"}) {
    const Port* found = topology.port_by_device(std::string(prefix) + "0000000b-00");
    ASSERT_NE(found, nullptr) << prefix;
    EXPECT_EQ(found->id, port_id(11));
  }
  for (const char* name : {"", "tap", "0000000b-00", "qvo0000000b-00", "tap0000000b-0", "tap0000000b-000", "tap0000000b-0003", "tap0000000c-0",
                           "Tap0000000b-00", "xtap0000000b-00"}) {
    EXPECT_EQ(topology.port_by_device(name), nullptr) << name;
  }
}

TEST_F(TopologyTest, TheLowestIdOfTwoWithOneDeviceNameHasIt) {
  Port twin = make_port(13, 1);
  twin.id = PortId(*Uuid::parse("0000000b-00ff-4000-8000-000000000000"));
  plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.put(twin)); });
  EXPECT_EQ(topology.port_by_device("qr-0000000b-00")->id, port_id(11));
  plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.erase(port_id(11))); });
  EXPECT_EQ(topology.port_by_device("qr-0000000b-00")->id, twin.id);
  plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.erase(twin.id)); });
  EXPECT_EQ(topology.port_by_device("qr-0000000b-00"), nullptr);
}

TEST_F(TopologyTest, FindsPortsByMacAndFixedIp) {
  EXPECT_EQ(topology.port_by_mac(network_id(1), mac(12))->id, port_id(12));
  EXPECT_EQ(topology.port_by_mac(network_id(2), mac(12)), nullptr);
  EXPECT_EQ(topology.port_by_fixed_ip(network_id(2), ip("10.0.0.2"))->id, port_id(22));
}

TEST_F(TopologyTest, FindsHostsByEveryNumberOfTheirs) {
  EXPECT_EQ(topology.host_by_dpid(Dpid(2))->name, host_name(2));
  EXPECT_EQ(topology.host_by_mac(host_mac(2))->name, host_name(2));
  EXPECT_EQ(topology.host_by_index(HostIndex(1))->name, host_name(2));
  EXPECT_EQ(topology.host_by_index(HostIndex(2)), nullptr);
}

TEST_F(TopologyTest, CountsSitesOfANetworkByHost) {
  site(1, {port_id(11), port_id(12)});
  site(2, {port_id(12), port_id(21)});
  EXPECT_THAT(topology.hosts_of(network_id(1)), ElementsAre(Pair(host_name(1), 2), Pair(host_name(2), 1)));
  EXPECT_THAT(topology.networks_at(host_name(2)), ElementsAre(network_id(1), network_id(2)));
  site(2, {port_id(21)});
  EXPECT_THAT(topology.hosts_of(network_id(1)), ElementsAre(Pair(host_name(1), 2)));
  EXPECT_THAT(topology.networks_at(host_name(2)), ElementsAre(network_id(2)));
}

TEST_F(TopologyTest, ActiveSiteIsTheBindingHostElseTheLatest) {
  EXPECT_EQ(topology.active_site(port_id(11)), nullptr);
  site(2, {port_id(11)});
  site(1, {port_id(11)});
  EXPECT_EQ(topology.active_site(port_id(11))->host, host_name(1));
  Port port = *topology.port(port_id(11));
  port.host_hint = host_name(2);
  plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.put(port)); });
  EXPECT_EQ(topology.active_site(port_id(11))->host, host_name(2));
  site(2, {});
  EXPECT_EQ(topology.active_site(port_id(11))->host, host_name(1));
}

TEST_F(TopologyTest, ApplyReturnsWhatUndoesIt) {
  const Topology before = topology;
  Port port = *topology.port(port_id(11));
  port.mac_address = mac(99);
  const Change inverse = topology.apply(PutPort{port});
  EXPECT_FALSE(topology == before);
  EXPECT_EQ(topology.port_by_mac(network_id(1), mac(11)), nullptr);
  topology.apply(inverse);
  EXPECT_TRUE(topology == before);
  EXPECT_EQ(topology.port_by_mac(network_id(1), mac(99)), nullptr);
  EXPECT_EQ(topology.port_by_mac(network_id(1), mac(11))->id, port_id(11));
}

TEST_F(TopologyTest, ClaimantsOfAnAddressAreAllWhoMayUseItInTheNetwork) {
  EXPECT_THAT(topology.claimants(network_id(1), ip4("10.0.0.2")), ElementsAre(port_id(12)));
  Port port = *topology.port(port_id(11));
  port.allowed_address_pairs = {{ip("10.0.0.2"), mac(77)}};
  plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.put(port)); });
  EXPECT_THAT(topology.claimants(network_id(1), ip4("10.0.0.2")), ElementsAre(port_id(11), port_id(12)));
  EXPECT_THAT(topology.claimants(network_id(2), ip4("10.0.0.2")), ElementsAre(port_id(22)));
  plan_and_apply(topology, [&](Planner& planner) { EXPECT_TRUE(planner.erase(port_id(11))); });
  EXPECT_THAT(topology.claimants(network_id(1), ip4("10.0.0.2")), ElementsAre(port_id(12)));
  EXPECT_TRUE(topology.claimants(network_id(9), ip4("10.0.0.2")).empty());
}

TEST_F(TopologyTest, SitePutAgainIsReplacedAndRestored) {
  site(1, {port_id(11)});
  site(2, {port_id(11)});
  const Topology before = topology;
  const Change inverse = topology.apply(PutSite{{port_id(11), host_name(1), 99}});
  EXPECT_EQ(topology.active_site(port_id(11))->host, host_name(1));
  EXPECT_EQ(topology.sites_of(port_id(11)).size(), 2U);
  topology.apply(inverse);
  EXPECT_TRUE(topology == before);
  EXPECT_EQ(topology.active_site(port_id(11))->host, host_name(2));
}

TEST_F(TopologyTest, ErasingWhatIsNotThereChangesNothing) {
  const Topology before = topology;
  for (const Change& change : Changes{EraseNetwork{network_id(9)}, ErasePort{port_id(9)}, EraseSite{{port_id(11), host_name(1)}},
                                      EraseTombstone{Uuid()}}) {
    EXPECT_EQ(topology.apply(change), change);
  }
  EXPECT_TRUE(topology == before);
}

TEST(Port, TenantAddressesAreIpv4EachOnceFixedIpsFirst) {
  Port port = make_port(1, 1, 1, "10.0.0.5");
  port.fixed_ips.push_back({subnet_id(2), ip("fd00::5")});
  port.allowed_address_pairs = {{ip("10.0.0.9"), mac(7)},
                                {ip("10.0.0.5"), std::nullopt},
                                {ip("10.0.0.9"), std::nullopt},
                                {ip("fd00::9"), std::nullopt},
                                {ip("10.0.0.9"), mac(1)}};
  EXPECT_THAT(port.tenant_addresses(), ElementsAre(TenantAddress{mac(1), ip4("10.0.0.5")}, TenantAddress{mac(7), ip4("10.0.0.9")},
                                                   TenantAddress{mac(1), ip4("10.0.0.9")}));
}

}  // namespace
}  // namespace dcportals::topology
