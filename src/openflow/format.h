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
// One message in one or several lines, without a trailing newline: "OFPT_FLOW_MOD: ADD table:3 ...".
[[nodiscard]] std::string format(const Message& message);
// The same as `ovs-ofctl ofp-print` heads it: "OFPT_FLOW_MOD (OF1.3) (xid=0x5): ADD table:3 ...". What that adds at the end, the
// headers of the packet inside a packet-in and the hexadecimal dump of payloads, is left out.
[[nodiscard]] std::string format(const Envelope& envelope);
// "cookie=0x1, table=3, priority=100,arp,in_port=1 actions=drop": the part that flow mods and flow stats share.
[[nodiscard]] std::string format_flow(TableId table, std::uint16_t priority, Cookie cookie, const Match& match,
                                      const Instructions& instructions);
// "OFPBMC_BAD_FIELD" and the like; numbers for what we do not know. For type 0xffff (experimenter) the code is exp_type.
[[nodiscard]] std::string error_name(std::uint16_t type, std::uint16_t code);
[[nodiscard]] std::string error_name(const ErrorMessage& error);

}  // namespace dcportals::openflow
