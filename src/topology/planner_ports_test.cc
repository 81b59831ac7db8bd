// Rules about ports and hosts, each broken once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topology/planner.h"
#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using namespace test;
using testing::HasSubstr;

class PlannerPortsTest : public testing::Test {
 protected:
  PlannerPortsTest() : topology(make_pool()), planner(topology) {
    for (unsigned n : {1U, 2U}) {
      EXPECT_EQ(answer(planner.put(make_network(n))), "changed");
      EXPECT_EQ(answer(planner.put(make_subnet(n, n, "10.0.0.0/24"))), "changed");
    }
    EXPECT_EQ(answer(planner.put(make_port(1, 1, 1, "10.0.0.1"))), "changed");
  }

  Topology topology;
  Planner planner;
};

TEST_F(PlannerPortsTest, NeedsItsNetworkAndStaysInIt) {
  EXPECT_EQ(answer(planner.put(make_port(2, 9))), "not found network_id");
  EXPECT_EQ(answer(planner.put(make_port(1, 2))), "invalid network_id");
}

TEST_F(PlannerPortsTest, MacIsUniqueInItsNetworkOnly) {
  Port twin = make_port(2, 1);
  twin.mac_address = mac(1);
  const auto refused = planner.put(twin);
  ASSERT_EQ(answer(refused), "conflict mac_address");
  EXPECT_THAT(refused.error().text, HasSubstr(port_id(1).to_string()));
  twin.network_id = network_id(2);
  EXPECT_EQ(answer(planner.put(twin)), "changed");
  Port changed = make_port(1, 1, 1, "10.0.0.1");
  changed.mac_address = mac(8);
  EXPECT_EQ(answer(planner.put(changed)), "changed");
  Port heir = make_port(3, 1);
  heir.mac_address = mac(1);
  EXPECT_EQ(answer(planner.put(heir)), "changed");
}

TEST_F(PlannerPortsTest, MacIsOneInterfaces) {
  Port port = make_port(2, 1);
  port.mac_address = MacAddress();
  EXPECT_EQ(answer(planner.put(port)), "invalid mac_address");
  port.mac_address = MacAddress(0x01005e000001);
  EXPECT_EQ(answer(planner.put(port)), "invalid mac_address");
  port.mac_address = kBroadcastMac;
  EXPECT_EQ(answer(planner.put(port)), "invalid mac_address");
}

TEST_F(PlannerPortsTest, MacIsNoHosts) {
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), host_mac(1))), "changed");
  Port port = make_port(2, 1);
  port.mac_address = host_mac(1);
  const auto refused = planner.put(port);
  ASSERT_EQ(answer(refused), "conflict mac_address");
  EXPECT_THAT(refused.error().text, HasSubstr("host1"));
  port.mac_address = mac(2);
  port.allowed_address_pairs = {{ip("10.0.0.9"), host_mac(1)}};
  EXPECT_EQ(answer(planner.put(port)), "conflict allowed_address_pairs[0].mac_address");
}

// Else a tenant could keep a hypervisor from joining by guessing its MAC.
TEST_F(PlannerPortsTest, HostMayHaveTheMacOfAnEarlierPort) {
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), mac(1))), "changed");
  Port renamed = make_port(1, 1, 1, "10.0.0.1");
  renamed.name = "still there";
  EXPECT_EQ(answer(planner.put(renamed)), "changed");
}

TEST_F(PlannerPortsTest, FixedIpIsUniqueInItsNetworkOnly) {
  const auto refused = planner.put(make_port(2, 1, 1, "10.0.0.1"));
  ASSERT_EQ(answer(refused), "conflict fixed_ips[0].ip_address");
  EXPECT_THAT(refused.error().text, HasSubstr(port_id(1).to_string()));
  EXPECT_EQ(answer(planner.put(make_port(2, 2, 2, "10.0.0.1"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(1, 1, 1, "10.0.0.7"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(3, 1, 1, "10.0.0.1"))), "changed");
  Port twice = make_port(4, 1, 1, "10.0.0.4");
  twice.fixed_ips.push_back(twice.fixed_ips[0]);
  EXPECT_EQ(answer(planner.put(twice)), "invalid fixed_ips[1].ip_address");
}

TEST_F(PlannerPortsTest, FixedIpLiesInItsSubnet) {
  EXPECT_EQ(answer(planner.put(make_port(2, 1, 9, "10.0.0.2"))), "not found fixed_ips[0].subnet_id");
  EXPECT_EQ(answer(planner.put(make_port(2, 1, 2, "10.0.0.2"))), "invalid fixed_ips[0].subnet_id");
  for (const char* address :
       {"10.0.1.1", "10.0.0.0", "10.0.0.255", "240.0.0.1", "255.255.255.255", "224.0.0.5", "127.0.0.1", "0.0.0.0", "fd00::1"}) {
    EXPECT_EQ(answer(planner.put(make_port(2, 1, 1, address))), "invalid fixed_ips[0].ip_address") << address;
  }
  EXPECT_EQ(answer(planner.put(make_port(2, 1, 1, "10.0.0.254"))), "changed");
}

TEST_F(PlannerPortsTest, SmallSubnetsHaveNoEdgeAddresses) {
  EXPECT_EQ(answer(planner.put(make_subnet(3, 1, "10.3.0.0/30"))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(4, 1, "10.4.0.0/31"))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(5, 1, "10.5.0.0/32"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(2, 1, 3, "10.3.0.3"))), "invalid fixed_ips[0].ip_address");
  EXPECT_EQ(answer(planner.put(make_port(2, 1, 4, "10.4.0.0"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(3, 1, 4, "10.4.0.1"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(4, 1, 5, "10.5.0.0"))), "changed");
}

TEST_F(PlannerPortsTest, AllowedAddressMayBeAnotherPorts) {
  Port first = make_port(2, 1, 1, "10.0.0.2");
  first.allowed_address_pairs = {{ip("10.0.0.1"), std::nullopt}, {ip("10.0.0.100"), MacAddress(0x00005e000101)}};
  Port second = make_port(3, 1, 1, "10.0.0.3");
  second.allowed_address_pairs = first.allowed_address_pairs;
  EXPECT_EQ(answer(planner.put(first)), "changed");
  EXPECT_EQ(answer(planner.put(second)), "changed");
  EXPECT_EQ(answer(planner.put(make_port(4, 1, 1, "10.0.0.100"))), "changed");
}

TEST_F(PlannerPortsTest, AllowedAddressIsOneInterfaces) {
  Port port = make_port(2, 1);
  for (const char* address :
       {"240.1.1.1", "0.0.0.0", "0.0.0.9", "127.0.0.1", "224.0.0.18", "255.255.255.255", "ff02::1", "::", "::1"}) {
    port.allowed_address_pairs = {{ip("10.0.0.9"), std::nullopt}, {ip(address), std::nullopt}};
    EXPECT_EQ(answer(planner.put(port)), "invalid allowed_address_pairs[1].ip_address") << address;
  }
  port.allowed_address_pairs = {{ip("10.0.0.9"), MacAddress()}};
  EXPECT_EQ(answer(planner.put(port)), "invalid allowed_address_pairs[0].mac_address");
  port.allowed_address_pairs = {{ip("10.0.0.9"), kBroadcastMac}};
  EXPECT_EQ(answer(planner.put(port)), "invalid allowed_address_pairs[0].mac_address");
  port.allowed_address_pairs = {{ip("fe80::1"), mac(2)}};
  EXPECT_EQ(answer(planner.put(port)), "changed");
}

TEST_F(PlannerPortsTest, TextsHaveLimits) {
  const std::string wide(256, 'x');
  const auto refusal = [&](auto member, const std::string& value) {
    Port port = make_port(2, 1);
    port.*member = value;
    return answer(planner.put(port));
  };
  EXPECT_EQ(refusal(&Port::name, wide), "invalid name");
  EXPECT_EQ(refusal(&Port::device_owner, wide), "invalid device_owner");
  EXPECT_EQ(refusal(&Port::device_id, wide), "invalid device_id");
  Port port = make_port(2, 1, wide.c_str());
  EXPECT_EQ(answer(planner.put(port)), "invalid tenant_id");
  for (const std::string& name : {std::string(), wide, std::string("a\tb"), std::string("a\x7f")}) {
    port = make_port(2, 1);
    port.host_hint = HostName{name};
    EXPECT_EQ(answer(planner.put(port)), "invalid binding_host_id") << name;
  }
}

TEST_F(PlannerPortsTest, ListsHaveLimits) {
  Port port = make_port(2, 1);
  port.fixed_ips.resize(1025, {subnet_id(1), ip("10.0.0.9")});
  EXPECT_EQ(answer(planner.put(port)), "invalid fixed_ips");
  port.fixed_ips.clear();
  port.allowed_address_pairs.resize(1024, {ip("10.0.0.9"), std::nullopt});
  EXPECT_EQ(answer(planner.put(port)), "changed");
  port.allowed_address_pairs.resize(1025, {ip("10.0.0.9"), std::nullopt});
  EXPECT_EQ(answer(planner.put(port)), "invalid allowed_address_pairs");
}

TEST_F(PlannerPortsTest, HostsAreSeenOnceAndUpdated) {
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), std::nullopt)), "changed");
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), std::nullopt)), "unchanged");
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), host_mac(1))), "changed");
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), std::nullopt)), "unchanged");
  EXPECT_EQ(topology.host(host_name(1))->mac, host_mac(1));
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(7), host_mac(7))), "changed");
  EXPECT_EQ(topology.host_by_mac(host_mac(1)), nullptr);
  EXPECT_EQ(topology.host_by_mac(host_mac(7))->name, host_name(1));
  EXPECT_EQ(topology.host_by_dpid(Dpid(1)), nullptr);
}

TEST_F(PlannerPortsTest, HostsDifferInMacAndDpid) {
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), host_mac(1))), "changed");
  EXPECT_EQ(answer(planner.see_host(host_name(2), Dpid(2), host_mac(1))), "conflict mac");
  EXPECT_EQ(answer(planner.see_host(host_name(2), Dpid(1), host_mac(2))), "conflict dpid");
  EXPECT_EQ(answer(planner.see_host(host_name(2), Dpid(2), MacAddress())), "invalid mac");
  EXPECT_EQ(answer(planner.see_host(host_name(2), Dpid(2), kBroadcastMac)), "invalid mac");
  EXPECT_EQ(answer(planner.see_host(host_name(2), Dpid(2), host_mac(2))), "changed");
  EXPECT_EQ(topology.host(host_name(2))->index, HostIndex(1));
}

TEST_F(PlannerPortsTest, HostNamesAreNames) {
  for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("a\nb"), std::string("a\0b", 3)}) {
    EXPECT_EQ(answer(planner.see_host(HostName{name}, Dpid(1), std::nullopt)), "invalid name") << name;
  }
  for (const std::string name : {"\x80", "a\xff", "\xc3", "\xc0\xaf", "\xe2\x82", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                                 "\xf5\x80\x80\x80"}) {
    EXPECT_EQ(answer(planner.see_host(HostName{name}, Dpid(1), std::nullopt)), "invalid name") << "not UTF-8";
  }
  std::uint64_t number = 1;
  for (const std::string name : {"hv-1.example", "h\xc3\xb6rst", "\xe2\x82\xac", "\xee\x80\x80", "\xf0\x9f\x90\xa7"}) {
    EXPECT_EQ(answer(planner.see_host(HostName{name}, Dpid(number++), std::nullopt)), "changed") << name;
  }
}

TEST_F(PlannerPortsTest, HostWithSitesStays) {
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), host_mac(1))), "changed");
  EXPECT_EQ(answer(planner.site(host_name(1), std::vector{port_id(1)})), "changed");
  const auto refused = planner.erase(host_name(1));
  ASSERT_EQ(answer(refused), "in use id");
  EXPECT_THAT(refused.error().text, HasSubstr(port_id(1).to_string()));
  EXPECT_EQ(answer(planner.site(host_name(1), {})), "changed");
  EXPECT_EQ(answer(planner.erase(host_name(1))), "changed");
  EXPECT_EQ(answer(planner.erase(host_name(1))), "unchanged");
}

TEST_F(PlannerPortsTest, SitesAreOfKnownHostsAndPorts) {
  EXPECT_EQ(answer(planner.site(host_name(1), {})), "not found host");
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), host_mac(1))), "changed");
  EXPECT_EQ(answer(planner.site(host_name(1), std::vector{port_id(9)})), "unchanged");
  EXPECT_EQ(answer(planner.site(host_name(1), std::vector{port_id(1), port_id(1), port_id(9)})), "changed");
  EXPECT_EQ(answer(planner.site(host_name(1), std::vector{port_id(1)})), "unchanged");
  EXPECT_EQ(topology.sites_of(port_id(1)).size(), 1U);
}

TEST_F(PlannerPortsTest, ErasedPortLeavesItsSites) {
  EXPECT_EQ(answer(planner.see_host(host_name(1), Dpid(1), host_mac(1))), "changed");
  EXPECT_EQ(answer(planner.site(host_name(1), std::vector{port_id(1)})), "changed");
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
  EXPECT_TRUE(topology.ports_sited_at(host_name(1)).empty());
  EXPECT_TRUE(topology.hosts_of(network_id(1)).empty());
  EXPECT_EQ(answer(planner.erase(host_name(1))), "changed");
}

}  // namespace
}  // namespace dcportals::topology
