// Creating, protecting and locking the store's file. See store_file.h.
#include "store/store_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "store/store.h"

namespace dcportals::store {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

[[noreturn]] void fail(const std::string& path, const char* what, int error) {
  throw StoreError(fmt::format("store {}: {}: {}", path, what, std::generic_category().message(error)));
}

// A descriptor that closes itself; the file is created for its owner alone.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, kOwnerOnly)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// The process that wrote its id into the lock file, for the message alone.
std::string owner_of(int lock_fd) {
  char text[24] = {};
  const ssize_t length = ::pread(lock_fd, text, sizeof text - 1, 0);
  return length > 0 ? fmt::format(" (process {})", std::string(text, static_cast<std::size_t>(length))) : "";
}

int lock(const std::string& path) {
  Descriptor file(path + ".lock", O_RDWR | O_CREAT);
  if (file.get() < 0) fail(path, "cannot create its lock file", errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail(path, "cannot lock", errno);
    throw StoreError(fmt::format("store {}: in use by another dcportald{}", path, owner_of(file.get())));
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), pid.data(), pid.size(), 0) < 0) {
    fail(path, "cannot write its lock file", errno);
  }
  return file.release();
}

// The name of a new file is on disk only when its directory is.
void sync_directory_of(const std::string& path) {
  std::string directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  Descriptor file(directory, O_RDONLY | O_DIRECTORY);
  if (file.get() < 0 || ::fsync(file.get()) != 0) fail(path, "cannot sync its directory", errno);
}

void create_or_protect(const std::string& path) {
  Descriptor file(path, O_RDWR | O_CREAT);
  if (file.get() < 0) fail(path, "cannot open", errno);
  struct stat status;
  if (::fstat(file.get(), &status) != 0) fail(path, "cannot examine", errno);
  if (!S_ISREG(status.st_mode)) throw StoreError(fmt::format("store {}: not a regular file", path));
  if ((status.st_mode & 0777) != kOwnerOnly && ::fchmod(file.get(), kOwnerOnly) != 0) {
    fail(path, "cannot keep other users from reading it", errno);
  }
  if (status.st_size == 0) sync_directory_of(path);
}

}  // namespace

// Locks first: closing a descriptor of the store would drop the SQLite locks that this same process already has on it.
StoreFile::StoreFile(const std::string& path) : lock_fd_(lock(path)) {
  try {
    create_or_protect(path);
  } catch (...) {
    ::close(lock_fd_);
    throw;
  }
}

StoreFile::~StoreFile() {
  ::close(lock_fd_);
}

}  // namespace dcportals::store
