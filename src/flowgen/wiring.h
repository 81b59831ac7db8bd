// What only a switch can say: where things are plugged now. The rest of a host is in the topology.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "openflow/types.h"
#include "topology/model.h"

namespace dcportals::flowgen {

struct Wiring {
  std::optional<openflow::OfPort> uplink;  // where frames go out
  std::set<openflow::OfPort> uplinks;      // where they may come in
  std::unordered_map<topology::PortId, openflow::OfPort> ports;
  std::map<std::string, openflow::OfPort> attachments = {};  // of physical networks, by name
  friend bool operator==(const Wiring&, const Wiring&) = default;
};

}  // namespace dcportals::flowgen
