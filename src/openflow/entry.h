// Whatever can be installed on a switch, as a value: a flow, a group or a meter (OpenFlow 1.3 sections 5.2, 5.6, 5.7).
//
// Each has a key that a switch holds at most one of. Used by flowtable, flowgen and controller.
#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "openflow/flow.h"
#include "openflow/message.h"

namespace dcportals::openflow {

using Group = GroupDescription;
using Meter = MeterConfig;

using Entry = std::variant<Flow, Group, Meter>;
using EntryKey = std::variant<FlowKey, GroupId, MeterId>;

[[nodiscard]] inline EntryKey key_of(const Entry& entry) {
  struct Key {
    EntryKey operator()(const Flow& flow) const { return flow.key; }
    EntryKey operator()(const Group& group) const { return group.group_id; }
    EntryKey operator()(const Meter& meter) const { return meter.meter_id; }
  };
  return std::visit(Key{}, entry);
}

// Equal for entries with equal keys; without copying them.
[[nodiscard]] std::size_t hash_of_key(const Entry& entry);
[[nodiscard]] bool same_key(const Entry& a, const Entry& b);

// The message that installs the entry, or, with `exists`, puts it in the place of one with its key. A flow's add replaces in any case.
[[nodiscard]] Message put_message(const Entry& entry, bool exists);
// The message that removes exactly the entry with this key.
[[nodiscard]] Message erase_message(const EntryKey& key);

// In ovs-ofctl's syntax: "cookie=0x1, table=3, priority=100,arp actions=drop", "group_id=256,type=all,...", "meter=8 pktps ...".
[[nodiscard]] std::string format(const Entry& entry);

}  // namespace dcportals::openflow
