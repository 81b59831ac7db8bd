// All that a switch holds, as a value: flow tables, groups and meters; and the difference between what it holds and what it should.
//
// Used for what a switch has installed, what it should have, and by the emulator. Not for sharing between threads.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "flowtable/flow_table.h"
#include "openflow/entry.h"

namespace dcportals::flowtable {

class SwitchTables {
 public:
  SwitchTables() = default;
  explicit SwitchTables(std::span<const openflow::Entry> entries);

  // Adds, or replaces the entry of that key.
  void put(openflow::Entry entry);
  // false: there was none.
  bool erase(const openflow::EntryKey& key);
  // As a switch does: flow, group and meter mods. A group that goes takes the flows that name it with it (OpenFlow 1.3 section 6.5). Other
  // messages change nothing.
  void apply(const openflow::Message& message);

  [[nodiscard]] std::optional<openflow::Entry> find(const openflow::EntryKey& key) const;
  [[nodiscard]] const FlowTable& flows() const { return flows_; }
  [[nodiscard]] const openflow::Group* group(openflow::GroupId id) const;
  [[nodiscard]] const openflow::Meter* meter(openflow::MeterId id) const;
  [[nodiscard]] std::size_t size() const { return flows_.size() + groups_.size() + meters_.size(); }
  // Flows by table, priority and match, then groups and meters by id.
  [[nodiscard]] std::vector<openflow::Entry> entries() const;

  friend bool operator==(const SwitchTables&, const SwitchTables&) = default;

 private:
  FlowTable flows_;
  std::map<openflow::GroupId, openflow::Group> groups_;
  std::map<openflow::MeterId, openflow::Meter> meters_;
};

// What must be sent to a switch that has `installed` so that it has `desired`. An entry that is there but differs is put, which replaces it. A
// desired flow with an idle timeout may be absent: it has timed out, or nobody has asked for it.
struct Difference {
  std::vector<openflow::Entry> put;
  std::vector<openflow::EntryKey> erase;
  [[nodiscard]] bool empty() const { return put.empty() && erase.empty(); }
};
[[nodiscard]] Difference difference(const SwitchTables& installed, const SwitchTables& desired);

}  // namespace dcportals::flowtable
