// What the daemon decided about packets as a table. Takes the JSON of host.get's and system.info's `decisions`. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "ctl/look.h"

namespace dcportals::ctl {

// With a heading; only what there is, empty where nothing was decided.
[[nodiscard]] std::string render_decisions(const boost::json::object& decisions, const Look& look);

// What a decision of this name means for a packet; empty for one that is not known.
[[nodiscard]] std::string_view meaning_of_decision(std::string_view name);

}  // namespace dcportals::ctl
