// From a change of topology or wiring to bundles. See controller.h.
#include <algorithm>
#include <span>
#include <utility>

#include "controller/controller.h"

namespace dcportals::controller {

using topology::HostName;
using topology::PortId;

const flowgen::Wiring& Controller::wiring_of(const HostName& host) const {
  static const flowgen::Wiring kNone;
  const SwitchState* state = switch_of(host);
  return state == nullptr ? kNone : state->wiring;
}

Controller::FlowsByHost Controller::compile(const std::set<Touched>& touched) const {
  FlowsByHost out;
  for (const Touched& t : touched) {
    if (!is_live(t.host)) continue;
    const flowgen::Wiring& wiring = wiring_of(t.host);
    flowgen::Flows flows = t.port ? flowgen::compile_port(topology_, t.host, wiring, *t.port)
                                  : flowgen::compile_host(topology_, t.host, wiring);
    OwnedFlows& owned = out[t.host];
    for (openflow::Flow& flow : flows) owned.push_back({std::move(flow), t.port});
  }
  return out;
}

// An address that passes from one port to another is one key with another owner: it must be seen as put, not as put and erased.
void Controller::enqueue_difference(const HostName& host, OwnedFlows before, OwnedFlows after,
                                    const std::unordered_map<PortId, topology::NetworkId>& networks) {
  const auto enqueue = [&](FlowChange::Kind kind, OwnedFlow&& owned) {
    FlowChange change{kind, std::move(owned.flow), owned.port, std::nullopt};
    if (owned.port) {
      if (const auto network = networks.find(*owned.port); network != networks.end()) change.network = network->second;
    }
    rollout_.enqueue(host, std::move(change), revision_);
  };
  const auto hash = [](const openflow::FlowKey* key) { return std::hash<openflow::FlowKey>{}(*key); };
  const auto equal = [](const openflow::FlowKey* a, const openflow::FlowKey* b) { return *a == *b; };
  std::unordered_map<const openflow::FlowKey*, OwnedFlow*, decltype(hash), decltype(equal)> old(before.size(), hash, equal);
  for (OwnedFlow& owned : before) old.emplace(&owned.flow.key, &owned);
  for (OwnedFlow& owned : after) {
    const auto there = old.find(&owned.flow.key);
    const bool same = there != old.end() && there->second->flow == owned.flow;
    if (there != old.end()) old.erase(there);
    if (!same) enqueue(FlowChange::Kind::kPut, std::move(owned));
  }
  for (OwnedFlow& owned : before) {
    if (old.contains(&owned.flow.key)) enqueue(FlowChange::Kind::kErase, OwnedFlow(owned));
  }
}

template <class Mutate>
Effects Controller::transition(const std::set<Touched>& touched, Mutate mutate) {
  std::unordered_map<PortId, topology::NetworkId> networks;
  const auto note_networks = [&] {
    for (const Touched& t : touched) {
      const topology::Port* port = t.port ? topology_.port(*t.port) : nullptr;
      if (port != nullptr) networks.emplace(*t.port, port->network_id);
    }
  };
  note_networks();
  FlowsByHost before = compile(touched);
  mutate();
  note_networks();
  FlowsByHost after = compile(touched);
  ++revision_;
  std::set<HostName> hosts;
  for (const Touched& t : touched) {
    if (t.port) flow_faults_.erase(*t.port);
    hosts.insert(t.host);
  }
  for (const HostName& host : hosts) {
    records_[host].desired = revision_;
    if (is_live(host)) enqueue_difference(host, std::move(before[host]), std::move(after[host]), networks);
  }
  return pump();
}

Effects Controller::apply(const topology::Changes& changes, Clock::time_point now) {
  std::set<Touched> touched = touched_by(topology_, changes);
  const std::set<Dpid> rewired = switches_with_taps_of(changes);
  const auto ports_put = [&] {
    std::set<PortId> out;
    for (const topology::Change& change : changes) {
      if (const auto* put = std::get_if<topology::PutPort>(&change)) out.insert(put->object.id);
      if (const auto* erase = std::get_if<topology::ErasePort>(&change)) out.insert(erase->id);
    }
    return out;
  }();
  for (const Dpid dpid : rewired) {
    for (const PortId& port : ports_put) touched.insert({*switches_.at(dpid).host, port});
  }
  Effects effects = transition(touched, [&] {
    for (const topology::Change& change : changes) topology_.apply(change);
    for (const Dpid dpid : rewired) {
      SwitchState& state = switches_.at(dpid);
      state.wiring = state.derive_wiring(topology_, options_.uplink_pattern);
    }
  });
  key_rest_.on_changes(changes, revision_, now);
  for (const Dpid dpid : rewired) {
    SwitchState& state = switches_.at(dpid);
    if (!state.report_queued && report_needed(state)) {
      state.report_queued = true;
      effects.push_back(Report{dpid});
    }
  }
  return effects;
}

Effects Controller::pump() {
  Effects effects;
  for (const HostName& host : rollout_.take_woken()) {
    const auto dpid = dpid_by_host_.find(host);
    if (dpid == dpid_by_host_.end()) continue;
    SwitchState& state = switches_.at(dpid->second);
    const std::span<const FlowChange> batch = rollout_.take_batch(host);
    if (batch.empty()) continue;
    SendBundle bundle{state.dpid, BundleTag{next_tag_++}, {}};
    state.bundle = bundle.tag;
    bundle.messages.reserve(batch.size());
    for (const FlowChange& change : batch) {
      state.bundle_owners.push_back(change.port);
      bundle.messages.emplace_back(change.kind == FlowChange::Kind::kPut ? openflow::add_message(change.flow)
                                                                         : openflow::delete_message(change.flow.key));
    }
    HostRecord& record = records_[host];
    record.flow_mods_sent += batch.size();
    ++record.bundles_sent;
    effects.emplace_back(std::move(bundle));
  }
  return effects;
}

std::vector<openflow::Flow> Controller::desired_flows(const HostName& host) const {
  return flowgen::compile_all(topology_, host, wiring_of(host));
}

// What the wiring says is plugged, and what the topology has been told, may differ until a report has been committed.
Effects Controller::rewire(SwitchState& state) {
  flowgen::Wiring wiring = state.derive_wiring(topology_, options_.uplink_pattern);
  Effects effects;
  if (wiring != state.wiring) {
    std::set<Touched> touched;
    if (wiring.uplink != state.wiring.uplink) {
      touched.insert({*state.host, std::nullopt});
      for (const topology::NetworkId& network : topology_.networks_at(*state.host)) {
        for (const PortId& port : topology_.ports_of(network)) touched.insert({*state.host, port});
      }
    }
    for (const auto* side : {&wiring, &state.wiring}) {
      for (const auto& [port, number] : side->ports) {
        const auto other = (side == &wiring ? state.wiring : wiring).ports.find(port);
        if (other == (side == &wiring ? state.wiring : wiring).ports.end() || other->second != number) touched.insert({*state.host, port});
      }
    }
    effects = transition(touched, [&] { state.wiring = std::move(wiring); });
  }
  if (!state.report_queued && report_needed(state)) {
    state.report_queued = true;
    effects.push_back(Report{state.dpid});
  }
  return effects;
}

Effects Controller::on_port_status(Dpid dpid, const openflow::PortStatus& status) {
  SwitchState* state = find(dpid);
  if (state == nullptr || state->phase == Phase::kIntroducing) return {};  // the port description that was asked for has it
  index_taps(*state, false);
  if (status.reason == openflow::PortReason::kDelete) {
    state->ports.erase(status.port.port_no);
  } else {
    state->ports[status.port.port_no] = status.port;
  }
  index_taps(*state, true);
  return rewire(*state);
}

}  // namespace dcportals::controller
