// Hypervisors as text: the list, and one with its ports and what it dropped. Takes the JSON of host.list and host.get. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/json_view.h"
#include "ctl/look.h"
#include "ctl/table.h"

namespace dcportals::ctl {

// Also for the hosts of sync.status, which have fewer members.
[[nodiscard]] std::string render_hosts(const boost::json::array& hosts, const Look& look);
[[nodiscard]] std::string render_host(const boost::json::object& host, const Names& ports, const Look& look);
// "ready", green when everything that it should have is acknowledged.
[[nodiscard]] Cell host_state(const boost::json::object& host);

}  // namespace dcportals::ctl
