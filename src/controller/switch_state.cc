#include "controller/switch_state.h"

#include <fnmatch.h>

namespace dcportals::controller {

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kIntroducing: return "introducing";
    case Phase::kReporting: return "reporting";
    case Phase::kReading: return "reading";
    case Phase::kLive: return "live";
  }
  return "?";
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
  return fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), 0) == 0;
}

flowgen::Wiring SwitchState::derive_wiring(const topology::Topology& topology, std::string_view uplink_pattern) const {
  flowgen::Wiring out;
  std::string_view uplink_name;
  for (const auto& [number, port] : ports) {
    if (number >= openflow::kPortMax) continue;  // LOCAL and other reserved ports are never wired
    if (const topology::Port* known = topology.port_by_device(port.name)) {
      out.ports.emplace(known->id, number);
    } else if (matches_pattern(uplink_pattern, port.name) && (!out.uplink || port.name < uplink_name)) {
      out.uplink = number;
      uplink_name = port.name;
    }
  }
  return out;
}

std::optional<MacAddress> SwitchState::uplink_mac() const {
  if (!wiring.uplink) return std::nullopt;
  const auto found = ports.find(*wiring.uplink);
  return found == ports.end() ? std::nullopt : std::optional(found->second.hw_addr);
}

}  // namespace dcportals::controller
