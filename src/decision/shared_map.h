// A map in versions that share what did not change: readers keep a version, the editor makes the next at the cost of what it changes.
//
// Two levels: a root of branches, each a small FlatTable. An edit copies the branches that it touches, once a version, and publishing copies
// the root, which is pointers only. SharedMap is immutable and safe from any thread; SharedMapEditor belongs to one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "decision/flat_table.h"

namespace dcportals::decision {

// A branch's table sees the hash's upper half, so that keys of one branch, whose lower bits agree, still spread.
template <class Hash>
struct UpperHash {
  template <class Key>
  std::uint64_t operator()(const Key& key) const {
    return Hash{}(key) >> 32;
  }
};

template <class Key, class Value, class Hash>
class SharedMap {
 public:
  using Branch = FlatTable<Key, Value, UpperHash<Hash>>;
  using Root = std::vector<std::shared_ptr<const Branch>>;

  SharedMap() = default;
  explicit SharedMap(std::shared_ptr<const Root> root) : root_(std::move(root)) {}

  // nullptr: there is none. The value lives as long as this version.
  [[nodiscard]] const Value* find(const Key& key) const {
    const std::uint64_t hash = Hash{}(key);
    const Branch* branch = this->branch(hash);
    return branch == nullptr ? nullptr : branch->find(key, hash >> 32);
  }

  // Where a key with this hash is, if anywhere; looked up there by the hash's upper half. May be nullptr.
  [[nodiscard]] const Branch* branch(std::uint64_t hash) const { return root_ == nullptr ? nullptr : (*root_)[hash & (root_->size() - 1)].get(); }

  template <class Visit>
  void for_each(Visit visit) const {
    if (root_ == nullptr) return;
    for (const auto& branch : *root_) {
      if (branch != nullptr) branch->for_each(visit);
    }
  }

 private:
  std::shared_ptr<const Root> root_;  // a power of two of branches; nullptr where a branch is empty
};

template <class Key, class Value, class Hash>
class SharedMapEditor {
 public:
  using Map = SharedMap<Key, Value, Hash>;

  [[nodiscard]] std::size_t size() const { return size_; }
  // Whether an edit was made since publish().
  [[nodiscard]] bool changed() const { return changed_; }

  [[nodiscard]] const Value* find(const Key& key) const {
    const std::uint64_t hash = Hash{}(key);
    const Leaf& leaf = leaves_[hash & (leaves_.size() - 1)];
    return leaf.branch == nullptr ? nullptr : leaf.branch->find(key, hash >> 32);
  }
  void put(const Key& key, Value value) {
    if (size_ >= leaves_.size() * kFullLeaf) grow();
    Branch& branch = own(key);
    const std::size_t before = branch.size();
    branch[key] = std::move(value);
    size_ += branch.size() - before;
  }
  void erase(const Key& key) {
    if (find(key) == nullptr) return;
    own(key).erase(key);
    --size_;
  }

  // The next version. What was published before stays as it was.
  [[nodiscard]] Map publish() {
    if (!changed_) return last_;
    auto root = std::make_shared<typename Map::Root>();
    root->reserve(leaves_.size());
    for (Leaf& leaf : leaves_) {
      leaf.owned = false;
      root->push_back(leaf.branch);
    }
    changed_ = false;
    last_ = Map(std::move(root));
    return last_;
  }

 private:
  using Branch = typename Map::Branch;
  struct Leaf {
    std::shared_ptr<Branch> branch;
    bool owned = false;  // made since the last publish(): no reader has it
  };
  // Entries of a leaf, on average, from which on there are more leaves: what an edit copies against what publish() copies.
  static constexpr std::size_t kFullLeaf = 32;

  Branch& own(const Key& key) {
    changed_ = true;
    Leaf& leaf = leaves_[Hash{}(key) & (leaves_.size() - 1)];
    if (!leaf.owned) {
      leaf.branch = leaf.branch == nullptr ? std::make_shared<Branch>() : std::make_shared<Branch>(*leaf.branch);
      leaf.owned = true;
    }
    return *leaf.branch;
  }
  void grow() {
    std::vector<Leaf> old(leaves_.size() * 4);
    old.swap(leaves_);
    for (const Leaf& leaf : old) {
      if (leaf.branch != nullptr) leaf.branch->for_each([this](const Key& key, const Value& value) { own(key)[key] = value; });
    }
  }

  std::vector<Leaf> leaves_ = std::vector<Leaf>(16);  // a power of two
  std::size_t size_ = 0;
  bool changed_ = false;
  Map last_;
};

}  // namespace dcportals::decision
