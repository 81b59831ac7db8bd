// The life of a switch's connection: introduction, report, reading, live, down. See controller.h.
#include "controller/controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "openflow/codec.h"
#include "pipeline/cookie.h"

namespace dcportals::controller {

using topology::HostName;
using topology::PortId;

Controller::Controller(topology::Topology& topology, Options options, Clock::time_point now)
    : topology_(topology),
      options_(std::move(options)),
      next_announcement_(now + options_.announce_interval),
      key_rest_(options_.key_rest),
      snapshots_(topology.key_pool()) {
  for (const auto& [key, assignment] : topology_.keys()) {
    if (assignment.resting) key_rest_.on_release(key, revision_, now);
  }
  snapshots_.refresh_all(world());
  snapshot_ = snapshots_.publish();
}

SwitchState* Controller::find(Dpid dpid) {
  const auto found = switches_.find(dpid);
  return found == switches_.end() ? nullptr : &found->second;
}

Effects Controller::on_up(Dpid dpid) {
  Effects effects = on_down(dpid);  // an old connection of which we were not told that it ended
  SwitchState& state = switches_[dpid];
  state.dpid = dpid;
  effects.push_back(Send{
      dpid, {openflow::SetPacketInFormat{openflow::PacketInFormat::kNxtPacketIn2}}});  // else a packet does not say what it asks
  effects.push_back(Introduce{dpid});
  return effects;
}

// The host's fault tells an operator what to mend; the connection is closed, and the switch will try again.
Effects Controller::refuse(SwitchState& state, std::string reason) {
  if (state.host) records_[*state.host].fault = reason;
  return {Disconnect{state.dpid, std::move(reason)}};
}

Effects Controller::on_introduced(Dpid dpid, const openflow::DescriptionReply& description,
                                  const std::vector<openflow::PortDescription>& ports) {
  SwitchState* state = find(dpid);
  if (state == nullptr || state->phase != Phase::kIntroducing) return {};
  if (description.datapath.empty() || description.datapath == "None") {
    return refuse(*state,
                  "the switch has no description; set other-config:dp-desc to the host's name (see dcportalctl host setup)");
  }
  HostName name{description.datapath};
  if (const auto other = dpid_by_host_.find(name); other != dpid_by_host_.end()) {
    return refuse(*state, fmt::format("switch {:016x} is connected as host {} already", other->second.value(), name.text));
  }
  dpid_by_host_[name] = dpid;
  state->host = std::move(name);
  state->phase = Phase::kReporting;
  for (const openflow::PortDescription& port : ports) state->ports[port.port_no] = port;
  index_taps(*state, true);
  state->wiring = state->derive_wiring(topology_, options_.names);
  HostRecord& record = records_[*state->host];
  ++record.connects;
  record.fault.clear();
  state->report_queued = true;
  return {Report{dpid}};
}

Effects Controller::on_reported(Dpid dpid, const std::optional<topology::Rejection>& rejection) {
  SwitchState* state = find(dpid);
  if (state == nullptr || !state->host) return {};
  state->report_running = false;
  if (rejection) return refuse(*state, fmt::format("{}: {}", rejection->field, rejection->text));
  if (state->phase == Phase::kReporting) {
    state->phase = Phase::kReading;
    return {ReadTables{dpid}};
  }
  return {};
}

Effects Controller::on_bundle_result(Dpid dpid, BundleTag tag, const std::expected<void, BundleFailure>& result) {
  SwitchState* state = find(dpid);
  if (state == nullptr || state->bundle != tag) return {};
  state->end_bundle(result.has_value());
  const auto owners = std::exchange(state->bundle_owners, {});
  if (result) {
    rollout_.acknowledge(*state->host);
    HostRecord& record = records_[*state->host];
    record.acknowledged = rollout_.idle(*state->host) ? revision_ : *rollout_.oldest_outstanding(*state->host) - 1;
    return pump();
  }
  const BundleFailure& failure = result.error();
  const auto owner = failure.index && *failure.index < owners.size() ? owners[*failure.index] : std::nullopt;
  if (!owner) return refuse(*state, fmt::format("a bundle failed: {}", failure.text));
  flow_faults_[*owner] = {*state->host, failure.text};
  rollout_.refuse(*state->host, *owner);
  return pump();
}

Effects Controller::on_down(Dpid dpid) {
  SwitchState* state = find(dpid);
  if (state == nullptr) return {};
  index_taps(*state, false);
  if (state->host) {
    if (state->phase == Phase::kLive) {
      HostRecord& record = records_[*state->host];
      if (rollout_.idle(*state->host)) record.acknowledged = revision_;
      rollout_.remove_host(*state->host);
      liveness_changes_.insert(*state->host);
    }
    if (const auto named = dpid_by_host_.find(*state->host); named != dpid_by_host_.end() && named->second == dpid) {
      dpid_by_host_.erase(named);
    }
  }
  const std::optional<HostName> host = state->host;
  switches_.erase(dpid);
  Effects effects;
  if (host) snapshots_.refresh_host(world(), *host);
  publish(effects);
  std::ranges::move(pump(), std::back_inserter(effects));
  return effects;
}

const SwitchState* Controller::switch_of(const HostName& host) const {
  const auto dpid = dpid_by_host_.find(host);
  return dpid == dpid_by_host_.end() ? nullptr : &switches_.at(dpid->second);
}

HostRecord Controller::record_of(const HostName& host) const {
  const auto found = records_.find(host);
  HostRecord record = found == records_.end() ? HostRecord() : found->second;
  if (is_live(host) && rollout_.idle(host)) record.acknowledged = revision_;
  return record;
}

std::vector<HostName> Controller::connected_hosts() const {
  std::vector<HostName> out;
  for (const auto& [host, dpid] : dpid_by_host_) out.push_back(host);
  std::ranges::sort(out);
  return out;
}

bool Controller::is_live(const HostName& host) const {
  const SwitchState* state = switch_of(host);
  return state != nullptr && state->phase == Phase::kLive;
}

bool Controller::is_synced(const HostName& host) const {
  const SwitchState* state = switch_of(host);
  return state != nullptr && state->phase == Phase::kLive && !state->report_queued && !state->report_running &&
         rollout_.idle(host);
}

bool Controller::is_wired(const PortId& id) const {
  const topology::Site* site = topology_.active_site(id);
  return site != nullptr && is_wired(id, site->host);
}

bool Controller::is_wired(const PortId& id, const HostName& host) const {
  const topology::Port* port = topology_.port(id);
  if (port == nullptr || !topology_.is_sited(id, host) || !is_live(host) || !rollout_.idle(port->network_id)) return false;
  if (!topology_.addresses_without_key(id, host).empty()) return false;
  return wiring_of(host).ports.contains(id) && !flow_faults_.contains(id);
}

News Controller::take_news() {
  return {rollout_.take_settled(), std::exchange(liveness_changes_, {})};
}

}  // namespace dcportals::controller
