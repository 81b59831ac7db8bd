// The topology on disk: what an API call reported as done survives a crash of the daemon and of the machine.
//
// One SQLite file (write-ahead log, synchronous=FULL) with plain tables, reached through SOCI; the paper's persistence module
// (section 3.4). Written by `daemon` before it applies changes to its topology, read once at start. Every call may wait for the
// disk: one thread at a time, not the event loop's. One daemon at a time has a file; people may read it with sqlite3 meanwhile.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "topology/change.h"

namespace dcportals::store {

// Names the file and says in words what is wrong with it.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct StoreOptions {
  std::string path;  // its directory must exist; path + "-wal", "-shm" and ".lock" are used too
  // How long to wait for somebody who is writing to the file with another program.
  std::chrono::milliseconds busy_timeout{5000};
};

class Store {
 public:
  // Opens the file, or creates it readable by its owner alone, and brings its schema up to date. Throws StoreError when that
  // cannot be: another daemon has it, it is damaged or no dcportals store, or a newer version of dcportals wrote it.
  [[nodiscard]] static std::unique_ptr<Store> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Everything kept, as puts in an order that an empty Topology can apply. Throws StoreError.
  [[nodiscard]] topology::Changes load();

  // Keeps all of the changes, in order, and returns when they are on disk; or throws StoreError and keeps none of them.
  void commit(std::span<const topology::Change> changes);

 private:
  class Database;
  explicit Store(std::unique_ptr<Database> database);

  std::unique_ptr<Database> database_;
};

}  // namespace dcportals::store
