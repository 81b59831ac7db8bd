// What a switch has plugged, told to the topology. See controller.h.
#include <algorithm>
#include <utility>

#include "controller/controller.h"

namespace dcportals::controller {

using topology::PortId;

void Controller::index_taps(const SwitchState& state, bool add) {
  for (const auto& [number, port] : state.ports) {
    const auto suffix = topology::device_suffix_of(port.name);
    if (!suffix) continue;  // never a Neutron port's
    if (add) {
      switches_by_device_suffix_[std::string(*suffix)].insert(state.dpid);
      continue;
    }
    const auto found = switches_by_device_suffix_.find(std::string(*suffix));
    if (found == switches_by_device_suffix_.end()) continue;
    found->second.erase(state.dpid);
    if (found->second.empty()) switches_by_device_suffix_.erase(found);
  }
}

std::set<Dpid> Controller::switches_with_taps_of(const topology::Changes& changes) const {
  std::set<Dpid> out;
  const auto add = [&](const topology::Port& port) {
    if (const auto found = switches_by_device_suffix_.find(port.device_suffix()); found != switches_by_device_suffix_.end()) {
      out.insert(found->second.begin(), found->second.end());
    }
  };
  for (const topology::Change& change : changes) {
    if (const auto* put = std::get_if<topology::PutPort>(&change)) add(put->object);
    if (const auto* erase = std::get_if<topology::ErasePort>(&change)) {
      if (const topology::Port* port = topology_.port(erase->id)) add(*port);
    }
  }
  return out;
}

std::vector<PortId> Controller::plugged_ports(const SwitchState& state) const {
  std::vector<PortId> out;
  for (const auto& [port, number] : state.wiring.ports) out.push_back(port);
  std::ranges::sort(out);
  return out;
}

bool Controller::report_needed(const SwitchState& state) const {
  const topology::Host* host = topology_.host(*state.host);
  if (host == nullptr || host->dpid != state.dpid) return true;
  const auto mac = state.uplink_mac();
  if (mac && host->mac != mac) return true;
  const std::vector<PortId> plugged = plugged_ports(state);
  return !std::ranges::equal(plugged, topology_.ports_sited_at(*state.host));
}

std::expected<void, topology::Rejection> Controller::plan_report(topology::Planner& planner, Dpid dpid) {
  SwitchState* state = find(dpid);
  if (state == nullptr || !state->host) return {};
  state->report_queued = false;
  state->report_running = true;
  if (auto seen = planner.see_host(*state->host, dpid, state->uplink_mac()); !seen) return std::unexpected(std::move(seen.error()));
  const std::vector<PortId> plugged = plugged_ports(*state);
  if (auto sited = planner.site(*state->host, plugged); !sited) return std::unexpected(std::move(sited.error()));
  return {};
}

}  // namespace dcportals::controller
