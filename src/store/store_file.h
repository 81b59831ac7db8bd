// The store's file as the file system sees it: who may read it, and that one process has it.
//
// The lock is an flock(2) on a file beside the store, so it goes with the process however that ends, and does not disturb
// SQLite's own locks nor people who read the store. Used by Store::open.
#pragma once

#include <string>

namespace dcportals::store {

class StoreFile {
 public:
  // Creates the file if there is none, takes other users' permissions away, and locks. Throws StoreError.
  explicit StoreFile(const std::string& path);
  ~StoreFile();
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;

 private:
  int lock_fd_ = -1;
};

}  // namespace dcportals::store
