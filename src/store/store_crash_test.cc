// Durability: what was acknowledged survives kill -9 at any moment and a full disk, and nothing is ever half there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <random>

#include "store/temporary_store.h"

namespace {

std::atomic<int> syncs = 0;

}  // namespace

// In the place of libc's, so that a test can see that SQLite asks for the disk.
extern "C" int fdatasync(int fd) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace dcportals::store {
namespace {

using namespace topology;
using namespace topology::test;
using test::StoreTest;
using testing::HasSubstr;

constexpr unsigned kRowsPerCommit = 30;

// One commit's changes: enough rows in several tables that a torn commit would show.
Changes batch(unsigned number) {
  const TenantId tenant{"t" + std::to_string(number)};
  Changes changes{PutTenant{{tenant, ""}}};
  for (unsigned i = 0; i < kRowsPerCommit; ++i) {
    Network network = make_network(number * kRowsPerCommit + i, tenant.text.c_str());
    network.number = NetworkNumber(number * kRowsPerCommit + i + 1);
    changes.emplace_back(PutNetwork{network});
  }
  return changes;
}

// The child's life: commit batches from `next` on and write each number to the pipe once it is committed, until killed.
[[noreturn]] void commit_for_ever(const StoreOptions& options, unsigned next, int pipe) {
  try {
    const auto store = Store::open(options);
    for (;; ++next) {
      store->commit(batch(next));
      if (::write(pipe, &next, sizeof next) != sizeof next) ::_exit(2);
    }
  } catch (...) {
    ::_exit(1);
  }
}

TEST_F(StoreTest, AcknowledgedCommitsSurviveKill) {
  std::mt19937 random(20260101);
  unsigned next = 0;
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(round);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      commit_for_ever(options, next, ends[1]);
    }
    ::close(ends[1]);
    unsigned acknowledged = next;
    const auto read_one = [&] {
      unsigned number = 0;
      if (::read(ends[0], &number, sizeof number) != sizeof number) return false;
      EXPECT_EQ(number, acknowledged);
      acknowledged = number + 1;
      return true;
    };
    // Some commits, then some way into the next: the child is killed wherever it happens to be.
    for (auto wait = random() % 8; wait > 0; --wait) ASSERT_TRUE(read_one());
    for (volatile auto spin = random() % 1'000'000; spin > 0;) spin = spin - 1;
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the child ended by itself: " << status;
    while (read_one()) {
    }
    ::close(ends[0]);

    const Topology kept = reload();
    const unsigned batches = static_cast<unsigned>(kept.tenants().size());
    EXPECT_GE(batches, acknowledged);
    EXPECT_LE(batches, acknowledged + 1) << "at most the one being written";
    EXPECT_EQ(kept.network_count(), batches * kRowsPerCommit);
    for (unsigned number = 0; number < acknowledged; ++number) {
      EXPECT_NE(kept.network(network_id(number * kRowsPerCommit)), nullptr);
    }
    next = batches;
    if (HasFailure()) return;
  }
  EXPECT_GT(next, 40U);
}

TEST_F(StoreTest, CommitReturnsAfterTheDiskHasIt) {
  const auto store = open();
  for (unsigned number = 0; number < 5; ++number) {
    const int before = syncs;
    store->commit(batch(number));
    EXPECT_GT(syncs, before);
  }
}

// A file size limit stands for a full disk.
TEST_F(StoreTest, FullDiskKeepsNothingOfTheCommit) {
  open()->commit(batch(0));
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto store = open();
    const rlimit limit{200'000, 200'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(1);
    Changes large;
    for (unsigned number = 1; number < 200; ++number) std::ranges::copy(batch(number), std::back_inserter(large));
    const std::string error = error_of([&] { store->commit(large); });
    if (error.find("cannot write") == std::string::npos) ::_exit(2);
    if (store->load().size() != 1 + kRowsPerCommit) ::_exit(3);
    store->commit(batch(1));  // a small one still fits
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << WEXITSTATUS(status);
  EXPECT_EQ(reload().tenants().size(), 2U);
}

}  // namespace
}  // namespace dcportals::store
