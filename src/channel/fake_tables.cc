// See fake_tables.h.
#include "channel/fake_tables.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace dcportals::channel {

namespace of = openflow;

namespace {

of::ErrorMessage error(std::uint16_t type, std::uint16_t code) {
  return {type, code, std::nullopt, {}};
}

// Every field of the filter is in the match with the same value: enough for filters that flow generation uses.
bool covers(const of::Match& filter, const of::Match& match) {
  return std::ranges::all_of(filter.fields(), [&](const of::FieldMatch& wanted) {
    const of::FieldMatch* has = match.find(wanted.field);
    return has && *has == wanted;
  });
}

template <class Filter>
bool selects(const Filter& filter, const of::FlowMod& flow) {
  return (filter.table_id == of::kTableAll || filter.table_id == flow.table_id) &&
         ((flow.cookie.value() ^ filter.cookie.value()) & filter.cookie_mask) == 0 && covers(filter.match, flow.match);
}

of::FlowStats stats_of(const of::FlowMod& flow) {
  of::FlowStats stats;
  stats.table_id = flow.table_id;
  stats.priority = flow.priority;
  stats.idle_timeout = flow.idle_timeout;
  stats.hard_timeout = flow.hard_timeout;
  stats.flags = flow.flags;
  stats.cookie = flow.cookie;
  stats.match = flow.match;
  stats.instructions = flow.instructions;
  return stats;
}

// Entries cut into replies of at most `most`; one empty reply for none.
template <class Reply, class Entry>
std::vector<of::Message> in_parts(const std::vector<Entry>& entries, std::vector<Entry> Reply::* member, std::size_t most) {
  std::vector<of::Message> parts;
  std::size_t begin = 0;
  do {
    const std::size_t end = std::min(entries.size(), begin + most);
    Reply reply;
    (reply.*member)
        .assign(entries.begin() + static_cast<std::ptrdiff_t>(begin), entries.begin() + static_cast<std::ptrdiff_t>(end));
    reply.more = end < entries.size();
    parts.emplace_back(std::move(reply));
    begin = end;
  } while (begin < entries.size());
  return parts;
}

}  // namespace

std::optional<of::ErrorMessage> FakeTables::apply(const of::Message& message) {
  if (const auto* flow = std::get_if<of::FlowMod>(&message)) return apply_flow(*flow);
  if (const auto* group = std::get_if<of::GroupMod>(&message)) return apply_group(*group);
  if (const auto* meter = std::get_if<of::MeterMod>(&message)) return apply_meter(*meter);
  return error(1, 1);  // OFPBRC_BAD_TYPE
}

std::optional<of::ErrorMessage> FakeTables::apply_flow(const of::FlowMod& mod) {
  const FlowKey key{mod.table_id, mod.priority, mod.match};
  switch (mod.command) {
    case of::FlowModCommand::kAdd:
      if (mod.table_id == of::kTableAll) return error(5, 2);  // OFPFMFC_BAD_TABLE_ID
      flows_[key] = mod;
      break;
    case of::FlowModCommand::kModify:
    case of::FlowModCommand::kModifyStrict:
      for (auto& [flow_key, flow] : flows_) {
        if (mod.command == of::FlowModCommand::kModify ? selects(mod, flow) : flow_key == key)
          flow.instructions = mod.instructions;
      }
      break;
    case of::FlowModCommand::kDelete:
      std::erase_if(flows_, [&](const auto& entry) { return selects(mod, entry.second); });
      break;
    case of::FlowModCommand::kDeleteStrict:
      flows_.erase(key);
      break;
  }
  return std::nullopt;
}

std::optional<of::ErrorMessage> FakeTables::apply_group(const of::GroupMod& mod) {
  switch (mod.command) {
    case of::GroupModCommand::kAdd:
      if (!groups_.try_emplace(mod.group_id, mod).second) return error(6, 0);  // OFPGMFC_GROUP_EXISTS
      break;
    case of::GroupModCommand::kModify:
      if (!groups_.contains(mod.group_id)) return error(6, 8);  // OFPGMFC_UNKNOWN_GROUP
      groups_[mod.group_id] = mod;
      break;
    case of::GroupModCommand::kDelete:
      mod.group_id == of::kGroupAll ? groups_.clear() : void(groups_.erase(mod.group_id));
      break;
  }
  return std::nullopt;
}

std::optional<of::ErrorMessage> FakeTables::apply_meter(const of::MeterMod& mod) {
  switch (mod.command) {
    case of::MeterModCommand::kAdd:
      if (!meters_.try_emplace(mod.meter_id, mod).second) return error(12, 1);  // OFPMMFC_METER_EXISTS
      break;
    case of::MeterModCommand::kModify:
      if (!meters_.contains(mod.meter_id)) return error(12, 3);  // OFPMMFC_UNKNOWN_METER
      meters_[mod.meter_id] = mod;
      break;
    case of::MeterModCommand::kDelete:
      mod.meter_id == of::kMeterAll ? meters_.clear() : void(meters_.erase(mod.meter_id));
      break;
  }
  return std::nullopt;
}

std::vector<of::Message> FakeTables::answer(const of::Message& request) const {
  if (std::holds_alternative<of::DescriptionRequest>(request)) {
    of::DescriptionReply reply;
    reply.software = "fake";
    reply.datapath = datapath_description;
    return {reply};
  }
  if (std::holds_alternative<of::PortDescriptionRequest>(request)) {
    return in_parts(ports, &of::PortDescriptionReply::ports, entries_per_part);
  }
  if (const auto* filter = std::get_if<of::FlowStatsRequest>(&request)) {
    std::vector<of::FlowStats> stats;
    for (const auto& [key, flow] : flows_) {
      if (selects(*filter, flow)) stats.push_back(stats_of(flow));
    }
    return in_parts(stats, &of::FlowStatsReply::flows, entries_per_part);
  }
  if (const auto* filter = std::get_if<of::AggregateStatsRequest>(&request)) {
    of::AggregateStatsReply reply;
    reply.flow_count = static_cast<std::uint32_t>(
        std::ranges::count_if(flows_, [&](const auto& entry) { return selects(*filter, entry.second); }));
    return {reply};
  }
  if (std::holds_alternative<of::GroupDescriptionRequest>(request)) {
    std::vector<of::GroupDescription> groups;
    for (const auto& [id, group] : groups_) groups.push_back({group.type, id, group.buckets});
    return in_parts(groups, &of::GroupDescriptionReply::groups, entries_per_part);
  }
  if (std::holds_alternative<of::MeterConfigRequest>(request)) {
    std::vector<of::MeterConfig> meters;
    for (const auto& [id, meter] : meters_) meters.push_back({meter.flags, id, meter.bands});
    return in_parts(meters, &of::MeterConfigReply::meters, entries_per_part);
  }
  return {};
}

}  // namespace dcportals::channel
