// The text of a flow entry, one line, as `ovs-ofctl --no-stats dump-flows` writes it (cookie and table always written).
#include <fmt/format.h>

#include "openflow/format.h"

namespace dcportals::openflow {

std::string format_flow(TableId table, std::uint16_t priority, Cookie cookie, const Match& match,
                        const Instructions& instructions) {
  std::string out = fmt::format("cookie=0x{:x}, table={}, ", cookie.value(), table.value());
  const std::string fields = match.format();
  if (priority != kDefaultPriority) out += fmt::format("priority={}{}", priority, fields.empty() ? "" : ",");
  out += fields;
  if (out.back() != ' ') out += ' ';
  out += "actions=";
  out += instructions.format();
  return out;
}

}  // namespace dcportals::openflow
