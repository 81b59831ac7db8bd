// OpenFlow values as text in ovs-ofctl's syntax: what an operator sees in `ovs-ofctl dump-flows` or ofp-print.
//
// Pure functions. Tests compare them with `ovs-ofctl ofp-print` on the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "openflow/codec.h"
#include "openflow/message.h"

namespace dcportals::openflow {

// "OFPT_FLOW_MOD", for logs.
[[nodiscard]] std::string_view type_name(const Message& message);
// One message in one or several lines, without a trailing newline.
[[nodiscard]] std::string format(const Message& message);
// "cookie=0x1, table=3, priority=100,arp,in_port=1 actions=drop": the part that flow mods and flow stats share.
[[nodiscard]] std::string format_flow(TableId table, std::uint16_t priority, Cookie cookie, const Match& match,
                                      const Instructions& instructions);
// "OFPBMC_BAD_FIELD" and the like; numbers for what we do not know.
[[nodiscard]] std::string error_name(std::uint16_t type, std::uint16_t code);

}  // namespace dcportals::openflow
