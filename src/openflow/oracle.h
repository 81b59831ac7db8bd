// ovs-ofctl as this module's judge: what it prints for bytes, and what it makes of text. Tests only.
//
// openvswitch-switch is a declared dependency of the build; without it these throw, and the test fails.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/byte_io.h"

namespace dcportals::openflow {

// `ovs-ofctl ofp-parse`: the text of each message, without the last newline. One process for all.
[[nodiscard]] std::vector<std::string> ovs_print(std::span<const Bytes> messages);

// `ovs-ofctl -O OpenFlow13 parse-flows`: the flow-mods that it makes of the lines, as it prints them; for a line that it refuses,
// none are returned and its complaint is in `complaint`.
struct ParsedFlows {
  std::vector<std::string> mods;
  std::string complaint;
};
[[nodiscard]] ParsedFlows ovs_parse_flows(std::span<const std::string> lines);

}  // namespace dcportals::openflow
