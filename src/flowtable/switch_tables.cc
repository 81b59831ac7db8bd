#include "flowtable/switch_tables.h"

#include <algorithm>
#include <utility>

namespace dcportals::flowtable {
namespace {

using openflow::Entry;
using openflow::EntryKey;
using openflow::Flow;
using openflow::FlowKey;
using openflow::Group;
using openflow::GroupId;
using openflow::Meter;
using openflow::MeterId;

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

bool names_group(const Flow& flow, GroupId id) {
  return std::ranges::any_of(flow.instructions.apply, [&](const openflow::Action& action) {
    const auto* group = std::get_if<openflow::GroupAction>(&action);
    return group != nullptr && group->group == id;
  });
}

template <class Map>
auto* find_in(Map& map, const typename std::remove_const_t<Map>::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

SwitchTables::SwitchTables(std::span<const Entry> entries) {
  for (const Entry& entry : entries) put(entry);
}

void SwitchTables::put(Entry entry) {
  std::visit(Overloaded{[&](Flow& flow) { flows_.put(std::move(flow)); },
                        [&](Group& group) { groups_.insert_or_assign(group.group_id, std::move(group)); },
                        [&](Meter& meter) { meters_.insert_or_assign(meter.meter_id, std::move(meter)); }},
             entry);
}

bool SwitchTables::erase(const EntryKey& key) {
  return std::visit(Overloaded{[&](const FlowKey& flow) { return flows_.erase(flow); },
                               [&](GroupId group) {
                                 flows_.erase_if([&](const Flow& flow) { return names_group(flow, group); });
                                 return groups_.erase(group) > 0;
                               },
                               [&](MeterId meter) {
                                 flows_.erase_if([&](const Flow& flow) { return flow.instructions.meter == meter; });
                                 return meters_.erase(meter) > 0;
                               }},
                    key);
}

void SwitchTables::apply(const openflow::Message& message) {
  if (const auto* flow = std::get_if<openflow::FlowMod>(&message)) {
    flows_.apply(*flow);
  } else if (const auto* group = std::get_if<openflow::GroupMod>(&message)) {
    if (group->command == openflow::GroupModCommand::kDelete) {
      erase(group->group_id);
    } else {
      put(Group{group->type, group->group_id, group->buckets});
    }
  } else if (const auto* meter = std::get_if<openflow::MeterMod>(&message)) {
    if (meter->command == openflow::MeterModCommand::kDelete) {
      erase(meter->meter_id);
    } else {
      put(Meter{meter->flags, meter->meter_id, meter->bands});
    }
  }
}

std::optional<Entry> SwitchTables::find(const EntryKey& key) const {
  const auto copy = [](const auto* found) { return found == nullptr ? std::nullopt : std::optional<Entry>(*found); };
  return std::visit(Overloaded{[&](const FlowKey& flow) { return copy(flows_.find(flow)); },
                               [&](GroupId id) { return copy(group(id)); },
                               [&](MeterId id) { return copy(meter(id)); }},
                    key);
}

const Group* SwitchTables::group(GroupId id) const {
  return find_in(groups_, id);
}

const Meter* SwitchTables::meter(MeterId id) const {
  return find_in(meters_, id);
}

std::vector<Entry> SwitchTables::entries() const {
  std::vector<Entry> out;
  out.reserve(size());
  flows_.for_each([&](const Flow& flow) { out.emplace_back(flow); });
  for (const auto& [id, group] : groups_) out.emplace_back(group);
  for (const auto& [id, meter] : meters_) out.emplace_back(meter);
  return out;
}

Difference difference(const SwitchTables& installed, const SwitchTables& desired) {
  Difference out;
  for (const Entry& want : desired.entries()) {
    const auto* flow = std::get_if<Flow>(&want);
    const bool may_be_absent = flow != nullptr && flow->idle_timeout != 0;
    const std::optional<Entry> there = installed.find(openflow::key_of(want));
    if (there ? *there != want : !may_be_absent) out.put.push_back(want);
  }
  for (const Entry& entry : installed.entries()) {
    EntryKey key = openflow::key_of(entry);
    if (!desired.find(key)) out.erase.push_back(std::move(key));
  }
  return out;
}

}  // namespace dcportals::flowtable
