// The versions of a shared map against std::map: what a reader holds never changes, what is published is what was edited.
#include "decision/shared_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/strong_id.h"

namespace dcportals::decision {
namespace {

struct Hash {
  std::uint64_t operator()(std::uint32_t key) const { return mix(key); }
};
// Everything in one branch and one chain: what erasure by shifting must survive.
struct PoorHash {
  std::uint64_t operator()(std::uint32_t key) const { return std::uint64_t{key % 3} << 32; }
};

template <class H>
std::map<std::uint32_t, int> content(const SharedMap<std::uint32_t, int, H>& map) {
  std::map<std::uint32_t, int> out;
  map.for_each([&](std::uint32_t key, int value) { out[key] = value; });
  return out;
}

template <class H>
void run_history(std::uint32_t keys, int steps) {
  std::mt19937 random(7);
  SharedMapEditor<std::uint32_t, int, H> editor;
  std::map<std::uint32_t, int> model;
  std::vector<std::pair<SharedMap<std::uint32_t, int, H>, std::map<std::uint32_t, int>>> versions;
  for (int i = 0; i < steps; ++i) {
    const auto key = static_cast<std::uint32_t>(random() % keys);
    if (random() % 3 == 0) {
      editor.erase(key);
      model.erase(key);
    } else {
      editor.put(key, i);
      model[key] = i;
    }
    ASSERT_EQ(editor.size(), model.size());
    if (random() % 50 == 0) versions.emplace_back(editor.publish(), model);
  }
  for (const auto& [map, expected] : versions) {
    ASSERT_EQ(content(map), expected);
    for (std::uint32_t key = 0; key < keys; ++key) {
      const auto found = expected.find(key);
      const int* value = map.find(key);
      ASSERT_EQ(value != nullptr, found != expected.end());
      if (value != nullptr) {
        ASSERT_EQ(*value, found->second);
      }
    }
  }
}

TEST(SharedMap, VersionsAreWhatTheyWere) { run_history<Hash>(3000, 20000); }
TEST(SharedMap, CollidingKeysAreKeptApart) { run_history<PoorHash>(40, 5000); }

TEST(SharedMap, AnEmptyOneHasNothing) {
  EXPECT_EQ((SharedMap<std::uint32_t, int, Hash>()).find(1), nullptr);
  SharedMapEditor<std::uint32_t, int, Hash> editor;
  editor.erase(1);
  EXPECT_FALSE(editor.changed());
  EXPECT_EQ(editor.publish().find(1), nullptr);
}

TEST(SharedMap, AnEditCopiesAFewBranches) {
  SharedMapEditor<std::uint32_t, std::shared_ptr<int>, Hash> editor;
  for (std::uint32_t key = 0; key < 20000; ++key) editor.put(key, std::make_shared<int>(0));
  const auto before = editor.publish();
  editor.put(77, std::make_shared<int>(1));
  const auto after = editor.publish();
  std::size_t copied = 0;
  after.for_each([&](std::uint32_t key, const auto& value) { copied += &value != before.find(key); });
  EXPECT_LT(copied, 200U);
  EXPECT_EQ(**before.find(77), 0);
  EXPECT_EQ(**after.find(77), 1);
}

}  // namespace
}  // namespace dcportals::decision
