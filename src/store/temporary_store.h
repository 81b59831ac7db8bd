// A store in a directory of its own, removed with it; for tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/store.h"
#include "topology/test_objects.h"
#include "topology/topology.h"

namespace dcportals::store::test {

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string pattern = testing::TempDir() + "store-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    directory = pattern;
    options.path = directory / "topology.db";
    options.busy_timeout = std::chrono::milliseconds(20);
  }
  ~StoreTest() override { std::filesystem::remove_all(directory); }

  [[nodiscard]] std::unique_ptr<Store> open() const { return Store::open(options); }

  // What is on disk, seen by a new process.
  [[nodiscard]] topology::Topology reload() const {
    topology::Topology out(topology::test::make_pool());
    for (const topology::Change& change : open()->load()) out.apply(change);
    return out;
  }

  // The text of the StoreError that `work` throws, "" when it throws none.
  template <class Work>
  [[nodiscard]] static std::string error_of(Work work) {
    try {
      work();
    } catch (const StoreError& error) {
      return error.what();
    }
    return "";
  }
  [[nodiscard]] std::string open_error() const {
    return error_of([this] { (void)open(); });
  }

  std::filesystem::path directory;
  StoreOptions options;
};

}  // namespace dcportals::store::test
