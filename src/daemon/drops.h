// Dropped packets, as the cookies of drop flows tell them apart: by whose they were and why.
//
// Used by host.get and port.drops. Pure, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "openflow/message.h"
#include "pipeline/cookie.h"

namespace dcportals::daemon {

// Packets by the owner's number (topology::PortNumber; 0: no port's) and the reason's name; only what is not zero.
using DropCounts = std::map<std::pair<std::uint32_t, std::string_view>, std::uint64_t>;

// `parts`: FlowStatsReply, all of one answer.
[[nodiscard]] DropCounts count_drops(std::span<const openflow::Message> parts);

// Asks for the flows of one owner, whatever their rule.
[[nodiscard]] openflow::FlowStatsRequest flows_of(const pipeline::Owner& owner);

}  // namespace dcportals::daemon
