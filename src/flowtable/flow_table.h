// A switch's flow tables as a value.
//
// At most one flow a key. FlowTable holds flows by table, priority and match, so iteration is deterministic and lookup takes the highest
// priority first. apply() follows OpenFlow 1.3 section 6.4. Used for what a switch has installed, what it should have, and by the
// emulator. Not for sharing between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "flowtable/field_values.h"
#include "openflow/flow.h"

namespace dcportals::flowtable {

class FlowTable {
 public:
  FlowTable() = default;
  explicit FlowTable(std::span<const openflow::Flow> flows);

  // Adds, or replaces the flow of that key.
  void put(openflow::Flow flow);
  // false: there was none.
  bool erase(const openflow::FlowKey& key);
  // Add, modify, delete; strict or by cookie and a wider match.
  void apply(const openflow::FlowMod& mod);

  [[nodiscard]] const openflow::Flow* find(const openflow::FlowKey& key) const;
  // The flow of highest priority that matches, nullptr: a miss. Where several of one priority match, which one is unspecified on a switch;
  // here it is the least.
  [[nodiscard]] const openflow::Flow* lookup(openflow::TableId table, const FieldValues& fields) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  // Erases the flows that the condition holds for.
  void erase_if(const std::function<bool(const openflow::Flow&)>& condition);
  void for_each(const std::function<void(const openflow::Flow&)>& visit) const;
  [[nodiscard]] std::vector<openflow::Flow> flows() const;

  friend bool operator==(const FlowTable& a, const FlowTable& b) { return a.tables_ == b.tables_; }

 private:
  using Priority = std::map<openflow::Match, openflow::Flow>;
  using Table = std::map<std::uint16_t, Priority, std::greater<>>;

  template <class Select, class Act>
  void for_selected(const openflow::FlowMod& mod, Select select, Act act);
  void erase_selected(const openflow::FlowMod& mod, bool strict);
  void modify_selected(const openflow::FlowMod& mod, bool strict);

  std::map<openflow::TableId, Table> tables_;
  std::size_t size_ = 0;
};

}  // namespace dcportals::flowtable
