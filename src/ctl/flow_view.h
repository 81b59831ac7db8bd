// The flows of a switch as text: grouped by table, each beside the rule that it is an instance of. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/look.h"

namespace dcportals::ctl {

// A flow in ovs-ofctl's syntax, taken apart as far as needed. Total: what cannot be found is empty.
struct FlowText {
  char sign = ' ';  // '+' and '-' in a difference
  unsigned table = 0;
  std::string rule;                      // by its cookie; empty: not one of ours
  std::optional<std::uint64_t> packets;  // that it matched; of installed flows
  std::string head;                      // "cookie=0x..., table=10, "
  std::string match;                     // "priority=800,ip,in_port=3"
  std::string actions;                   // "goto_table:30"
};

[[nodiscard]] FlowText read_flow(std::string_view line);

// `lines` as flows.list gives them.
[[nodiscard]] std::string render_flows(const std::vector<std::string>& lines, const Look& look);

}  // namespace dcportals::ctl
