// Opening the database, and its transactions. See store.h.
#include "store/store.h"

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <optional>
#include <utility>

#include "store/reader.h"
#include "store/schema.h"
#include "store/store_file.h"
#include "store/writer.h"

namespace dcportals::store {
namespace {

// SQLite's result code in words that tell an operator what to do; nullptr where its own text must do.
const char* explain(int result) {
  switch (result & 0xff) {
    case SQLITE_NOTADB:
      return "not a SQLite database";
    case SQLITE_CORRUPT:
      return "damaged; restore it from a backup";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "locked by another program";
    case SQLITE_FULL:
      return "no space left on the device";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "may not be written to";
    case SQLITE_CANTOPEN:
      return "cannot be opened";
    case SQLITE_IOERR:
      return "input or output error";
    default:
      return nullptr;
  }
}

// Runs `work` and turns what it throws into a StoreError that names the file and the deed.
template <class Work>
auto guarded(const std::string& path, const char* deed, Work work) {
  try {
    return work();
  } catch (const StoreError& error) {
    throw StoreError(fmt::format("store {}: cannot {}: {}", path, deed, error.what()));
  } catch (const soci::sqlite3_soci_error& error) {
    const char* words = explain(error.result());
    throw StoreError(words == nullptr ? fmt::format("store {}: cannot {}: {}", path, deed, error.what())
                                      : fmt::format("store {}: cannot {}: {} ({})", path, deed, words, error.what()));
  } catch (const soci::soci_error& error) {
    throw StoreError(fmt::format("store {}: cannot {}: {}", path, deed, error.what()));
  }
}

std::string ask(soci::session& session, const std::string& pragma) {
  std::string answer;
  session << "PRAGMA " << pragma, soci::into(answer);
  return answer;
}

void configure(soci::session& session, std::chrono::milliseconds busy_timeout) {
  (void)ask(session, fmt::format("busy_timeout = {}", busy_timeout.count()));
  if (const std::string mode = ask(session, "journal_mode = WAL"); mode != "wal") {
    throw StoreError(fmt::format("its file system does not allow a write-ahead log (journal mode {})", mode));
  }
  session << "PRAGMA synchronous = FULL";
  session << "PRAGMA foreign_keys = ON";
  // In KiB, negative by SQLite's rule: a commit of the whole cloud fits, and so is written once.
  session << "PRAGMA cache_size = -65536";
  if (const std::string verdict = ask(session, "quick_check(1)"); verdict != "ok") {
    throw StoreError(fmt::format("damaged; restore it from a backup ({})", verdict));
  }
}

// Asks for the right to write, so that what would fail at the first commit fails at start.
void prove_writable(soci::session& session) {
  session << "BEGIN IMMEDIATE";
  session << "ROLLBACK";
}

}  // namespace

class Store::Database {
 public:
  explicit Database(const StoreOptions& options) : path_(options.path), file_(options.path) {
    guarded(path_, "open", [&] {
      if (path_.find('"') != std::string::npos) throw StoreError("its path contains a quotation mark");
      session_.open(soci::sqlite3, fmt::format("db=\"{}\"", path_));
      configure(session_, options.busy_timeout);
      prove_writable(session_);
      migrate(session_, migrations());
      writer_.emplace(session_);
    });
  }

  topology::Changes load() {
    return guarded(path_, "read", [this] { return read_everything(session_); });
  }

  void commit(std::span<const topology::Change> changes) {
    guarded(path_, "write", [&] {
      soci::transaction transaction(session_);  // rolls back when left by an exception
      for (const topology::Change& change : changes) writer_->write(change);
      transaction.commit();
    });
  }

 private:
  std::string path_;
  StoreFile file_;
  soci::session session_;
  std::optional<Writer> writer_;
};

std::unique_ptr<Store> Store::open(const StoreOptions& options) {
  return std::unique_ptr<Store>(new Store(std::make_unique<Database>(options)));
}

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::~Store() = default;

topology::Changes Store::load() {
  return database_->load();
}
void Store::commit(std::span<const topology::Change> changes) {
  database_->commit(changes);
}

}  // namespace dcportals::store
