// A trace as a story: what the VM sent, what each table matched and changed, the frame on the wire, and how it ended.
//
// Takes the JSON of the method `trace` (doc/rpc.md). Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "ctl/json_view.h"
#include "ctl/look.h"

namespace dcportals::ctl {

struct TraceView {
  Names ports;           // names of the ports that occur
  std::string title;     // "icmp from web-1 to 10.0.0.20"
  bool wants_ip = true;  // not ARP
};

[[nodiscard]] std::string render_trace(const boost::json::object& trace, const TraceView& view, const Look& look);
// Ids of the ports that occur.
[[nodiscard]] std::vector<std::string> ports_in(const boost::json::object& trace);

}  // namespace dcportals::ctl
