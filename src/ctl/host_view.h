// Hypervisors as text: the list, the switches that were refused, and one hypervisor with its ports and what it dropped. Takes the JSON of host.list,
// host.refused and host.get. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "ctl/json_view.h"
#include "ctl/look.h"
#include "ctl/table.h"

namespace dcportals::ctl {

// Also for the hosts of sync.status, which have fewer members.
[[nodiscard]] std::string render_hosts(const boost::json::array& hosts, const Look& look);
// Nothing if none was.
[[nodiscard]] std::string render_refused(const boost::json::array& switches, const Look& look);
[[nodiscard]] std::string render_host(const boost::json::object& host, const Names& ports, const Look& look);
// "ready", green when everything that it should have is acknowledged.
[[nodiscard]] Cell host_state(const boost::json::object& host);

}  // namespace dcportals::ctl
