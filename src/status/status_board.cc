#include "status/status_board.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dcportals::status {

using topology::HostName;
using topology::PortId;

namespace {

std::optional<PortId> port_of(const topology::Change& change) {
  if (const auto* put = std::get_if<topology::PutPort>(&change)) return put->object.id;
  if (const auto* erase = std::get_if<topology::ErasePort>(&change)) return erase->id;
  if (const auto* put = std::get_if<topology::PutSite>(&change)) return put->object.port_id;
  if (const auto* erase = std::get_if<topology::EraseSite>(&change)) return erase->id.port_id;
  if (const auto* put = std::get_if<topology::PutKey>(&change)) return put->object.port_id;
  return std::nullopt;
}

}  // namespace

StatusBoard::StatusBoard(const topology::Topology& topology, const controller::Controller& controller, Clock::duration grace,
                         Clock::time_point now)
    : topology_(topology), controller_(controller), grace_(grace) {
  for (const auto& [name, host] : topology_.hosts()) {
    hosts_[name].since = now;
    timed_.insert(name);
    awaited_.insert(name);
  }
  for (const PortId& id : topology_.port_ids()) look_at(id);
  starting_ = false;
}

void StatusBoard::on_changes(const topology::Changes& changes) {
  for (const topology::Change& change : changes) {
    if (const auto port = port_of(change)) dirty_.insert(*port);
    if (const auto* host = std::get_if<topology::EraseHost>(&change)) on_deleted(host->id);
  }
}

bool StatusBoard::update(const controller::News& news, Clock::time_point now) {
  const Sequence before = sequence_;
  for (const HostName& host : news.hosts) on_host(host, now);
  look_at_clock(now);
  for (const topology::NetworkId& network : news.settled) {
    if (const auto found = pending_.find(network); found != pending_.end())
      dirty_.insert(found->second.begin(), found->second.end());
  }
  for (const PortId& id : std::exchange(dirty_, {})) look_at(id);
  return sequence_ != before;
}

void StatusBoard::on_host(const HostName& name, Clock::time_point now) {
  HostEntry& host = hosts_[name];
  host.connected = controller_.is_live(name);
  host.since = now;
  timed_.insert(name);
  if (!host.connected) return;  // for the clock to decide
  tell_host(name, true);
  mark_ports_at(name);
}

void StatusBoard::look_at_clock(Clock::time_point now) {
  for (auto it = timed_.begin(); it != timed_.end();) {
    const HostEntry& host = hosts_.at(*it);
    if (now - host.since < grace_) {
      ++it;
      continue;
    }
    if (!host.connected) tell_host(*it, false);
    // Of a host that has been live so long, what is not wired by now is not wired.
    for (const PortId& id : topology_.ports_sited_at(*it)) {
      if (const auto port = ports_.find(id); port != ports_.end()) give_up(port->second, *it);
    }
    mark_ports_at(*it);
    it = timed_.erase(it);
  }
}

void StatusBoard::give_up(PortEntry& port, const HostName& host) {
  const auto site = port.at.find(host);
  if (site != port.at.end() && site->second == Wired::kUnknown) site->second = Wired::kNo;
}

void StatusBoard::tell_host(const HostName& name, bool live) {
  HostEntry& host = hosts_.at(name);
  if (host.known && host.live == live) return;
  if (awaited_.erase(name) > 0 && awaited_.empty()) dirty_.insert(unknown_.begin(), unknown_.end());
  host.known = true;
  host.live = live;
  number(host.changed, name);
}

void StatusBoard::mark_ports_at(const HostName& host) {
  const std::set<PortId>& ports = topology_.ports_sited_at(host);
  dirty_.insert(ports.begin(), ports.end());
}

bool StatusBoard::is_gone(const HostName& host) const {
  const auto found = hosts_.find(host);
  return found != hosts_.end() && found->second.known && !found->second.live;
}

StatusBoard::Wired StatusBoard::look_at(const topology::Port& port, const HostName& host, Wired before) const {
  if (!port.admin_state_up || is_gone(host) || !topology_.addresses_without_key(port.id, host).empty()) return Wired::kNo;
  return controller_.is_wired(port.id, host) ? Wired::kYes : before;
}

void StatusBoard::look_at(const PortId& id) {
  const topology::Port* port = topology_.port(id);
  if (port == nullptr) return forget(id);
  const auto [found, is_new] = ports_.try_emplace(id, port->network_id);
  PortEntry& entry = found->second;
  const bool was_unknown = unknown_.contains(id);
  std::map<HostName, Wired> at;
  for (const topology::Site& site : topology_.sites_of(id)) {
    const auto before = entry.at.find(site.host);
    at[site.host] = look_at(*port, site.host,
                            before != entry.at.end()   ? before->second
                            : starting_ || was_unknown ? Wired::kUnknown
                                                       : Wired::kNo);
  }
  entry.at = std::move(at);

  const auto has = [&entry](Wired what) {
    return std::ranges::any_of(entry.at, [what](const auto& pair) { return pair.second == what; });
  };
  set_pending(id, port->network_id, has(Wired::kNo) || has(Wired::kUnknown));
  // What has left its host while the daemon was away may be at one that has not come back yet.
  const bool may_have_moved = was_unknown && port->admin_state_up && !awaited_.empty() && !has(Wired::kYes);
  if (has(Wired::kUnknown) || may_have_moved) {
    unknown_.insert(id);
    return;
  }
  unknown_.erase(id);
  std::vector<HostName> wired = wired_hosts(id);
  // A new one is told, too: a reader may remember another state, of one with the same id that was deleted.
  if (wired == entry.told && !was_unknown && (starting_ || !is_new)) return;
  entry.told = std::move(wired);
  number(entry.changed, id);
}

void StatusBoard::forget(const PortId& id) {
  const auto found = ports_.find(id);
  if (found == ports_.end()) return;
  by_sequence_.erase(found->second.changed);
  set_pending(id, found->second.network, false);
  ports_.erase(found);
  unknown_.erase(id);
}

void StatusBoard::set_pending(const PortId& id, const topology::NetworkId& network, bool pending) {
  if (pending) {
    pending_[network].insert(id);
    return;
  }
  const auto found = pending_.find(network);
  if (found == pending_.end()) return;
  found->second.erase(id);
  if (found->second.empty()) pending_.erase(found);
}

// A reader may have it as live, and nothing else would tell it otherwise: so it is kept, as one that is gone.
void StatusBoard::on_deleted(const HostName& name) {
  if (!hosts_.contains(name)) return;
  tell_host(name, false);
  timed_.erase(name);
}

void StatusBoard::number(Sequence& changed, Object object) {
  by_sequence_.erase(changed);
  changed = ++sequence_;
  by_sequence_.emplace(changed, std::move(object));
}

std::vector<Status> StatusBoard::since(Sequence sequence) const {
  std::vector<Status> out;
  for (auto it = by_sequence_.upper_bound(sequence); it != by_sequence_.end(); ++it) {
    if (const auto* port = std::get_if<PortId>(&it->second)) {
      out.emplace_back(PortStatus{*port, ports_.at(*port).told});
    } else {
      const auto& name = std::get<HostName>(it->second);
      out.emplace_back(HostStatus{name, hosts_.at(name).live});
    }
  }
  return out;
}

std::vector<Status> StatusBoard::all() const {
  std::vector<Status> out;
  for (const auto& [name, host] : hosts_) {
    if (host.known) out.emplace_back(HostStatus{name, host.live});
  }
  for (const auto& [id, port] : ports_) {
    if (!unknown_.contains(id)) out.emplace_back(PortStatus{id, port.told});
  }
  return out;
}

std::vector<HostName> StatusBoard::wired_hosts(const PortId& id) const {
  std::vector<HostName> out;
  const auto found = ports_.find(id);
  if (found == ports_.end()) return out;
  for (const auto& [host, wired] : found->second.at) {
    if (wired == Wired::kYes) out.push_back(host);
  }
  return out;
}

}  // namespace dcportals::status
