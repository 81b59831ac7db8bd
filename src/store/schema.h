// The store's tables, as the list of steps that led to them.
//
// Each migration runs once, in its own transaction, in order, and is noted in the table schema_migrations. A released migration
// is never edited: a change of the tables is a new one at the end. SQL that SQLite and PostgreSQL both understand.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace dcportals::store {

struct Migration {
  int version;
  std::string name;
  std::vector<std::string> statements;
};

// Versions 1 and up without gaps.
[[nodiscard]] const std::vector<Migration>& migrations();

// Runs those that the database has not seen. Throws StoreError when it has seen more than are listed, or is somebody else's
// database; soci_error when one fails, which then has left nothing.
void migrate(soci::session& session, std::span<const Migration> list);

}  // namespace dcportals::store
