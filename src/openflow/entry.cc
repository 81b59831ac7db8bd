#include "openflow/entry.h"

#include <fmt/format.h>

#include "openflow/format.h"

namespace dcportals::openflow {
namespace {

struct PutMessage {
  bool exists;

  Message operator()(const Flow& flow) const { return add_message(flow); }
  Message operator()(const Group& group) const {
    return GroupMod{exists ? GroupModCommand::kModify : GroupModCommand::kAdd, group.type, group.group_id, group.buckets};
  }
  Message operator()(const Meter& meter) const {
    return MeterMod{exists ? MeterModCommand::kModify : MeterModCommand::kAdd, meter.flags, meter.meter_id, meter.bands};
  }
};

struct EraseMessage {
  Message operator()(const FlowKey& key) const { return delete_message(key); }
  Message operator()(GroupId id) const { return GroupMod{GroupModCommand::kDelete, GroupType::kAll, id, {}}; }
  Message operator()(MeterId id) const { return MeterMod{MeterModCommand::kDelete, 0, id, {}}; }
};

}  // namespace

std::size_t hash_of_key(const Entry& entry) {
  struct Hash {
    std::size_t operator()(const Flow& flow) const { return std::hash<FlowKey>{}(flow.key); }
    std::size_t operator()(const Group& group) const { return std::hash<GroupId>{}(group.group_id) * 3; }
    std::size_t operator()(const Meter& meter) const { return std::hash<MeterId>{}(meter.meter_id) * 5; }
  };
  return std::visit(Hash{}, entry);
}

bool same_key(const Entry& a, const Entry& b) {
  if (a.index() != b.index()) return false;
  if (const auto* flow = std::get_if<Flow>(&a)) return flow->key == std::get<Flow>(b).key;
  if (const auto* group = std::get_if<Group>(&a)) return group->group_id == std::get<Group>(b).group_id;
  return std::get<Meter>(a).meter_id == std::get<Meter>(b).meter_id;
}

Message put_message(const Entry& entry, bool exists) {
  return std::visit(PutMessage{exists}, entry);
}

Message erase_message(const EntryKey& key) {
  return std::visit(EraseMessage{}, key);
}

std::string format(const Entry& entry) {
  if (const auto* flow = std::get_if<Flow>(&entry)) {
    const std::string timeout = flow->idle_timeout == 0 ? "" : fmt::format("idle_timeout={}, ", flow->idle_timeout);
    return timeout + format_flow(flow->key.table, flow->key.priority, flow->cookie, flow->key.match, flow->instructions);
  }
  const bool is_group = std::holds_alternative<Group>(entry);
  const std::string text = is_group ? format(Message{GroupDescriptionReply{false, {std::get<Group>(entry)}, {}}})
                                    : format(Message{MeterConfigReply{false, {std::get<Meter>(entry)}}});
  return text.substr(text.find(is_group ? "group_id=" : "meter="));
}

}  // namespace dcportals::openflow
