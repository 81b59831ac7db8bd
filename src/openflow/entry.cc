#include "openflow/entry.h"

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

Message put_message(const Entry& entry, bool exists) {
  return std::visit(PutMessage{exists}, entry);
}

Message erase_message(const EntryKey& key) {
  return std::visit(EraseMessage{}, key);
}

}  // namespace dcportals::openflow
