// Opening: permissions, one daemon at a time, files that are no stores, schema versions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "store/schema.h"
#include "store/temporary_store.h"

namespace dcportals::store {
namespace {

using namespace topology;
using test::StoreTest;
using testing::HasSubstr;

class StoreOpenTest : public StoreTest {
 protected:
  static mode_t mode_of(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
  }
  // A store with some pages of rows.
  void fill() const {
    Changes changes;
    for (unsigned n = 0; n < 2000; ++n)
      changes.emplace_back(PutTenant{{TenantId{"tenant" + std::to_string(n)}, std::string(100, 'x')}});
    open()->commit(changes);
  }
  soci::session& raw() {
    if (!raw_.is_connected()) raw_.open(soci::sqlite3, "db=" + options.path);
    return raw_;
  }

 private:
  soci::session raw_;
};

TEST_F(StoreOpenTest, FilesAreTheOwnersAlone) {
  const mode_t former = ::umask(0);
  const auto store = open();
  store->commit(Changes{PutTenant{{TenantId{"t1"}, ""}}});
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) EXPECT_EQ(mode_of(options.path + suffix), 0600U) << suffix;
  ::umask(former);
}

TEST_F(StoreOpenTest, OthersPermissionsAreTakenAway) {
  (void)open();
  ASSERT_EQ(::chmod(options.path.c_str(), 0666), 0);
  (void)open();
  EXPECT_EQ(mode_of(options.path), 0600U);
}

TEST_F(StoreOpenTest, SecondDaemonIsRefused) {
  const auto first = open();
  EXPECT_THAT(open_error(), HasSubstr("in use by another dcportald (process " + std::to_string(::getpid()) + ")"));
  // The refusal has not harmed the first.
  first->commit(Changes{PutTenant{{TenantId{"t1"}, ""}}});
  EXPECT_EQ(first->load().size(), 1U);
}

TEST_F(StoreOpenTest, SecondDaemonInAnotherProcessIsRefused) {
  auto first = open();
  const pid_t child = ::fork();
  if (child == 0) ::_exit(open_error().find("in use by another dcportald") == std::string::npos ? 1 : 0);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  first.reset();
  EXPECT_EQ(open_error(), "");
}

TEST_F(StoreOpenTest, PeopleMayReadMeanwhile) {
  const auto store = open();
  store->commit(Changes{PutTenant{{TenantId{"t1"}, ""}}});
  int count = 0;
  raw() << "SELECT count(*) FROM tenants", soci::into(count);
  EXPECT_EQ(count, 1);
  store->commit(Changes{PutTenant{{TenantId{"t2"}, ""}}});
}

TEST_F(StoreOpenTest, PathWithSpacesWorks) {
  options.path = directory / "a b = c.db";
  EXPECT_EQ(open_error(), "");
  EXPECT_TRUE(std::filesystem::exists(options.path));
  options.path = directory / "a\"b.db";
  EXPECT_THAT(open_error(), HasSubstr("quotation mark"));
}

TEST_F(StoreOpenTest, PathsThatCannotBe) {
  options.path = directory / "missing" / "topology.db";
  EXPECT_THAT(open_error(), HasSubstr("No such file or directory"));
  options.path = directory;
  EXPECT_THAT(open_error(), HasSubstr("Is a directory"));
}

TEST_F(StoreOpenTest, GarbageIsNoDatabase) {
  std::ofstream(options.path) << std::string(8192, 'g');
  EXPECT_THAT(open_error(), HasSubstr("topology.db: cannot open: not a SQLite database"));
}

TEST_F(StoreOpenTest, DamageIsFoundAtOpen) {
  fill();
  const auto size = std::filesystem::file_size(options.path);
  ASSERT_GT(size, 100'000U);
  std::fstream file(options.path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size / 2));
  file << std::string(20'000, '\xa5');
  file.close();
  EXPECT_THAT(open_error(), HasSubstr("damaged; restore it from a backup"));
}

TEST_F(StoreOpenTest, TruncationIsFoundAtOpen) {
  fill();
  std::filesystem::resize_file(options.path, std::filesystem::file_size(options.path) / 2);
  EXPECT_THAT(open_error(), HasSubstr("damaged; restore it from a backup"));
}

TEST_F(StoreOpenTest, SomebodyElsesDatabaseIsLeftAlone) {
  raw() << "CREATE TABLE songs (title TEXT)";
  EXPECT_THAT(open_error(), HasSubstr("not a dcportals store"));
  int tables = 0;
  raw() << "SELECT count(*) FROM sqlite_master", soci::into(tables);
  EXPECT_EQ(tables, 1);
}

TEST_F(StoreOpenTest, NewerSchemaIsRefused) {
  (void)open();
  raw() << "INSERT INTO schema_migrations (version, name) VALUES (999, 'from the future')";
  EXPECT_THAT(open_error(), HasSubstr("written by a newer dcportals: its schema is version 999"));
}

TEST_F(StoreOpenTest, MigrationsAreNumberedWithoutGaps) {
  int expected = 0;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, ++expected);
}

// Rows as version 1 wrote them, with every column that it had.
const std::vector<std::string>& rows_of_version_1() {
  static const std::vector<std::string> kRows = {
      "INSERT INTO counters VALUES (1, 8, 9, 10)",
      "INSERT INTO tenants VALUES ('t1', 'Blue')",
      "INSERT INTO networks VALUES ('00000001-0001-4000-8000-000000000001', 't1', 'net1', 3, 7)",
      "INSERT INTO subnets VALUES ('00000001-0002-4000-8000-000000000001', '00000001-0001-4000-8000-000000000001', 't1', 's', '10.0.0.0/24', "
      "'10.0.0.254', NULL)",
      "INSERT INTO ports VALUES ('00000001-0003-4000-8000-000000000001', '00000001-0001-4000-8000-000000000001', 't1', 'p', "
      "'fa:16:3e:00:00:01', 1, 1, 'network:dhcp', 'dhcp', 'host1', 4, 8)",
      "INSERT INTO port_fixed_ips VALUES ('00000001-0003-4000-8000-000000000001', 0, '00000001-0002-4000-8000-000000000001', '10.0.0.1')",
      "INSERT INTO routers VALUES ('00000001-0004-4000-8000-000000000001', 't1', 'r', 2)",
      "INSERT INTO router_ports VALUES ('00000001-0004-4000-8000-000000000001', 0, '00000001-0003-4000-8000-000000000001')",
      "INSERT INTO hosts VALUES ('host1', '0000000000000001', 0, '02:00:00:00:00:01')",
      "INSERT INTO sites VALUES ('00000001-0003-4000-8000-000000000001', 'host1', 9)",
      "INSERT INTO mapping_keys VALUES ('240.0.0.1', '00000001-0003-4000-8000-000000000001', 'host1', 'fa:16:3e:00:00:01', '10.0.0.1', 0)",
      "INSERT INTO tombstones VALUES ('00000009-0001-4000-8000-000000000009', 5)",
  };
  return kRows;
}

TEST_F(StoreOpenTest, AStoreOfVersion1OpensAndKeepsAll) {
  using namespace topology::test;
  migrate(raw(), std::span(migrations()).first(1));
  for (const std::string& row : rows_of_version_1()) raw() << row;
  const Topology kept = reload();
  EXPECT_EQ(kept.counters(), (Counters{8, 9, 10}));
  EXPECT_EQ(kept.settings(), Settings{});
  const Network network{network_id(1), TenantId{"t1"}, "net1", 3, NetworkNumber(7), std::nullopt, std::nullopt};
  ASSERT_NE(kept.network(network_id(1)), nullptr);
  EXPECT_EQ(*kept.network(network_id(1)), network);
  Port port = make_port(1, 1, 1, "10.0.0.1");
  port.name = "p";
  port.device_owner = "network:dhcp";
  port.device_id = "dhcp";
  port.host_hint = HostName{"host1"};
  port.revision_number = 4;
  port.number = PortNumber(8);
  ASSERT_NE(kept.port(port_id(1)), nullptr);
  EXPECT_EQ(*kept.port(port_id(1)), port) << "no DHCP server: device_owner gives no trust";
  EXPECT_EQ(kept.router_of(port_id(1))->id, router_id(1));
  EXPECT_EQ(kept.active_site(port_id(1))->since, 9U);
  EXPECT_EQ(kept.keys().size() + kept.tombstones().size() + kept.subnets().size() + kept.tenants().size(), 4U);
  EXPECT_TRUE(reload() == kept) << "a second start";
}

TEST_F(StoreOpenTest, EachMigrationRunsOnceInOrder) {
  std::vector<Migration> list = {{1, "first", {"CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (1)"}}};
  migrate(raw(), list);
  migrate(raw(), list);
  list.push_back({2, "second", {"ALTER TABLE a ADD COLUMN y INTEGER", "UPDATE a SET y = x + 10"}});
  list.push_back({3, "third", {"UPDATE a SET y = y * 2"}});
  migrate(raw(), list);
  migrate(raw(), list);
  int rows = 0;
  int y = 0;
  raw() << "SELECT count(*), sum(y) FROM a", soci::into(rows), soci::into(y);
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(y, 22);
}

TEST_F(StoreOpenTest, FailedMigrationLeavesTheVersionBefore) {
  std::vector<Migration> list = {{1, "first", {"CREATE TABLE a (x INTEGER)"}}};
  migrate(raw(), list);
  list.push_back({2, "broken", {"CREATE TABLE b (x INTEGER)", "INSERT INTO nowhere VALUES (1)"}});
  EXPECT_THROW(migrate(raw(), list), soci::soci_error);
  int tables = 0;
  int version = 0;
  raw() << "SELECT count(*) FROM sqlite_master WHERE name = 'b'", soci::into(tables);
  raw() << "SELECT max(version) FROM schema_migrations", soci::into(version);
  EXPECT_EQ(tables, 0);
  EXPECT_EQ(version, 1);
  list[1].statements.pop_back();
  migrate(raw(), list);
  raw() << "SELECT count(*) FROM b", soci::into(tables);
}

}  // namespace
}  // namespace dcportals::store
