// Dropped packets as a table: of a host or of a port. Takes the JSON of host.get's `drops` and of port.drops. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/json_view.h"
#include "ctl/look.h"

namespace dcportals::ctl {

// With a heading; empty where nothing was dropped.
[[nodiscard]] std::string render_drops(const boost::json::array& drops, const Names& ports, const Look& look);

}  // namespace dcportals::ctl
