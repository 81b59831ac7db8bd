// Running migrations. See schema.h.
#include "store/schema.h"

#include <fmt/format.h>
#include <soci/soci.h>

#include "store/store.h"

namespace dcportals::store {
namespace {

bool has_table(soci::session& session, const std::string& name) {
  int count = 0;
  session << "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = :name", soci::use(name), soci::into(count);
  return count != 0;
}

bool is_empty(soci::session& session) {
  int count = 0;
  session << "SELECT count(*) FROM sqlite_master", soci::into(count);
  return count == 0;
}

// The highest migration that the database has seen, 0 for a new one.
int version_of(soci::session& session) {
  if (!has_table(session, "schema_migrations")) {
    if (!is_empty(session)) throw StoreError("a database, but not a dcportals store");
    session << "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL)";
  }
  int version = 0;
  session << "SELECT coalesce(max(version), 0) FROM schema_migrations", soci::into(version);
  return version;
}

void run(soci::session& session, const Migration& migration) {
  soci::transaction transaction(session);
  for (const std::string& sql : migration.statements) session << sql;
  session << "INSERT INTO schema_migrations (version, name) VALUES (:version, :name)", soci::use(migration.version),
      soci::use(migration.name);
  transaction.commit();
}

}  // namespace

void migrate(soci::session& session, std::span<const Migration> list) {
  const int version = version_of(session);
  const int known = list.empty() ? 0 : list.back().version;
  if (version > known) {
    throw StoreError(
        fmt::format("written by a newer dcportals: its schema is version {}, this program knows up to {}", version, known));
  }
  for (const Migration& migration : list) {
    if (migration.version > version) run(session, migration);
  }
}

}  // namespace dcportals::store
