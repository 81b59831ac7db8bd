// The daemon and its switches on one screen. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/look.h"

namespace dcportals::ctl {

// {"system": the result of system.info, "sync": that of sync.status}
[[nodiscard]] std::string render_status(const boost::json::object& both, const Look& look);

}  // namespace dcportals::ctl
