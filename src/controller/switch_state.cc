#include "controller/switch_state.h"

#include <fnmatch.h>

#include <algorithm>

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

namespace {

// Of two uplinks, the one to use: a link that is up, then the first by name. (An uplink is the host's own NIC, so its state can be believed, unlike
// that of a tap in another network namespace.)
bool goes_before(const openflow::PortDescription& a, const openflow::PortDescription& b) {
  if (is_up(a) != is_up(b)) return is_up(a);
  return a.name < b.name;
}

// nullptr: none is attached by a port of this name.
const std::string* physical_network_at(const PortNames& names, std::string_view port) {
  const auto found = std::ranges::find_if(names.physical_networks, [&](const auto& entry) { return entry.second == port; });
  return found == names.physical_networks.end() ? nullptr : &found->first;
}

}  // namespace

bool is_up(const openflow::PortDescription& port) {
  return (port.config & openflow::kPortConfigDown) == 0 && (port.state & openflow::kPortStateLinkDown) == 0;
}

bool matches_pattern(std::string_view pattern, std::string_view name) {
  return fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), 0) == 0;
}

openflow::Message SwitchState::message(const EntryChange& change) {
  const openflow::EntryKey key = openflow::key_of(change.entry);
  const bool is_flow = std::holds_alternative<openflow::Flow>(change.entry), put = change.kind == EntryChange::Kind::kPut;
  bool existed = false;
  if (!is_flow) {
    existed = groups_and_meters.contains(key);
    if (std::holds_alternative<openflow::Group>(change.entry)) bundle_groups.emplace_back(key, existed);
    if (put) {
      groups_and_meters.insert(key);
    } else {
      groups_and_meters.erase(key);
    }
  }
  return put ? openflow::put_message(change.entry, existed) : openflow::erase_message(key);
}

std::set<openflow::GroupId> SwitchState::groups() const {
  std::set<openflow::GroupId> out;
  for (const openflow::EntryKey& key : groups_and_meters) {
    if (const auto* id = std::get_if<openflow::GroupId>(&key)) out.insert(*id);
  }
  return out;
}

void SwitchState::end_bundle(bool applied) {
  bundle.reset();
  for (const auto& [key, existed] : bundle_groups) {
    if (applied) break;
    if (existed) {
      groups_and_meters.insert(key);
    } else {
      groups_and_meters.erase(key);
    }
  }
  bundle_groups.clear();
}

flowgen::Wiring SwitchState::derive_wiring(const topology::Topology& topology, const PortNames& names) const {
  flowgen::Wiring out;
  const openflow::PortDescription* active = nullptr;
  for (const auto& [number, port] : ports) {
    if (number >= openflow::kPortMax) continue;  // LOCAL and other reserved ports are never wired
    if (const topology::Port* known = topology.port_by_device(port.name)) {
      out.ports.emplace(known->id, number);
    } else if (const auto* attached = physical_network_at(names, port.name)) {
      out.attachments.emplace(*attached, number);
    } else if (matches_pattern(names.uplink_pattern, port.name)) {
      out.uplinks.insert(number);
      if (active == nullptr || goes_before(port, *active)) active = &port;
    }
  }
  if (active != nullptr) out.uplink = active->port_no;
  return out;
}

std::optional<MacAddress> SwitchState::uplink_mac() const {
  const openflow::PortDescription* first = nullptr;
  for (const openflow::OfPort number : wiring.uplinks) {
    const auto found = ports.find(number);
    if (found != ports.end() && (first == nullptr || found->second.name < first->name)) first = &found->second;
  }
  return first == nullptr ? std::nullopt : std::optional(first->hw_addr);
}

}  // namespace dcportals::controller
