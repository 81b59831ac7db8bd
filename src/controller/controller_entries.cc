// From a change of topology or wiring to bundles. See controller.h.
#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "controller/controller.h"
#include "pipeline/pipeline.h"

namespace dcportals::controller {

using topology::HostName;
using topology::PortId;

namespace {

// What is named comes before what names it, and goes after: meters, groups of copies, groups of groups, flows.
int place_in_bundle(const EntryChange& change) {
  struct Place {
    int operator()(const openflow::Flow&) const { return 0; }
    int operator()(const openflow::Group& group) const { return pipeline::group_part(group.group_id) >= pipeline::kFirstShard ? 2 : 1; }
    int operator()(const openflow::Meter&) const { return 3; }
  };
  const int place = std::visit(Place{}, change.entry);
  return change.kind == EntryChange::Kind::kPut ? -place : place;
}

std::vector<const EntryChange*> in_order(std::span<const EntryChange> batch) {
  std::vector<const EntryChange*> out;
  out.reserve(batch.size());
  for (const EntryChange& change : batch) out.push_back(&change);
  std::ranges::stable_sort(out, {}, [](const EntryChange* change) { return place_in_bundle(*change); });
  return out;
}

}  // namespace

const flowgen::Wiring& Controller::wiring_of(const HostName& host) const {
  static const flowgen::Wiring kNone;
  const SwitchState* state = switch_of(host);
  return state == nullptr ? kNone : state->wiring;
}

Controller::EntriesByHost Controller::compile(const std::set<Touched>& touched) const {
  EntriesByHost out;
  for (const Touched& t : touched) {
    if (!is_live(t.host)) continue;
    OwnedEntries& owned = out[t.host];
    for (openflow::Entry& entry : flowgen::compile({topology_, options_.policy, t.host, wiring_of(t.host)}, t.owner)) {
      owned.push_back({std::move(entry), t.owner});
    }
  }
  return out;
}

// An address that passes from one port to another is one key with another owner: it must be seen as put, not as put and erased. An entry on demand
// (flowgen::is_on_demand) may be on the switch or not. One that changes is erased, and comes back when a packet asks; one that was there for good
// is put, so that it leaves when nobody uses it: a change of mode loses no frame.
Controller::Counts Controller::enqueue_difference(const HostName& host, OwnedEntries before, OwnedEntries after, const Networks& networks) {
  Counts counts;
  std::uint64_t& changes = switches_.at(dpid_by_host_.at(host)).changes;
  const auto enqueue = [&](EntryChange::Kind kind, OwnedEntry&& owned) {
    EntryChange change{kind, std::move(owned.entry), std::nullopt, std::nullopt};
    if (const auto* port = std::get_if<PortId>(&owned.owner)) {
      change.port = *port;
      if (const auto network = networks.find(*port); network != networks.end()) change.network = network->second;
    } else if (const auto* network = std::get_if<topology::NetworkId>(&owned.owner)) {
      change.network = *network;
    }
    ++changes;
    rollout_.enqueue(host, std::move(change), revision_);
  };
  const auto hash = [](const openflow::Entry* entry) { return openflow::hash_of_key(*entry); };
  const auto equal = [](const openflow::Entry* a, const openflow::Entry* b) { return openflow::same_key(*a, *b); };
  std::unordered_map<const openflow::Entry*, OwnedEntry*, decltype(hash), decltype(equal)> old(before.size(), hash, equal);
  for (OwnedEntry& owned : before) old.emplace(&owned.entry, &owned);
  for (OwnedEntry& owned : after) {
    const auto found = old.find(&owned.entry);
    const OwnedEntry* there = found == old.end() ? nullptr : found->second;
    if (found != old.end()) old.erase(found);
    if (there != nullptr && there->entry == owned.entry) continue;
    const bool on_demand = flowgen::is_on_demand(owned.entry);
    if (on_demand && there == nullptr) continue;
    ++(there == nullptr ? counts.missing : counts.changed);
    enqueue(on_demand && flowgen::is_on_demand(there->entry) ? EntryChange::Kind::kErase : EntryChange::Kind::kPut, std::move(owned));
  }
  for (OwnedEntry& owned : before) {
    if (!old.contains(&owned.entry)) continue;
    ++counts.foreign;
    enqueue(EntryChange::Kind::kErase, OwnedEntry(owned));
  }
  return counts;
}

// A switch that is not live has no wiring to go by: its ports are not in the snapshot.
decision::World Controller::world() const {
  return {topology_, options_.policy, [this](const HostName& host) { return is_live(host) ? &wiring_of(host) : nullptr; }};
}

void Controller::publish(Effects& effects) {
  auto snapshot = snapshots_.publish();
  if (snapshot == nullptr) return;
  snapshot_ = snapshot;
  effects.push_back(Publish{std::move(snapshot)});
}

template <class Mutate>
Effects Controller::transition(const std::set<Touched>& touched, const decision::Due& due, Mutate mutate) {
  Networks networks;
  const auto note_networks = [&] {
    for (const Touched& t : touched) {
      const auto* id = std::get_if<PortId>(&t.owner);
      const topology::Port* port = id == nullptr ? nullptr : topology_.port(*id);
      if (port != nullptr) networks.emplace(*id, port->network_id);
    }
  };
  note_networks();
  EntriesByHost before = compile(touched);
  mutate();
  note_networks();
  EntriesByHost after = compile(touched);
  ++revision_;
  std::set<HostName> hosts;
  for (const Touched& t : touched) {
    if (const auto* port = std::get_if<PortId>(&t.owner)) flow_faults_.erase(*port);
    hosts.insert(t.host);
  }
  for (const HostName& host : hosts) {
    records_[host].desired = revision_;
    if (is_live(host)) enqueue_difference(host, std::move(before[host]), std::move(after[host]), networks);
  }
  Effects effects;
  snapshots_.refresh(world(), due);
  publish(effects);
  std::ranges::move(pump(), std::back_inserter(effects));
  return effects;
}

Effects Controller::apply(const topology::Changes& changes, Clock::time_point now) {
  std::set<Touched> touched = touched_by(topology_, options_.policy, changes);
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
    for (const PortId& id : ports_put) {
      touched.insert({*switches_.at(dpid).host, id});
      if (const topology::Port* port = topology_.port(id)) touched.insert({*switches_.at(dpid).host, port->network_id});
    }
  }
  decision::Due due = decision::due_after(topology_, changes);
  due.ports.insert(ports_put.begin(), ports_put.end());
  Effects effects = transition(touched, due, [&] {
    for (const topology::Change& change : changes) topology_.apply(change);
    for (const Dpid dpid : rewired) {
      SwitchState& state = switches_.at(dpid);
      state.wiring = state.derive_wiring(topology_, options_.names);
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
    const std::span<const EntryChange> batch = rollout_.take_batch(host);
    if (batch.empty()) continue;
    SendBundle bundle{state.dpid, BundleTag{next_tag_++}, {}};
    state.bundle = bundle.tag;
    bundle.messages.reserve(batch.size());
    for (const EntryChange* change : in_order(batch)) {
      state.bundle_owners.push_back(change->port);
      bundle.messages.push_back(state.message(*change));
    }
    HostRecord& record = records_[host];
    record.flow_mods_sent += batch.size();
    ++record.bundles_sent;
    effects.emplace_back(std::move(bundle));
  }
  return effects;
}

flowgen::Entries Controller::desired_entries(const HostName& host) const {
  return flowgen::compile_all({topology_, options_.policy, host, wiring_of(host)});
}

// What the wiring says is plugged, and what the topology has been told, may differ until a report has been committed.
Effects Controller::rewire(SwitchState& state) {
  flowgen::Wiring wiring = state.derive_wiring(topology_, options_.names);
  Effects effects;
  if (wiring != state.wiring) {
    std::set<Touched> touched;
    decision::Due due;
    if (wiring.uplink != state.wiring.uplink || wiring.uplinks != state.wiring.uplinks) {
      touch_all(topology_, *state.host, touched);
      due.hosts.insert(*state.host);
    }
    if (wiring.attachments != state.wiring.attachments) touch_all(topology_, *state.host, touched);
    for (const auto& [from, to] : {std::pair(&wiring, &state.wiring), std::pair(&state.wiring, &wiring)}) {
      for (const auto& [id, number] : from->ports) {
        if (const auto other = to->ports.find(id); other != to->ports.end() && other->second == number) continue;
        due.ports.insert(id);
        touched.insert({*state.host, id});
        if (const topology::Port* port = topology_.port(id)) touched.insert({*state.host, port->network_id});
      }
    }
    effects = transition(touched, due, [&] { state.wiring = std::move(wiring); });
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
  const bool is_uplink = matches_pattern(options_.names.uplink_pattern, status.port.name);
  Effects effects = rewire(*state);
  if (is_uplink && state->phase == Phase::kLive) announce(*state, effects);
  return effects;
}

}  // namespace dcportals::controller
