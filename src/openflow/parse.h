// ovs-ofctl's flow syntax read back: what format.h writes for flows, so that tests and tools can say flows as text.
//
// Only the fields, actions and instructions that action.h and field.h know. Pure functions, safe from any thread; total: any text
// gives a value or an error, and takes time proportional to its length.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "openflow/action.h"
#include "openflow/match.h"
#include "openflow/message.h"

namespace dcportals::openflow {

struct ParseError {
  std::size_t offset = 0;  // into the text
  std::string text;
};

// "table=3,priority=100,cookie=0x5,arp,in_port=1,actions=output:2" as for `ovs-ofctl add-flow`, or a line of `ovs-ofctl
// dump-flows`, whose statistics are passed over. An add, with priority 32768 where none is given; "actions=" must be there.
[[nodiscard]] std::expected<FlowMod, ParseError> parse_flow(std::string_view text);

// "arp,in_port=1,arp_tpa=10.0.0.1"; empty text matches everything. Prerequisites must be met.
[[nodiscard]] std::expected<Match, ParseError> parse_match(std::string_view text);

// "meter:1,set_field:...,output:2,goto_table:3" or "drop". Instructions must stand in their order of execution.
[[nodiscard]] std::expected<Instructions, ParseError> parse_instructions(std::string_view text);

// Only what may be in an action list.
[[nodiscard]] std::expected<Actions, ParseError> parse_actions(std::string_view text);

}  // namespace dcportals::openflow
