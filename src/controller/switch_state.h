// One connected switch as the controller sees it: how far its introduction has come, its OpenFlow ports, and what they mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "controller/effect.h"
#include "controller/key_rest.h"
#include "controller/rollout.h"
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

// Neither taken down nor without carrier (OpenFlow 1.3 section 7.2.1).
[[nodiscard]] bool is_up(const openflow::PortDescription& port);

// How OpenFlow ports are called that are no Neutron port's.
struct PortNames {
  std::string uplink_pattern = "uplink*";
  // Physical networks, each with the name of the port that attaches it at a host which has it.
  std::map<std::string, std::string> physical_networks;
};

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
  // The groups and meters that the switch has once the bundle in flight is done: to add one that is there is an error, and so is to change
  // one that is not. What the bundle did to groups, to be taken back if it fails; meters are not in the bundle (channel/bundle.h).
  std::set<openflow::EntryKey> groups_and_meters;
  std::vector<std::pair<openflow::EntryKey, bool>> bundle_groups;  // and whether it was there before
  std::optional<Clock::time_point> next_reading;   // of its tables
  std::optional<std::uint64_t> reading_since;      // the number of changes enqueued for it when its tables were asked for, while live
  std::uint64_t changes = 0;                       // enqueued for it so far

  // The message that makes the change, which is noted as made.
  [[nodiscard]] openflow::Message message(const EntryChange& change);
  [[nodiscard]] std::set<openflow::GroupId> groups() const;
  // The bundle in flight is done, or has failed.
  void end_bundle(bool applied);

  // What the ports mean by their names, in the topology as it is.
  [[nodiscard]] flowgen::Wiring derive_wiring(const topology::Topology& topology, const PortNames& names) const;
  // The host's MAC address: the hardware address of the first uplink by name, whichever is in use. nullopt without an uplink.
  [[nodiscard]] std::optional<MacAddress> uplink_mac() const;
};

}  // namespace dcportals::controller
