#include "flowtable/flow_table.h"

#include <algorithm>
#include <utility>

namespace dcportals::flowtable {

using openflow::Flow;
using openflow::FlowKey;
using openflow::FlowMod;
using openflow::FlowModCommand;
using openflow::Match;

namespace {

bool cookie_selected(const FlowMod& mod, const Flow& flow) {
  return ((flow.cookie.value() ^ mod.cookie.value()) & mod.cookie_mask) == 0;
}

// Whether `narrow` matches only packets that `wide` matches: every field of `wide` is in `narrow`, at least as exact, with an agreeing value.
bool is_within(const Match& narrow, const Match& wide) {
  return std::ranges::all_of(wide.fields(), [&](const openflow::FieldMatch& w) {
    const openflow::FieldMatch* n = narrow.find(w.field);
    return n != nullptr && (n->mask & w.mask) == w.mask && (n->value & w.mask) == w.value;
  });
}

bool outputs_to(const Flow& flow, openflow::OfPort port) {
  const auto is_output = [&](const openflow::Action& a) {
    const auto* output = std::get_if<openflow::Output>(&a);
    return output != nullptr && output->port == port;
  };
  return std::ranges::any_of(flow.instructions.apply, is_output) || std::ranges::any_of(flow.instructions.write, is_output);
}

bool selected(const FlowMod& mod, const Flow& flow, bool strict) {
  if (!cookie_selected(mod, flow)) return false;
  if (strict && flow.key != FlowKey{mod.table_id, mod.priority, mod.match}) return false;
  return strict || is_within(flow.key.match, mod.match);
}

}  // namespace

FlowTable::FlowTable(std::span<const Flow> flows) {
  for (const Flow& flow : flows) put(flow);
}

void FlowTable::put(Flow flow) {
  Priority& priority = tables_[flow.key.table][flow.key.priority];
  const Match match = flow.key.match;
  if (priority.insert_or_assign(match, std::move(flow)).second) ++size_;
}

bool FlowTable::erase(const FlowKey& key) {
  const auto table = tables_.find(key.table);
  if (table == tables_.end()) return false;
  const auto priority = table->second.find(key.priority);
  if (priority == table->second.end() || priority->second.erase(key.match) == 0) return false;
  --size_;
  if (priority->second.empty()) table->second.erase(priority);
  if (table->second.empty()) tables_.erase(table);
  return true;
}

template <class Select, class Act>
void FlowTable::for_selected(const FlowMod& mod, Select select, Act act) {
  for (auto& [table_id, table] : tables_) {
    if (mod.table_id != openflow::kTableAll && mod.table_id != table_id) continue;
    for (auto& [number, priority] : table) {
      for (auto& [match, flow] : priority) {
        if (select(flow)) act(flow);
      }
    }
  }
}

void FlowTable::erase_selected(const FlowMod& mod, bool strict) {
  std::vector<FlowKey> keys;
  const auto select = [&](const Flow& flow) {
    return selected(mod, flow, strict) && (mod.out_port == openflow::kPortAny || outputs_to(flow, mod.out_port));
  };
  for_selected(mod, select, [&](const Flow& flow) { keys.push_back(flow.key); });
  for (const FlowKey& key : keys) erase(key);
}

void FlowTable::modify_selected(const FlowMod& mod, bool strict) {
  for_selected(
      mod, [&](const Flow& flow) { return selected(mod, flow, strict); },
      [&](Flow& flow) { flow.instructions = mod.instructions; });
}

void FlowTable::apply(const FlowMod& mod) {
  switch (mod.command) {
    case FlowModCommand::kAdd:
      put(Flow{{mod.table_id, mod.priority, mod.match}, mod.cookie, mod.instructions, mod.idle_timeout});
      break;
    case FlowModCommand::kModify:
    case FlowModCommand::kModifyStrict:
      modify_selected(mod, mod.command == FlowModCommand::kModifyStrict);
      break;
    case FlowModCommand::kDelete:
    case FlowModCommand::kDeleteStrict:
      erase_selected(mod, mod.command == FlowModCommand::kDeleteStrict);
      break;
  }
}

const Flow* FlowTable::find(const FlowKey& key) const {
  const auto table = tables_.find(key.table);
  if (table == tables_.end()) return nullptr;
  const auto priority = table->second.find(key.priority);
  if (priority == table->second.end()) return nullptr;
  const auto flow = priority->second.find(key.match);
  return flow == priority->second.end() ? nullptr : &flow->second;
}

const Flow* FlowTable::lookup(openflow::TableId table_id, const FieldValues& fields) const {
  const auto table = tables_.find(table_id);
  if (table == tables_.end()) return nullptr;
  for (const auto& [number, priority] : table->second) {
    for (const auto& [match, flow] : priority) {
      if (fields.satisfy(match)) return &flow;
    }
  }
  return nullptr;
}

void FlowTable::erase_if(const std::function<bool(const Flow&)>& condition) {
  std::vector<FlowKey> keys;
  for_each([&](const Flow& flow) {
    if (condition(flow)) keys.push_back(flow.key);
  });
  for (const FlowKey& key : keys) erase(key);
}

void FlowTable::for_each(const std::function<void(const Flow&)>& visit) const {
  for (const auto& [table_id, table] : tables_) {
    for (const auto& [number, priority] : table) {
      for (const auto& [match, flow] : priority) visit(flow);
    }
  }
}

std::vector<Flow> FlowTable::flows() const {
  std::vector<Flow> out;
  out.reserve(size_);
  for_each([&](const Flow& flow) { out.push_back(flow); });
  return out;
}

}  // namespace dcportals::flowtable
