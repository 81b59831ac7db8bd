// Mapping keys: who gets one, how long it is kept, when it may be given again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topology/planner.h"
#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PlannerKeysTest : public testing::Test {
 protected:
  explicit PlannerKeysTest(KeyPool pool = make_pool("240.0.0.0/8", 8)) : topology(pool), planner(topology) {
    EXPECT_EQ(answer(planner.put(make_network(1))), "changed");
    EXPECT_EQ(answer(planner.put(make_subnet(1, 1, "10.0.0.0/24"))), "changed");
    for (unsigned n : {1U, 2U}) EXPECT_EQ(answer(planner.see_host(host_name(n), Dpid(n), host_mac(n))), "changed");
  }
  void put_port(unsigned n) {
    EXPECT_EQ(answer(planner.put(make_port(n, 1, 1, fmt::format("10.0.0.{}", n).c_str()))), "changed");
  }
  void site(unsigned host, std::vector<PortId> ports) { EXPECT_TRUE(planner.site(host_name(host), ports)); }
  // The key of port n's fixed IP at the host, "" when it has none.
  std::string key(unsigned n, unsigned host) const {
    const TenantAddress address{mac(n), ip4(fmt::format("10.0.0.{}", n).c_str())};
    const auto found = topology.key_of(port_id(n), host_name(host), address);
    return found ? found->address.to_string() : "";
  }
  bool rests(const char* key) const {
    const KeyAssignment* assigned = topology.assignment(MappingKey{ip4(key)});
    return assigned != nullptr && assigned->resting;
  }

  Topology topology;
  Planner planner;
};

// Two hosts with three keys each.
class PlannerScarcityTest : public PlannerKeysTest {
 protected:
  PlannerScarcityTest() : PlannerKeysTest(make_pool("240.0.0.0/29", 1)) {}
};

TEST_F(PlannerKeysTest, SitedPortsGetKeysOfTheirHost) {
  put_port(1);
  EXPECT_THAT(topology.keys(), IsEmpty());
  site(1, {port_id(1)});
  EXPECT_EQ(key(1, 1), "240.0.0.1");
  put_port(2);
  site(2, {port_id(2)});
  EXPECT_EQ(key(2, 2), "240.1.0.1");
  EXPECT_THAT(planner.faults(), IsEmpty());
}

TEST_F(PlannerKeysTest, OneKeyForEachIpv4Address) {
  Port port = make_port(1, 1, 1, "10.0.0.1");
  port.allowed_address_pairs = {{ip("10.0.0.9"), std::nullopt}, {ip("fd00::1"), std::nullopt}};
  EXPECT_EQ(answer(planner.put(port)), "changed");
  site(1, {port_id(1)});
  EXPECT_THAT(topology.keys_of(port_id(1)), SizeIs(2));
  port.allowed_address_pairs.push_back({ip("10.0.0.10"), mac(77)});
  EXPECT_EQ(answer(planner.put(port)), "changed");
  EXPECT_EQ(topology.key_of(port_id(1), host_name(1), {mac(77), ip4("10.0.0.10")})->address, ip4("240.0.0.3"));
}

TEST_F(PlannerKeysTest, EqualAddressesOfTwoPortsHaveTheirOwnKeys) {
  for (unsigned n : {1U, 2U}) {
    Port port = make_port(n, 1);
    port.allowed_address_pairs = {{ip("10.0.0.100"), MacAddress(0x00005e000101)}};
    EXPECT_EQ(answer(planner.put(port)), "changed");
  }
  site(1, {port_id(1), port_id(2)});
  const TenantAddress shared{MacAddress(0x00005e000101), ip4("10.0.0.100")};
  EXPECT_NE(topology.key_of(port_id(1), host_name(1), shared), std::nullopt);
  EXPECT_NE(topology.key_of(port_id(1), host_name(1), shared), topology.key_of(port_id(2), host_name(1), shared));
}

TEST_F(PlannerKeysTest, PortThatVanishesAndReturnsKeepsItsKey) {
  put_port(1);
  put_port(2);
  site(1, {port_id(1)});
  site(1, {});
  EXPECT_FALSE(rests("240.0.0.1"));
  site(1, {port_id(2)});
  EXPECT_EQ(key(2, 1), "240.0.0.2");
  site(1, {port_id(1), port_id(2)});
  EXPECT_EQ(key(1, 1), "240.0.0.1");
  EXPECT_THAT(topology.keys(), SizeIs(2));
}

TEST_F(PlannerKeysTest, MigrationHasKeysAtBothHostsThenTheOldOnesRest) {
  put_port(1);
  site(1, {port_id(1)});
  site(2, {port_id(1)});
  EXPECT_EQ(key(1, 1), "240.0.0.1");
  EXPECT_EQ(key(1, 2), "240.1.0.1");
  site(1, {});
  EXPECT_TRUE(rests("240.0.0.1"));
  EXPECT_EQ(key(1, 1), "");
  EXPECT_EQ(key(1, 2), "240.1.0.1");
}

TEST_F(PlannerKeysTest, UnpluggedThenPluggedElsewhereRestsTheOldKey) {
  put_port(1);
  site(1, {port_id(1)});
  site(1, {});
  EXPECT_EQ(key(1, 1), "240.0.0.1");
  site(2, {port_id(1)});
  EXPECT_TRUE(rests("240.0.0.1"));
}

TEST_F(PlannerKeysTest, KeysOfRemovedAddressesRest) {
  Port port = make_port(1, 1, 1, "10.0.0.1");
  port.allowed_address_pairs = {{ip("10.0.0.9"), std::nullopt}};
  EXPECT_EQ(answer(planner.put(port)), "changed");
  site(1, {port_id(1)});
  port.allowed_address_pairs.clear();
  EXPECT_EQ(answer(planner.put(port)), "changed");
  EXPECT_FALSE(rests("240.0.0.1"));
  EXPECT_TRUE(rests("240.0.0.2"));
  port.mac_address = mac(50);
  EXPECT_EQ(answer(planner.put(port)), "changed");
  EXPECT_TRUE(rests("240.0.0.1"));
  EXPECT_EQ(topology.key_of(port_id(1), host_name(1), {mac(50), ip4("10.0.0.1")})->address, ip4("240.0.0.3"));
}

TEST_F(PlannerKeysTest, KeysOfDeletedPortsAndHostsRest) {
  put_port(1);
  put_port(2);
  site(1, {port_id(1), port_id(2)});
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
  EXPECT_TRUE(rests("240.0.0.1"));
  site(1, {});
  EXPECT_FALSE(rests("240.0.0.2"));
  EXPECT_EQ(answer(planner.erase(host_name(1))), "changed");
  EXPECT_TRUE(rests("240.0.0.2"));
}

TEST_F(PlannerKeysTest, HostIndexWaitsForItsKeysUnlessThereIsNoOther) {
  put_port(1);
  site(1, {port_id(1)});
  site(1, {});
  EXPECT_EQ(answer(planner.erase(host_name(1))), "changed");
  EXPECT_EQ(answer(planner.see_host(host_name(3), Dpid(3), host_mac(3))), "changed");
  EXPECT_EQ(topology.host(host_name(3))->index, HostIndex(2));
  planner.free_key(MappingKey{ip4("240.0.0.1")});
  EXPECT_EQ(answer(planner.see_host(host_name(4), Dpid(4), host_mac(4))), "changed");
  EXPECT_EQ(topology.host(host_name(4))->index, HostIndex(0));
}

TEST_F(PlannerKeysTest, FreeingTakesOnlyRestingKeys) {
  put_port(1);
  site(1, {port_id(1)});
  planner.free_key(MappingKey{ip4("240.0.0.1")});
  EXPECT_EQ(key(1, 1), "240.0.0.1");
  planner.free_key(MappingKey{ip4("240.0.0.200")});
  planner.free_key(MappingKey{ip4("10.0.0.1")});
  EXPECT_THAT(topology.keys(), SizeIs(1));
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
  planner.free_key(MappingKey{ip4("240.0.0.1")});
  EXPECT_THAT(topology.keys(), IsEmpty());
}

TEST_F(PlannerKeysTest, FreedKeyIsGivenAgainLast) {
  put_port(1);
  site(1, {port_id(1)});
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
  planner.free_key(MappingKey{ip4("240.0.0.1")});
  put_port(2);
  site(1, {port_id(2)});
  EXPECT_EQ(key(2, 1), "240.0.0.2");
}

TEST_F(PlannerScarcityTest, PortWithoutKeyIsAFaultAndNoFailure) {
  for (unsigned n : {1U, 2U, 3U, 4U}) put_port(n);
  site(1, {port_id(1), port_id(2), port_id(3), port_id(4)});
  EXPECT_EQ(key(3, 1), "240.0.0.3");
  EXPECT_EQ(key(4, 1), "");
  ASSERT_THAT(planner.faults(), SizeIs(1));
  EXPECT_EQ(planner.faults()[0].port_id, port_id(4));
  EXPECT_THAT(planner.faults()[0].text, HasSubstr("host host1 has no mapping key left for 10.0.0.4"));
  EXPECT_EQ(fault_of(topology, port_id(4)), planner.faults()[0]);
  EXPECT_EQ(fault_of(topology, port_id(3)), std::nullopt);
}

TEST_F(PlannerScarcityTest, FaultNamesEveryHostThatHasNone) {
  for (unsigned n : {1U, 2U, 3U, 4U}) put_port(n);
  for (unsigned host : {1U, 2U}) site(host, {port_id(1), port_id(2), port_id(3), port_id(4)});
  ASSERT_THAT(planner.faults(), SizeIs(1));
  EXPECT_THAT(planner.faults()[0].text, testing::ContainsRegex("host host1 has no .*; host host2 has no "));
}

TEST_F(PlannerScarcityTest, RestingKeysAreNotGivenAndFreedOnesGoToWhoWaits) {
  for (unsigned n : {1U, 2U, 3U, 4U, 5U}) put_port(n);
  site(1, {port_id(1), port_id(2), port_id(3), port_id(4), port_id(5)});
  EXPECT_EQ(answer(planner.erase(port_id(2))), "changed");
  EXPECT_EQ(key(4, 1), "");
  planner.free_key(MappingKey{ip4("240.0.0.2")});
  EXPECT_EQ(key(4, 1), "240.0.0.2");
  ASSERT_THAT(planner.faults(), SizeIs(1));
  EXPECT_EQ(planner.faults()[0].port_id, port_id(5));
  EXPECT_EQ(answer(planner.erase(port_id(5))), "changed");
  EXPECT_THAT(planner.faults(), IsEmpty());
}

TEST_F(PlannerScarcityTest, KeysOfAnErasedHostGoToWhoWaitsAtTheHostInItsPlace) {
  for (unsigned n : {1U, 2U, 3U, 4U}) put_port(n);
  site(1, {port_id(1), port_id(2), port_id(3)});
  site(1, {});
  EXPECT_EQ(answer(planner.erase(host_name(1))), "changed");
  EXPECT_EQ(answer(planner.see_host(host_name(3), Dpid(3), host_mac(3))), "changed");
  site(3, {port_id(4)});
  EXPECT_EQ(key(4, 3), "");
  planner.free_key(MappingKey{ip4("240.0.0.2")});
  EXPECT_EQ(key(4, 3), "240.0.0.2");
  EXPECT_THAT(planner.faults(), IsEmpty());
}

TEST_F(PlannerScarcityTest, OtherHostsAreNotTouched) {
  for (unsigned n : {1U, 2U, 3U, 4U}) put_port(n);
  site(1, {port_id(1), port_id(2), port_id(3)});
  site(2, {port_id(4)});
  EXPECT_EQ(key(4, 2), "240.0.0.5");
  EXPECT_THAT(planner.faults(), IsEmpty());
}

TEST_F(PlannerScarcityTest, HostsBeyondThePoolAreRefused) {
  EXPECT_EQ(answer(planner.see_host(host_name(3), Dpid(3), host_mac(3))), "exhausted name");
  put_port(1);
  site(1, {port_id(1)});
  site(1, {});
  EXPECT_EQ(answer(planner.erase(host_name(1))), "changed");
  EXPECT_EQ(answer(planner.see_host(host_name(3), Dpid(3), host_mac(3))), "changed");
  EXPECT_EQ(topology.host(host_name(3))->index, HostIndex(0));
}

TEST(PlannerKeys, LastSlotOfTheAddressSpaceIsNotGiven) {
  Topology topology(make_pool("255.255.255.252/30", 0));
  Planner planner(topology);
  EXPECT_TRUE(planner.put(make_network(1)));
  EXPECT_TRUE(planner.put(make_subnet(1, 1, "10.0.0.0/24")));
  EXPECT_TRUE(planner.see_host(host_name(1), Dpid(1), host_mac(1)));
  std::vector<PortId> ports;
  for (unsigned n : {1U, 2U, 3U}) {
    EXPECT_TRUE(planner.put(make_port(n, 1, 1, fmt::format("10.0.0.{}", n).c_str())));
    ports.push_back(port_id(n));
  }
  EXPECT_TRUE(planner.site(host_name(1), ports));
  EXPECT_THAT(topology.keys(), SizeIs(2));
  EXPECT_THAT(planner.faults(), SizeIs(1));
}

// Everything kept under one pool, moved to a topology with another.
class PoolChangeTest : public PlannerKeysTest {
 protected:
  PoolChangeTest() {
    put_port(1);
    put_port(2);
    site(1, {port_id(1)});
    site(2, {port_id(1), port_id(2)});
    changes = planner.finish();
  }
  Topology load(const char* prefix, unsigned host_bits) const {
    Topology loaded(make_pool(prefix, host_bits));
    for (const Change& change : changes) loaded.apply(change);
    return loaded;
  }
  Changes changes;
};

TEST_F(PoolChangeTest, SamePoolChangesNothing) {
  Topology loaded = load("240.0.0.0/8", 8);
  Planner fit(loaded);
  EXPECT_EQ(answer(fit.fit_key_pool()), "unchanged");
  EXPECT_THAT(fit.finish(), IsEmpty());
}

TEST_F(PoolChangeTest, KeysOutsideTheNewPoolAreReplaced) {
  Topology loaded = load("250.0.0.0/8", 8);
  Planner fit(loaded);
  EXPECT_EQ(answer(fit.fit_key_pool()), "changed");
  EXPECT_THAT(loaded.keys(), SizeIs(3));
  for (const auto& [key, assigned] : loaded.keys()) {
    EXPECT_TRUE(loaded.key_pool().contains(key));
    EXPECT_FALSE(assigned.resting);
  }
  EXPECT_THAT(loaded.short_of_keys(), IsEmpty());
}

TEST_F(PoolChangeTest, KeysOfOtherPlacesRestAndHostsGetPlacesThatExist) {
  Topology loaded = load("240.0.0.0/8", 1);
  loaded.apply(PutHost{{host_name(9), Dpid(9), HostIndex(77), std::nullopt}});
  Planner fit(loaded);
  EXPECT_EQ(answer(fit.fit_key_pool()), "exhausted key_pool");
  loaded.apply(EraseHost{host_name(9)});
  EXPECT_EQ(answer(fit.fit_key_pool()), "changed");  // 240.1.0.x was host2's and is host1's now
  EXPECT_TRUE(loaded.assignment(MappingKey{ip4("240.1.0.1")})->resting);
  EXPECT_FALSE(loaded.assignment(MappingKey{ip4("240.0.0.1")})->resting);
  EXPECT_THAT(loaded.keys_of(port_id(1)), SizeIs(2));
  for (const KeyAssignment& key : loaded.keys_of(port_id(1))) {
    EXPECT_EQ(loaded.key_pool().host_of(key.key), loaded.host(key.host)->index);
  }
}

TEST_F(PoolChangeTest, HostBeyondTheNewPoolMoves) {
  Topology loaded = load("240.0.0.0/8", 2);
  loaded.apply(PutHost{{host_name(9), Dpid(9), HostIndex(77), std::nullopt}});
  Planner fit(loaded);
  EXPECT_EQ(answer(fit.fit_key_pool()), "changed");
  EXPECT_EQ(loaded.host(host_name(9))->index, HostIndex(2));
}

TEST_F(PoolChangeTest, KeyThatBecameABroadcastKeyGoes) {
  Topology loaded = load("240.0.0.0/24", 7);  // slots are single addresses' pairs: 240.0.0.2 is slot 0 of host 1
  loaded.apply(PutKey{{MappingKey{ip4("240.0.0.2")}, port_id(1), host_name(1), {mac(1), ip4("10.0.0.1")}, true}});
  Planner fit(loaded);
  EXPECT_EQ(answer(fit.fit_key_pool()), "changed");
  EXPECT_EQ(loaded.assignment(MappingKey{ip4("240.0.0.2")}), nullptr);
}

TEST_F(PoolChangeTest, PoolOverTenantsAddressesIsRefused) {
  Topology loaded = load("10.0.0.0/16", 8);
  Planner fit(loaded);
  const auto refused = fit.fit_key_pool();
  ASSERT_EQ(answer(refused), "conflict key_pool");
  EXPECT_THAT(refused.error().text, HasSubstr(subnet_id(1).to_string()));
}

TEST_F(PoolChangeTest, PoolOverAnAllowedAddressIsRefused) {
  Topology loaded = load("100.64.0.0/16", 8);
  Port port = make_port(7, 1);
  port.allowed_address_pairs = {{ip("100.64.0.9"), std::nullopt}};
  loaded.apply(PutPort{port});
  Planner fit(loaded);
  const auto refused = fit.fit_key_pool();
  ASSERT_EQ(answer(refused), "conflict key_pool");
  EXPECT_THAT(refused.error().text, HasSubstr("100.64.0.9 of port " + port_id(7).to_string()));
}

}  // namespace
}  // namespace dcportals::topology
