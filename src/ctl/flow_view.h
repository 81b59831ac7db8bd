// The flows of a switch as text: grouped by table, each beside the rule that it is an instance of; then its groups and meters. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/look.h"

namespace dcportals::ctl {

// What a switch holds, in the order in which it is shown.
enum class EntryKind : std::uint8_t { kFlow, kGroup, kMeter };

// A flow, group or meter in ovs-ofctl's syntax, taken apart as far as needed. Total: what cannot be found is empty.
struct FlowText {
  char sign = ' ';  // '+' and '-' in a difference
  EntryKind kind = EntryKind::kFlow;
  unsigned table = 0;
  std::string rule;                      // by its cookie; empty: not one of ours
  std::optional<std::uint64_t> packets;  // that it matched; of installed flows
  std::string head;                      // "cookie=0x..., table=10, "
  std::string match;                     // "priority=800,ip,in_port=3"; of a group or meter, all of it
  std::string actions;                   // "goto_table:30"
};

[[nodiscard]] FlowText read_flow(std::string_view line);

// `lines` as flows.list gives them.
[[nodiscard]] std::string render_flows(const std::vector<std::string>& lines, const Look& look);

}  // namespace dcportals::ctl
