// What is committed is what is loaded, all of it or nothing.
#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "store/temporary_store.h"
#include "topology/planner.h"

namespace dcportals::store {
namespace {

using namespace topology;
using namespace topology::test;
using test::StoreTest;
using testing::HasSubstr;

// Every kind of object, with every optional field once present and once absent.
void describe_a_cloud(Planner& planner) {
  EXPECT_TRUE(planner.put(Tenant{TenantId{"projét '1'; DROP TABLE ports; --"}, "Ünïcödé 网络 \xf0\x9f\x8c\x90 \"quoted\"\n"}));
  for (unsigned n : {1U, 2U}) {
    EXPECT_TRUE(planner.put(make_network(n, n == 1 ? "t1" : "projét '1'; DROP TABLE ports; --")));
    EXPECT_TRUE(planner.put(make_subnet(n, n, "10.0.0.0/24")));
    EXPECT_TRUE(
        planner.see_host(host_name(n), Dpid(0xffff'ffff'ffff'fff0 + n), n == 1 ? std::optional(host_mac(n)) : std::nullopt));
  }
  Network network = make_network(3);
  network.revision_number = 0x7fff'ffff'ffff'ffff;
  network.physical_network = "öffentlich";
  EXPECT_TRUE(planner.put(network));
  EXPECT_TRUE(planner.set_mode(network_id(1), ForwardingMode::kReactive));
  EXPECT_TRUE(planner.set_broadcast_rate(network_id(2), kMaxBroadcastRate));
  EXPECT_TRUE(planner.put(Settings{ForwardingMode::kAuto}));
  Subnet subnet = make_subnet(3, 3, "fd00::/64");
  subnet.gateway_ip = ip("fd00::1");
  subnet.revision_number = 0;
  EXPECT_TRUE(planner.put(subnet));

  EXPECT_TRUE(planner.put(make_port(1, 1, 1, "10.0.0.1")));
  Port port = make_port(2, 1, 1, "10.0.0.9");
  port.fixed_ips.push_back({subnet_id(1), ip("10.0.0.3")});
  port.allowed_address_pairs = {{ip("10.0.0.200"), mac(9)}, {ip("fd00::7"), std::nullopt}, {ip("10.0.0.100"), std::nullopt}};
  port.port_security_enabled = false;
  port.device_owner = "compute:nova";
  port.device_id = "vm";
  port.host_hint = HostName{"host1"};
  port.dhcp_server = true;
  port.revision_number = 7;
  EXPECT_TRUE(planner.put(port));
  port = make_port(3, 2);
  port.admin_state_up = false;
  port.name = "";
  EXPECT_TRUE(planner.put(port));
  EXPECT_TRUE(planner.put(make_router(1, {port_id(3), port_id(1)})));
  Router router = make_router(2, {});
  router.revision_number = 3;
  EXPECT_TRUE(planner.put(router));
  EXPECT_TRUE(planner.site(host_name(2), std::vector{port_id(1), port_id(2)}));
  EXPECT_TRUE(planner.site(host_name(1), std::vector{port_id(2)}));
  EXPECT_TRUE(planner.site(host_name(2), std::vector{port_id(1)}));  // keys of port 2 rest
  EXPECT_TRUE(planner.erase(network_id(9), 12));
}

Changes plan_a_cloud() {
  Topology topology(make_pool());
  return plan_and_apply(topology, describe_a_cloud);
}

Topology applied(const Changes& changes) {
  Topology out(make_pool());
  for (const Change& change : changes) out.apply(change);
  return out;
}

TEST_F(StoreTest, NewStoreIsEmpty) {
  EXPECT_TRUE(open()->load().empty());
  EXPECT_TRUE(open()->load().empty());
}

TEST_F(StoreTest, EveryKindOfObjectComesBack) {
  const Changes changes = plan_a_cloud();
  std::set<std::size_t> kinds;
  for (const Change& change : changes) kinds.insert(change.index());
  EXPECT_EQ(kinds.size(), 12U) << "every Put, and the EraseSite of a migration";
  open()->commit(changes);
  EXPECT_TRUE(reload() == applied(changes));
}

TEST_F(StoreTest, SameProcessReadsWhatItWrote) {
  const Changes changes = plan_a_cloud();
  const auto store = open();
  store->commit(changes);
  EXPECT_TRUE(applied(store->load()) == applied(changes));
}

TEST_F(StoreTest, ReplacedObjectsLeaveNothingOfTheOld) {
  Topology topology = applied(plan_a_cloud());
  open()->commit(plan_a_cloud());
  const Changes changes = plan_and_apply(topology, [](Planner& planner) {
    EXPECT_TRUE(planner.put(Tenant{TenantId{"t1"}, "renamed"}));
    EXPECT_TRUE(planner.put(make_port(2, 1, 1, "10.0.0.77")));
    EXPECT_TRUE(planner.put(make_network(3)));
    Network heir = make_network(1);
    heir.physical_network = "öffentlich";
    EXPECT_TRUE(planner.put(heir)) << "what one network has given up another may have, in one transaction";
    EXPECT_TRUE(planner.set_mode(network_id(1), std::nullopt));
    EXPECT_TRUE(planner.set_mode(network_id(2), ForwardingMode::kProactive));
    EXPECT_TRUE(planner.set_broadcast_rate(network_id(2), std::nullopt));
    EXPECT_TRUE(planner.put(Settings{}));
    EXPECT_TRUE(planner.put(make_router(1, {port_id(1)})));
    EXPECT_TRUE(planner.put(make_router(2, {port_id(3)})));
    EXPECT_TRUE(planner.see_host(host_name(2), Dpid(5), host_mac(5)));
    EXPECT_TRUE(planner.erase(network_id(9), 13));
  });
  open()->commit(changes);
  EXPECT_TRUE(reload() == topology);
}

TEST_F(StoreTest, ErasedObjectsAreGone) {
  Topology topology = applied(plan_a_cloud());
  open()->commit(plan_a_cloud());
  const Changes changes = plan_and_apply(topology, [&](Planner& planner) {
    for (unsigned n : {1U, 2U}) {
      EXPECT_TRUE(planner.erase(router_id(n)));
      EXPECT_TRUE(planner.site(host_name(n), {}));
      EXPECT_TRUE(planner.erase(host_name(n)));
    }
    for (unsigned n : {1U, 2U, 3U}) EXPECT_TRUE(planner.erase(port_id(n)));
    for (unsigned n : {1U, 2U, 3U}) EXPECT_TRUE(planner.erase(subnet_id(n)));
    for (unsigned n : {1U, 2U, 3U}) EXPECT_TRUE(planner.erase(network_id(n)));
    const auto keys = topology.keys();
    for (const auto& [key, assigned] : keys) planner.free_key(key);
    const auto tenants = topology.tenants();
    for (const auto& [id, tenant] : tenants) EXPECT_TRUE(planner.erase(id));
    planner.forget_tombstones();
  });
  EXPECT_EQ(topology.tenants().size() + topology.keys().size() + topology.hosts().size() + topology.port_count(), 0U);
  open()->commit(changes);
  EXPECT_TRUE(reload() == topology);
  EXPECT_EQ(open()->load().size(), 2U) << "the counters and the settings";
}

TEST_F(StoreTest, EmptyCommitIsNone) {
  open()->commit({});
  EXPECT_TRUE(open()->load().empty());
}

TEST_F(StoreTest, FailingChangeLeavesNothingOfItsCommit) {
  const auto store = open();
  store->commit(Changes{PutTenant{{TenantId{"t0"}, ""}}});
  Network orphan = make_network(2, "nobody");
  orphan.number = NetworkNumber(2);
  const Changes half_wrong{PutTenant{{TenantId{"t1"}, ""}}, PutNetwork{make_network(1)}, PutNetwork{orphan},
                           PutTenant{{TenantId{"t3"}, ""}}};
  const std::string error = error_of([&] { store->commit(half_wrong); });
  EXPECT_THAT(error, HasSubstr("topology.db: cannot write: "));
  EXPECT_THAT(error, HasSubstr("FOREIGN KEY"));
  EXPECT_EQ(store->load(), (Changes{PutTenant{{TenantId{"t0"}, ""}}}));
  // And the store goes on working.
  store->commit(Changes{PutTenant{{TenantId{"t1"}, ""}}, PutNetwork{make_network(1)}});
  EXPECT_EQ(store->load().size(), 3U);
}

TEST_F(StoreTest, NothingThatIsNamedCanBeErased) {
  const auto store = open();
  store->commit(plan_a_cloud());
  const Changes before = store->load();
  for (const Change& change : Changes{EraseTenant{TenantId{"t1"}}, EraseNetwork{network_id(1)}, EraseSubnet{subnet_id(1)},
                                      ErasePort{port_id(1)}, EraseHost{host_name(1)}}) {
    EXPECT_THAT(error_of([&] { store->commit(std::span(&change, 1)); }), HasSubstr("FOREIGN KEY")) << change.index();
  }
  EXPECT_EQ(store->load(), before);
}

TEST_F(StoreTest, MeaninglessValueIsAnErrorThatNamesItsTable) {
  open()->commit(plan_a_cloud());
  const auto tamper = [&](const std::string& sql) {
    soci::session session(soci::sqlite3, "db=" + options.path);
    session << sql;
  };
  tamper("UPDATE ports SET mac_address = 'zz'");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), testing::AllOf(HasSubstr("zz"), HasSubstr("FROM ports")));
  tamper("UPDATE ports SET mac_address = '02:00:00:00:00:01', number = -number");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), HasSubstr("FROM ports"));
  tamper("UPDATE networks SET mode = 'lazy'");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), testing::AllOf(HasSubstr("lazy"), HasSubstr("FROM networks")));
  tamper("UPDATE networks SET mode = NULL, number = 16777216 WHERE number = 1");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), HasSubstr("has the number 16777216, over 16777215"));
}

TEST_F(StoreTest, RowsThatNameNothingAreAnError) {
  open()->commit(plan_a_cloud());
  const auto tamper = [&](const std::string& sql) {
    soci::session session(soci::sqlite3, "db=" + options.path);
    session << sql;
  };
  tamper("UPDATE mapping_keys SET host = 'nowhere' WHERE resting = 0");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), HasSubstr("live mapping key 240."));
  tamper("UPDATE mapping_keys SET host = 'host2', port_id = 'nothing' WHERE resting = 0");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), HasSubstr("live mapping key 240."));
  tamper("DELETE FROM hosts");
  EXPECT_THAT(error_of([&] { (void)open()->load(); }), HasSubstr("a row of table sites names"));
}

TEST_F(StoreTest, AnotherProgramsLockIsAClearErrorAndNothingIsKept) {
  const auto store = open();
  soci::session other(soci::sqlite3, "db=" + options.path);
  other << "BEGIN IMMEDIATE";
  EXPECT_THAT(error_of([&] { store->commit(Changes{PutTenant{{TenantId{"t1"}, ""}}}); }), HasSubstr("locked by another program"));
  other << "ROLLBACK";
  EXPECT_TRUE(store->load().empty());
  store->commit(Changes{PutTenant{{TenantId{"t1"}, ""}}});
  EXPECT_EQ(store->load().size(), 1U);
}

}  // namespace
}  // namespace dcportals::store
