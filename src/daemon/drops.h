// Dropped packets, as the cookies of drop flows tell them apart: by whose they were and why. And what the controller decided, as JSON.
//
// Used by host.get, port.drops and system.info. Pure, any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "decision/counters.h"
#include "openflow/message.h"
#include "pipeline/cookie.h"

namespace dcportals::daemon {

// Packets by the owner's number (topology::PortNumber; 0: no port's) and the reason's name; only what is not zero.
using DropCounts = std::map<std::pair<std::uint32_t, std::string_view>, std::uint64_t>;

// `parts`: FlowStatsReply, all of one answer.
[[nodiscard]] DropCounts count_drops(std::span<const openflow::Message> parts);

// Asks for the flows of one owner, whatever their rule.
[[nodiscard]] openflow::FlowStatsRequest flows_of(const pipeline::Owner& owner);

// One member of the API's `drops`: {"reason", "packets", "where": "switch" or "controller"}.
[[nodiscard]] boost::json::object drop_json(std::string_view reason, std::uint64_t packets, std::string_view where);
// The controller's drops as such members, each passed to `add`.
template <class Add>
void for_each_controller_drop(const decision::Counters& counters, Add add) {
  counters.for_each_drop([&](decision::Reason reason, std::uint64_t packets) { add(drop_json(reason.name(), packets, "controller")); });
}

// {"arp_reply": 3, ..., "drop": 0}: packets by kind of decision, all kinds.
[[nodiscard]] boost::json::object decisions_json(const decision::Counters& counters);

}  // namespace dcportals::daemon
