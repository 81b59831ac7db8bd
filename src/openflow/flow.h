// A flow entry as a value, apart from the messages that install it or report it (OpenFlow 1.3 section 5.2).
//
// A table holds at most one flow of a key: table, priority and match identify it (section 6.4, overlap by strict match); cookie
// and instructions are what may differ between a desired and an installed flow. Used by pipeline, flowtable, flowgen and
// controller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "openflow/message.h"

namespace dcportals::openflow {

struct FlowKey {
  TableId table;
  std::uint16_t priority = 0;
  Match match;
  friend bool operator==(const FlowKey&, const FlowKey&) = default;
  friend auto operator<=>(const FlowKey&, const FlowKey&) = default;
};

struct Flow {
  FlowKey key;
  Cookie cookie;
  Instructions instructions;
  std::uint16_t idle_timeout = 0;  // seconds; 0: it stays
  friend bool operator==(const Flow&, const Flow&) = default;
};

// The message that adds the flow, or replaces the one with its key (section 6.4: an add resets counters and replaces).
[[nodiscard]] inline FlowMod add_message(const Flow& flow) {
  FlowMod mod;
  mod.command = FlowModCommand::kAdd;
  mod.table_id = flow.key.table;
  mod.priority = flow.key.priority;
  mod.cookie = flow.cookie;
  mod.idle_timeout = flow.idle_timeout;
  mod.match = flow.key.match;
  mod.instructions = flow.instructions;
  return mod;
}

// The message that deletes exactly the flow with this key.
[[nodiscard]] inline FlowMod delete_message(const FlowKey& key) {
  FlowMod mod;
  mod.command = FlowModCommand::kDeleteStrict;
  mod.table_id = key.table;
  mod.priority = key.priority;
  mod.match = key.match;
  return mod;
}

[[nodiscard]] inline Flow flow_of(const FlowStats& stats) {
  return Flow{{stats.table_id, stats.priority, stats.match}, stats.cookie, stats.instructions, stats.idle_timeout};
}

}  // namespace dcportals::openflow

template <>
struct std::hash<dcportals::openflow::FlowKey> {
  std::size_t operator()(const dcportals::openflow::FlowKey& key) const noexcept {
    const std::size_t place = static_cast<std::size_t>(key.table.value()) << 16 | key.priority;
    return hash_value(key.match) ^ place * 0x9e3779b97f4a7c15ULL;
  }
};
