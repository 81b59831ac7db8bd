// One connected switch as the controller sees it: how far its introduction has come, its OpenFlow ports, and what they mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "controller/effect.h"
#include "flowgen/compile.h"
#include "openflow/message.h"
#include "topology/topology.h"

namespace dcportals::controller {

// In this order.
enum class Phase : std::uint8_t {
  kIntroducing,  // description and ports are being asked for
  kReporting,    // the topology is being told of the host and what is plugged
  kReading,      // installed flows are being read
  kLive,         // flows are kept as they should be
};

[[nodiscard]] std::string_view to_string(Phase phase);

// "uplink*" or a plain name; '*' and '?' as in a shell.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view name);

struct SwitchState {
  Dpid dpid;
  Phase phase = Phase::kIntroducing;
  std::optional<topology::HostName> host;  // from kReporting on
  std::map<openflow::OfPort, openflow::PortDescription> ports;
  flowgen::Wiring wiring;
  bool report_queued = false;   // a Report has been asked for and not planned yet
  bool report_running = false;  // planned, but not on disk and applied yet
  std::optional<BundleTag> bundle;                 // in flight
  std::vector<std::optional<topology::PortId>> bundle_owners;  // of its messages, in order

  // What the ports mean by their names, in the topology as it is.
  [[nodiscard]] flowgen::Wiring derive_wiring(const topology::Topology& topology, std::string_view uplink_pattern) const;
  // The uplink's hardware address; nullopt without an uplink.
  [[nodiscard]] std::optional<MacAddress> uplink_mac() const;
};

}  // namespace dcportals::controller
