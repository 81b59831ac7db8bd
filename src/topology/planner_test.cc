// Rules about revisions, tenants, networks, subnets and routers, each broken once.
#include "topology/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using namespace test;
using testing::HasSubstr;

class PlannerTest : public testing::Test {
 protected:
  PlannerTest() : topology(make_pool()), planner(topology) {
    EXPECT_EQ(answer(planner.put(make_network(1))), "changed");
    EXPECT_EQ(answer(planner.put(make_subnet(1, 1, "10.0.0.0/24"))), "changed");
  }

  Topology topology;
  Planner planner;
};

template <class Object>
Object at_revision(Object object, RevisionNumber revision) {
  object.revision_number = revision;
  return object;
}

TEST_F(PlannerTest, PutCreatesOnceThenChangesNothing) {
  EXPECT_EQ(answer(planner.put(make_network(2))), "changed");
  EXPECT_EQ(answer(planner.put(make_network(2))), "unchanged");
  EXPECT_EQ(answer(planner.put(make_subnet(1, 1, "10.0.0.0/24"))), "unchanged");
  Network renamed = make_network(2);
  renamed.name = "other";
  EXPECT_EQ(answer(planner.put(renamed)), "changed");
  EXPECT_EQ(topology.network(network_id(2))->name, "other");
}

TEST_F(PlannerTest, NumbersAreGivenOnceAndKept) {
  Network network = make_network(2);
  network.number = NetworkNumber(77);
  EXPECT_EQ(answer(planner.put(network)), "changed");
  EXPECT_EQ(topology.network(network_id(2))->number, NetworkNumber(2));
  EXPECT_EQ(answer(planner.erase(network_id(2))), "changed");
  EXPECT_EQ(answer(planner.put(network)), "changed");
  EXPECT_EQ(topology.network(network_id(2))->number, NetworkNumber(3));
  EXPECT_EQ(answer(planner.put(make_port(1, 1))), "changed");
  EXPECT_EQ(topology.port(port_id(1))->number, PortNumber(1));
  const Changes changes = planner.finish();
  EXPECT_EQ(std::get<PutCounters>(changes.back()).object, (Counters{4, 2, 1}));
}

TEST_F(PlannerTest, NumbersRunOutVisibly) {
  Topology worn(make_pool());
  worn.apply(PutCounters{{0xffff'ffff, 0xffff'ffff, 1}});
  worn.apply(PutTenant{{TenantId{"t1"}, ""}});
  Network last = make_network(1);
  last.number = NetworkNumber(0xffff'fffe);
  worn.apply(PutNetwork{last});
  Planner late(worn);
  EXPECT_EQ(answer(late.put(make_network(2))), "exhausted ");
  EXPECT_EQ(answer(late.put(make_port(1, 1))), "exhausted ");
  EXPECT_EQ(answer(late.put(make_network(1, "t2"))), "changed");
}

// Group ids have 24 bits for them.
TEST_F(PlannerTest, NetworkNumbersEndWhereGroupIdsWouldMeet) {
  Topology worn(make_pool());
  worn.apply(PutCounters{{0xff'ffff, 1, 1}});
  Planner late(worn);
  EXPECT_EQ(answer(late.put(make_network(1))), "changed");
  EXPECT_EQ(worn.network(network_id(1))->number, NetworkNumber(0xff'ffff));
  const auto refused = late.put(make_network(2));
  ASSERT_EQ(answer(refused), "exhausted ");
  EXPECT_THAT(refused.error().text, HasSubstr("16777215 network numbers"));
  EXPECT_EQ(answer(late.put(make_network(1, "t2"))), "changed") << "a network that has one keeps it";
}

TEST_F(PlannerTest, APhysicalNetworkIsOneNetworks) {
  const auto named = [](unsigned n, const char* physical_network) {
    Network network = make_network(n);
    network.physical_network = physical_network;
    return network;
  };
  EXPECT_EQ(answer(planner.put(named(1, "public"))), "changed");
  EXPECT_EQ(answer(planner.put(named(1, "public"))), "unchanged");
  const auto refused = planner.put(named(2, "public"));
  EXPECT_EQ(answer(refused), "conflict physical_network");
  EXPECT_THAT(refused.error().text, HasSubstr(network_id(1).to_string()));
  EXPECT_EQ(answer(planner.put(named(2, "storage"))), "changed");
  EXPECT_EQ(answer(planner.put(named(1, "storage"))), "conflict physical_network");
  EXPECT_EQ(answer(planner.put(make_network(1))), "changed") << "given up";
  EXPECT_EQ(answer(planner.put(named(2, "public"))), "changed");
  EXPECT_EQ(answer(planner.put(named(3, ""))), "invalid physical_network");
  EXPECT_EQ(answer(planner.put(named(3, "a\nb"))), "invalid physical_network");
  EXPECT_EQ(answer(planner.erase(network_id(2))), "changed");
  EXPECT_EQ(answer(planner.put(named(3, "public"))), "changed");
}

TEST_F(PlannerTest, OlderRevisionIsStale) {
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 5))), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 4))), "stale revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 5))), "unchanged");
  Network renamed = at_revision(make_network(1), 5);
  renamed.name = "same revision, other content";
  EXPECT_EQ(answer(planner.put(renamed)), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 6))), "changed");

  EXPECT_EQ(answer(planner.put(at_revision(make_subnet(1, 1, "10.0.0.0/24"), 5))), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_subnet(1, 1, "10.0.0.0/24"), 4))), "stale revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_port(1, 1), 5))), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_port(1, 1), 4))), "stale revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_router(1, {}), 5))), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_router(1, {}), 4))), "stale revision_number");
}

TEST_F(PlannerTest, PutWithoutRevisionKeepsTheKnownOne) {
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 5))), "changed");
  EXPECT_EQ(answer(planner.put(make_network(1))), "unchanged");
  Network renamed = make_network(1);
  renamed.name = "by hand";
  EXPECT_EQ(answer(planner.put(renamed)), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 4))), "stale revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 5))), "changed");
}

TEST_F(PlannerTest, EveryKindKeepsItsRevisionAndEndsItsTombstone) {
  const auto check = [&](auto id, auto object) {
    object.revision_number = 5;
    EXPECT_EQ(answer(planner.put(object)), "changed");
    object.revision_number = std::nullopt;
    EXPECT_EQ(answer(planner.put(object)), "unchanged");
    object.name = "by hand";
    EXPECT_EQ(answer(planner.put(object)), "changed");
    object.revision_number = 4;
    EXPECT_EQ(answer(planner.put(object)), "stale revision_number");
    EXPECT_EQ(answer(planner.erase(id, 6)), "changed");
    EXPECT_NE(topology.tombstone(id.uuid()), nullptr);
    object.revision_number = 7;
    EXPECT_EQ(answer(planner.put(object)), "changed");
    EXPECT_EQ(topology.tombstone(id.uuid()), nullptr);
  };
  check(network_id(2), make_network(2));
  check(subnet_id(2), make_subnet(2, 1, "10.2.0.0/24"));
  check(port_id(2), make_port(2, 1));
  check(router_id(2), make_router(2, {}));
}

TEST_F(PlannerTest, RevisionsFitADatabase) {
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 0x8000'0000'0000'0000ULL))), "invalid revision_number");
  EXPECT_EQ(answer(planner.erase(network_id(9), 0x8000'0000'0000'0000ULL)), "invalid revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(1), 0x7fff'ffff'ffff'ffffULL))), "changed");
}

TEST_F(PlannerTest, DeleteWithARevisionLeavesATombstone) {
  EXPECT_EQ(answer(planner.put(at_revision(make_port(1, 1), 5))), "changed");
  EXPECT_EQ(answer(planner.erase(port_id(1), 4)), "stale revision_number");
  EXPECT_EQ(answer(planner.erase(port_id(1), 6)), "changed");
  EXPECT_EQ(answer(planner.put(at_revision(make_port(1, 1), 5))), "stale revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_port(1, 1), 6))), "stale revision_number");
  EXPECT_EQ(answer(planner.put(at_revision(make_port(1, 1), 7))), "changed");
  EXPECT_EQ(topology.tombstone(port_id(1).uuid()), nullptr);
}

TEST_F(PlannerTest, DeleteBeforeThePutLeavesATombstoneToo) {
  EXPECT_EQ(answer(planner.erase(network_id(9), 3)), "unchanged");
  EXPECT_EQ(answer(planner.erase(network_id(9), 2)), "unchanged");
  EXPECT_EQ(topology.tombstone(network_id(9).uuid())->revision_number, 3U);
  EXPECT_EQ(answer(planner.put(at_revision(make_network(9), 3))), "stale revision_number");
  EXPECT_EQ(answer(planner.erase(subnet_id(9), 3)), "unchanged");
  EXPECT_EQ(answer(planner.put(at_revision(make_subnet(9, 1, "10.9.0.0/24"), 3))), "stale revision_number");
  EXPECT_EQ(answer(planner.erase(router_id(9), 3)), "unchanged");
  EXPECT_EQ(answer(planner.put(at_revision(make_router(9, {}), 3))), "stale revision_number");
  planner.forget_tombstones();
  EXPECT_EQ(answer(planner.put(at_revision(make_network(9), 3))), "changed");
}

TEST_F(PlannerTest, DeleteWithoutARevisionLeavesNone) {
  EXPECT_EQ(answer(planner.put(at_revision(make_network(2), 5))), "changed");
  EXPECT_EQ(answer(planner.erase(network_id(2))), "changed");
  EXPECT_EQ(answer(planner.erase(network_id(2))), "unchanged");
  EXPECT_EQ(answer(planner.put(at_revision(make_network(2), 5))), "changed");
}

TEST_F(PlannerTest, TenantsComeIntoBeingWhenNamed) {
  EXPECT_EQ(answer(planner.put(make_network(2, "t2"))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(2, 2, "10.0.0.0/24", "t3"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(2, 2, "t4"))), "changed");
  EXPECT_EQ(answer(planner.put(make_router(2, {}, "t5"))), "changed");
  EXPECT_EQ(topology.tenants().size(), 5U);
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{"t2"}, "Second"})), "changed");
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{"t2"}, "Second"})), "unchanged");
  EXPECT_EQ(topology.tenant(TenantId{"t2"})->name, "Second");
}

TEST_F(PlannerTest, TenantsWithoutANameGoWithTheirLastObject) {
  const auto transact = [this](auto... steps) {
    Planner one(topology);
    (steps(one), ...);
    for (const Change& change : one.finish()) topology.apply(change);
  };
  const auto exists = [this](const char* id) { return topology.tenant(TenantId{id}) != nullptr; };
  transact([](Planner& p) { (void)p.put(make_network(2, "t2")); }, [](Planner& p) { (void)p.put(make_router(2, {}, "t2")); },
           [](Planner& p) { (void)p.put(Tenant{TenantId{"t3"}, "Third"}); }, [](Planner& p) { (void)p.put(make_network(3, "t3")); });
  transact([](Planner& p) { (void)p.erase(network_id(2)); }, [](Planner& p) { (void)p.erase(network_id(3)); });
  EXPECT_TRUE(exists("t2")) << "has a router";
  EXPECT_TRUE(exists("t3")) << "has a name";
  transact([](Planner& p) { (void)p.erase(router_id(2)); }, [](Planner& p) { (void)p.put(make_router(2, {}, "t2")); });
  EXPECT_TRUE(exists("t2")) << "has a router again";
  transact([](Planner& p) { (void)p.put(make_router(2, {}, "t3")); });
  EXPECT_FALSE(exists("t2")) << "the router has gone to another";
}

TEST_F(PlannerTest, NoTenantMeansTheNetworks) {
  EXPECT_EQ(answer(planner.put(make_port(2, 1, ""))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(2, 1, ""))), "unchanged");
  EXPECT_EQ(topology.port(port_id(2))->tenant_id, TenantId{"t1"});
  EXPECT_EQ(answer(planner.put(make_subnet(2, 1, "10.2.0.0/24", ""))), "changed");
  EXPECT_EQ(topology.subnet(subnet_id(2))->tenant_id, TenantId{"t1"});
  EXPECT_EQ(answer(planner.put(make_network(2, ""))), "invalid tenant_id");
  EXPECT_EQ(answer(planner.put(make_subnet(3, 1, "10.3.0.0/24", "a\nb"))), "invalid tenant_id");
  EXPECT_EQ(answer(planner.put(make_router(2, {}, ""))), "invalid tenant_id");
}

TEST_F(PlannerTest, TenantInUseIsNamedAnExample) {
  EXPECT_EQ(answer(planner.put(make_router(1, {}, "t2"))), "changed");
  const auto refused = planner.erase(TenantId{"t2"});
  ASSERT_EQ(answer(refused), "in use id");
  EXPECT_THAT(refused.error().text, HasSubstr("router " + router_id(1).to_string()));
  EXPECT_EQ(answer(planner.erase(router_id(1))), "changed");
  EXPECT_EQ(answer(planner.erase(TenantId{"t2"})), "changed");
  EXPECT_EQ(answer(planner.erase(TenantId{"t2"})), "unchanged");
  EXPECT_EQ(answer(planner.put(make_network(2, "t2"))), "changed");
  EXPECT_EQ(answer(planner.erase(TenantId{"t2"})), "in use id");
  EXPECT_EQ(answer(planner.put(make_network(2, "t1"))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(2, 2, "10.0.0.0/24", "t2"))), "changed");
  EXPECT_EQ(answer(planner.erase(TenantId{"t2"})), "in use id");
  EXPECT_EQ(answer(planner.erase(subnet_id(2))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(2, 2, "t2"))), "changed");
  EXPECT_EQ(answer(planner.erase(TenantId{"t2"})), "in use id");
}

TEST_F(PlannerTest, TextsHaveLimits) {
  const std::string wide(255, 'x');
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{wide}, wide})), "changed");
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{wide + 'x'}, ""})), "invalid id");
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{""}, ""})), "invalid id");
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{"a\nb"}, ""})), "invalid id");
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{"t"}, wide + 'x'})), "invalid name");
  EXPECT_EQ(answer(planner.put(Tenant{TenantId{"t"}, std::string("a\0b", 3)})), "invalid name");
  Network network = make_network(2);
  network.name = wide + 'x';
  EXPECT_EQ(answer(planner.put(network)), "invalid name");
  network.name.clear();
  for (int i = 0; i < 255; ++i) network.name += "\xc3\xa9";  // 255 characters in 510 bytes
  EXPECT_EQ(answer(planner.put(network)), "changed");
  Subnet subnet = make_subnet(2, 1, "10.2.0.0/24");
  subnet.name = wide + 'x';
  EXPECT_EQ(answer(planner.put(subnet)), "invalid name");
  Router router = make_router(1, {});
  router.name = wide + 'x';
  EXPECT_EQ(answer(planner.put(router)), "invalid name");
}

TEST_F(PlannerTest, SubnetNeedsItsNetwork) {
  EXPECT_EQ(answer(planner.put(make_subnet(2, 9, "10.2.0.0/24"))), "not found network_id");
  EXPECT_EQ(answer(planner.put(make_network(2))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(1, 2, "10.0.0.0/24"))), "invalid network_id");
}

TEST_F(PlannerTest, SubnetsOfANetworkDoNotOverlap) {
  const auto refused = planner.put(make_subnet(2, 1, "10.0.0.128/25"));
  ASSERT_EQ(answer(refused), "conflict cidr");
  EXPECT_THAT(refused.error().text, HasSubstr(subnet_id(1).to_string()));
  EXPECT_EQ(answer(planner.put(make_subnet(2, 1, "10.0.0.0/16"))), "conflict cidr");
  EXPECT_EQ(answer(planner.put(make_subnet(2, 1, "10.0.1.0/24"))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(3, 1, "fd00::/64"))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(4, 1, "fd00::/80"))), "conflict cidr");
  EXPECT_EQ(answer(planner.put(make_network(2))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(5, 2, "10.0.0.0/24"))), "changed");
}

TEST_F(PlannerTest, SubnetsKeepOutOfSpecialRanges) {
  EXPECT_EQ(answer(planner.put(make_network(2))), "changed");
  for (const char* cidr : {"240.0.0.0/8", "250.1.2.0/24", "0.0.0.0/0", "0.1.0.0/16", "127.0.0.0/24", "126.0.0.0/7",
                           "224.0.0.0/24", "128.0.0.0/1", "255.255.255.255/32", "ff02::/16", "::/0", "::1/128", "::/128"}) {
    EXPECT_EQ(answer(planner.put(make_subnet(2, 2, cidr))), "invalid cidr") << cidr;
  }
  EXPECT_EQ(answer(planner.put(make_subnet(2, 2, "169.254.192.0/18"))), "changed");

  Topology other(make_pool("100.64.0.0/10"));
  Planner other_planner(other);
  EXPECT_EQ(answer(other_planner.put(make_network(1))), "changed");
  EXPECT_EQ(answer(other_planner.put(make_subnet(1, 1, "255.255.255.255/32"))), "invalid cidr");
  EXPECT_EQ(answer(other_planner.put(make_subnet(1, 1, "100.65.0.0/16"))), "invalid cidr");
}

TEST_F(PlannerTest, SubnetGatewayIsAnAddressOfItsKind) {
  Subnet subnet = make_subnet(2, 1, "10.2.0.0/24");
  for (const char* gateway : {"10.2.0.0", "10.2.0.255", "240.0.0.1", "224.0.0.1", "0.0.0.0", "fd00::1"}) {
    subnet.gateway_ip = ip(gateway);
    EXPECT_EQ(answer(planner.put(subnet)), "invalid gateway_ip") << gateway;
  }
  subnet.gateway_ip = ip("10.2.0.1");
  EXPECT_EQ(answer(planner.put(subnet)), "changed");
  subnet.gateway_ip = ip("10.3.0.1");  // Neutron allows one outside
  EXPECT_EQ(answer(planner.put(subnet)), "changed");
}

TEST_F(PlannerTest, SubnetInUseKeepsItsCidr) {
  EXPECT_EQ(answer(planner.put(make_subnet(1, 1, "10.1.0.0/24"))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(1, 1, 1, "10.1.0.5"))), "changed");
  const auto refused = planner.put(make_subnet(1, 1, "10.1.0.0/16"));
  ASSERT_EQ(answer(refused), "in use cidr");
  EXPECT_THAT(refused.error().text, HasSubstr(port_id(1).to_string()));
  EXPECT_EQ(answer(planner.erase(subnet_id(1))), "in use id");
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
  EXPECT_EQ(answer(planner.put(make_subnet(1, 1, "10.1.0.0/16"))), "changed");
  EXPECT_EQ(answer(planner.erase(subnet_id(1))), "changed");
}

TEST_F(PlannerTest, NetworkInUseStays) {
  EXPECT_EQ(answer(planner.erase(network_id(1))), "in use id");
  EXPECT_EQ(answer(planner.put(make_port(1, 1))), "changed");
  EXPECT_EQ(answer(planner.erase(subnet_id(1))), "changed");
  const auto refused = planner.erase(network_id(1), 7);
  ASSERT_EQ(answer(refused), "in use id");
  EXPECT_THAT(refused.error().text, HasSubstr(port_id(1).to_string()));
  EXPECT_EQ(topology.tombstone(network_id(1).uuid()), nullptr);
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
  EXPECT_EQ(answer(planner.erase(network_id(1))), "changed");
}

TEST_F(PlannerTest, RouterListsKnownPortsOfItsOwn) {
  EXPECT_EQ(answer(planner.put(make_port(1, 1))), "changed");
  EXPECT_EQ(answer(planner.put(make_port(2, 1))), "changed");
  EXPECT_EQ(answer(planner.put(make_router(1, {port_id(1), port_id(9)}))), "not found port_ids[1]");
  EXPECT_EQ(answer(planner.put(make_router(1, {port_id(1), port_id(1)}))), "invalid port_ids[1]");
  EXPECT_EQ(answer(planner.put(make_router(1, {port_id(1)}))), "changed");
  EXPECT_EQ(topology.router_of(port_id(1))->id, router_id(1));
  const auto refused = planner.put(make_router(2, {port_id(2), port_id(1)}));
  ASSERT_EQ(answer(refused), "conflict port_ids[1]");
  EXPECT_THAT(refused.error().text, HasSubstr(router_id(1).to_string()));
  EXPECT_EQ(answer(planner.erase(port_id(1))), "in use id");
  EXPECT_EQ(answer(planner.put(make_router(1, {port_id(2)}))), "changed");
  EXPECT_EQ(topology.router_of(port_id(1)), nullptr);
  EXPECT_EQ(answer(planner.erase(port_id(1))), "changed");
}

TEST_F(PlannerTest, RefusedStepLeavesNoTrace) {
  const Topology before = topology;
  Port port = make_port(1, 1, 1, "10.0.0.0", "a tenant that does not exist yet");
  EXPECT_EQ(answer(planner.put(port)), "invalid fixed_ips[0].ip_address");
  EXPECT_TRUE(topology == before);
}

TEST_F(PlannerTest, UnfinishedPlannerTakesEverythingBack) {
  Topology other(make_pool());
  {
    Planner doomed(other);
    EXPECT_EQ(answer(doomed.put(make_network(1))), "changed");
    EXPECT_NE(other.network(network_id(1)), nullptr);
  }
  EXPECT_TRUE(other == Topology(make_pool()));
}

}  // namespace
}  // namespace dcportals::topology
