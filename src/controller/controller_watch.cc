// What a switch has, read when it connects and from time to time after; and what happens as time goes by. See controller.h.
#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "controller/controller.h"
#include "openflow/codec.h"
#include "pipeline/cookie.h"

namespace dcportals::controller {
namespace {

using topology::HostName;
using topology::PortId;

// IEEE 802, local experimental EtherType 1: for use within a site, which no other protocol listens to.
constexpr std::uint16_t kAnnounceEtherType = 0x88b5;
constexpr std::string_view kAnnounceText = "dcportals";
constexpr std::size_t kMinFrame = 60;  // without checksum

// A frame of the host to all, from which the physical switches learn where it is.
Bytes announcement(MacAddress host) {
  Bytes frame;
  ByteWriter out(frame);
  for (int i = 0; i < 6; ++i) out.u8(0xff);
  out.u16(static_cast<std::uint16_t>(host.value() >> 32));
  out.u32(static_cast<std::uint32_t>(host.value()));
  out.u16(kAnnounceEtherType);
  out.bytes({reinterpret_cast<const std::uint8_t*>(kAnnounceText.data()), kAnnounceText.size()});
  frame.resize(kMinFrame);
  return frame;
}

}  // namespace

void Controller::announce(const SwitchState& state, Effects& effects) {
  const auto mac = state.uplink_mac();
  if (!state.wiring.uplink || !mac) return;
  openflow::PacketOut out;
  out.actions = {openflow::Output{*state.wiring.uplink}};
  out.data = announcement(*mac);
  effects.push_back(Send{state.dpid, {std::move(out)}});
}

void Controller::schedule_reading(SwitchState& state, Clock::time_point now) const {
  state.reading_since.reset();
  state.next_reading.reset();
  if (options_.reconcile_interval == Clock::duration::zero()) return;
  // Between a half and a whole interval, different for each host, so that not all are read at once.
  constexpr std::size_t kParts = 1024;
  const auto part = static_cast<Clock::rep>(std::hash<HostName>{}(*state.host) % kParts);
  state.next_reading =
      now + options_.reconcile_interval / 2 + options_.reconcile_interval * part / (2 * static_cast<Clock::rep>(kParts));
}

bool Controller::reading_is_stale(const SwitchState& state) const {
  return state.phase == Phase::kLive && (state.reading_since != state.changes || !rollout_.idle(*state.host));
}

Controller::OwnedEntries Controller::owned_entries(SwitchState& state, const InstalledTables& installed,
                                                   const std::set<Touched>& all, Networks& networks, Effects& effects) const {
  std::unordered_map<std::uint32_t, PortId> ports;
  std::unordered_map<std::uint32_t, topology::NetworkId> numbered_networks;
  for (const Touched& t : all) {
    if (const auto* id = std::get_if<PortId>(&t.owner)) {
      ports.emplace(topology_.port(*id)->number.value(), *id);
      networks.emplace(*id, topology_.port(*id)->network_id);
    } else if (const auto* network = std::get_if<topology::NetworkId>(&t.owner)) {
      numbered_networks.emplace(topology_.network(*network)->number.value(), *network);
    }
  }
  const auto owner_of = [&](const openflow::Flow& flow) -> flowgen::Owner {
    const auto content = pipeline::parse_cookie(flow.cookie);
    if (!content) return std::monostate{};
    const auto port = ports.find(content->owner.number);
    if (content->owner.kind == pipeline::OwnerKind::kPort && port != ports.end()) return port->second;
    const auto network = numbered_networks.find(content->owner.number);
    if (content->owner.kind == pipeline::OwnerKind::kNetwork && network != numbered_networks.end()) return network->second;
    return std::monostate{};
  };
  OwnedEntries out;
  Send removal{state.dpid, {}};
  for (const openflow::FlowStatsReply& part : installed.flows) {
    for (const openflow::OpaqueFlow& flow : part.opaque) removal.messages.emplace_back(openflow::delete_opaque(flow));
    for (const openflow::FlowStats& entry : part.flows) {
      openflow::Flow flow = openflow::flow_of(entry);
      const flowgen::Owner owner = owner_of(flow);
      out.push_back({std::move(flow), owner});
    }
  }
  state.groups_and_meters.clear();
  const auto keep = [&](openflow::Entry entry, flowgen::Owner owner) {
    state.groups_and_meters.insert(openflow::key_of(entry));
    out.push_back({std::move(entry), owner});
  };
  for (const openflow::GroupDescriptionReply& part : installed.groups) {
    for (const openflow::OpaqueGroup& group : part.opaque) removal.messages.push_back(openflow::erase_message(group.group_id));
    for (const openflow::Group& group : part.groups) {
      const auto network = numbered_networks.find(group.group_id.value() / pipeline::kPartsPerNetwork);
      keep(group, network == numbered_networks.end() ? flowgen::Owner() : flowgen::Owner(network->second));
    }
  }
  for (const openflow::MeterConfigReply& part : installed.meters) {
    for (const openflow::Meter& meter : part.meters) keep(meter, std::monostate{});
  }
  if (!removal.messages.empty()) effects.emplace_back(std::move(removal));
  return out;
}

Effects Controller::on_installed(Dpid dpid, const InstalledTables& installed, Clock::time_point now) {
  SwitchState* state = find(dpid);
  const bool was_live = state != nullptr && state->phase == Phase::kLive;
  if (state == nullptr || (state->phase != Phase::kReading && !state->reading_since)) return {};
  const HostName host = *state->host;
  const bool stale = reading_is_stale(*state);
  schedule_reading(*state, now);
  if (stale) return {};
  Effects effects;
  std::set<Touched> all;
  touch_all(topology_, host, all);
  Networks networks;
  OwnedEntries entries = owned_entries(*state, installed, all, networks, effects);
  if (!was_live) {
    state->phase = Phase::kLive;
    liveness_changes_.insert(*state->host);
    rollout_.add_host(host, state->groups());
    ++revision_;
    records_[host].desired = revision_;
    snapshots_.refresh_host(world(), host);
    publish(effects);
  }
  const Counts counts = enqueue_difference(host, std::move(entries), std::move(compile(all)[host]), networks);
  const std::size_t repairs = counts.missing + counts.changed + counts.foreign;
  if (was_live && repairs > 0) {
    records_[host].repairs += repairs;
    effects.push_back(Repaired{dpid, counts.missing, counts.changed, counts.foreign});
  }
  std::ranges::move(pump(), std::back_inserter(effects));
  if (!was_live) announce(*state, effects);
  return effects;
}

Effects Controller::on_tick(Clock::time_point now) {
  Effects effects;
  const bool announcing = options_.announce_interval != Clock::duration::zero() && now >= next_announcement_;
  if (announcing) next_announcement_ = now + options_.announce_interval;
  for (auto& [dpid, state] : switches_) {
    if (state.phase != Phase::kLive) continue;
    if (announcing) announce(state, effects);
    if (state.next_reading && now >= *state.next_reading && rollout_.idle(*state.host)) {
      state.next_reading.reset();
      state.reading_since = state.changes;
      effects.push_back(ReadTables{dpid});
    }
  }
  if (key_rest_.size() == 0) return effects;
  Revision acknowledged = revision_;
  for (const auto& [name, host] : topology_.hosts()) acknowledged = std::min(acknowledged, record_of(name).acknowledged);
  std::vector<topology::MappingKey> keys = key_rest_.rested(acknowledged, now);
  if (!keys.empty()) effects.push_back(FreeKeys{std::move(keys)});
  return effects;
}

}  // namespace dcportals::controller
