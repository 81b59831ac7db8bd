#include "controller/rollout.h"

#include <algorithm>
#include <utility>

#include "pipeline/cookie.h"

namespace dcportals::controller {

using topology::HostName;

namespace {

// Removes one element; true when the least one grew or none is left, which is when something may pass.
bool remove_one(std::multiset<Revision>& set, Revision revision) {
  const auto found = set.find(revision);
  const bool was_least = found == set.begin();
  set.erase(found);
  return was_least && (set.empty() || *set.begin() > revision);
}

bool passed(const std::multiset<Revision>& set, Revision revision) { return set.empty() || *set.begin() > revision; }

}  // namespace

Rollout::Step Rollout::step_of(const FlowChange& change) {
  const auto content = pipeline::parse_cookie(change.flow.cookie);
  const bool receive = content && pipeline::spec(content->rule).direction == pipeline::Direction::kReceive;
  if (!receive) return Step::kSend;
  return change.kind == FlowChange::Kind::kPut ? Step::kReceivePut : Step::kReceiveErase;
}

void Rollout::add_host(const HostName& host) { hosts_.try_emplace(host); }

void Rollout::remove_host(const HostName& host) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue queue = std::move(found->second);
  hosts_.erase(found);
  for (const auto& [key, item] : queue.waiting) leave(host, queue, item);
  for (const Item& item : queue.in_flight) leave(host, queue, item);
  woken_.erase(host);
}

void Rollout::enqueue(const HostName& host, FlowChange change, Revision revision) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue& queue = found->second;
  const openflow::FlowKey key = change.flow.key;
  const Step step = step_of(change);
  Item item{std::move(change), step, revision};
  if (const auto old = queue.waiting.find(key); old != queue.waiting.end()) {
    leave(host, queue, old->second);
    queue.waiting.erase(old);
  }
  enter(host, queue, item);
  queue.waiting.emplace(key, std::move(item));
  woken_.insert(host);
}

void Rollout::enter(const HostName& host, HostQueue& queue, const Item& item) {
  queue.revisions.insert(item.revision);
  if (!item.change.network) return;
  Gate& gate = gates_[*item.change.network];
  if (item.step == Step::kReceivePut) gate.receive_puts.insert(item.revision);
  if (item.step == Step::kSend) gate.sends.insert(item.revision);
  if (item.step != Step::kReceivePut) ++gate.waiting[host];
}

void Rollout::leave(const HostName& host, HostQueue& queue, const Item& item) {
  queue.revisions.erase(queue.revisions.find(item.revision));
  if (!item.change.network) return;
  const auto found = gates_.find(*item.change.network);
  Gate& gate = found->second;
  bool opened = false;
  if (item.step == Step::kReceivePut) opened = remove_one(gate.receive_puts, item.revision);
  if (item.step == Step::kSend) opened = remove_one(gate.sends, item.revision);
  if (item.step != Step::kReceivePut && --gate.waiting[host] == 0) gate.waiting.erase(host);
  if (opened) wake(gate);
  if (gate.receive_puts.empty() && gate.waiting.empty()) gates_.erase(found);
}

void Rollout::wake(const Gate& gate) {
  for (const auto& [host, count] : gate.waiting) woken_.insert(host);
}

bool Rollout::open(const Item& item) const {
  if (!item.change.network || item.step == Step::kReceivePut) return true;
  const Gate& gate = gates_.at(*item.change.network);
  if (!passed(gate.receive_puts, item.revision)) return false;
  return item.step == Step::kSend || passed(gate.sends, item.revision);
}

std::set<HostName> Rollout::take_woken() { return std::exchange(woken_, {}); }

std::vector<FlowChange> Rollout::take_batch(const HostName& host) {
  std::vector<FlowChange> batch;
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || !found->second.in_flight.empty()) return batch;
  HostQueue& queue = found->second;
  for (auto it = queue.waiting.begin(); it != queue.waiting.end();) {
    if (!open(it->second)) {
      ++it;
      continue;
    }
    batch.push_back(it->second.change);
    queue.in_flight.push_back(std::move(it->second));
    it = queue.waiting.erase(it);
  }
  return batch;
}

void Rollout::acknowledge(const HostName& host) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue& queue = found->second;
  for (const Item& item : std::exchange(queue.in_flight, {})) leave(host, queue, item);
  if (!queue.waiting.empty()) woken_.insert(host);
}

void Rollout::refuse(const HostName& host, const std::optional<topology::PortId>& failed) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue& queue = found->second;
  for (Item& item : std::exchange(queue.in_flight, {})) {
    const bool forget = (failed && item.change.port == failed) || queue.waiting.contains(item.change.flow.key);
    if (forget) {
      leave(host, queue, item);
    } else {
      openflow::FlowKey key = item.change.flow.key;
      queue.waiting.emplace(std::move(key), std::move(item));
    }
  }
  if (failed) {
    for (auto it = queue.waiting.begin(); it != queue.waiting.end();) {
      const auto item = it++;
      if (item->second.change.port != failed) continue;
      leave(host, queue, item->second);
      queue.waiting.erase(item);
    }
  }
  woken_.insert(host);
}

bool Rollout::idle(const HostName& host) const { return outstanding(host) == 0; }

std::size_t Rollout::outstanding(const HostName& host) const {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? 0 : found->second.revisions.size();
}

std::optional<Revision> Rollout::oldest_outstanding(const HostName& host) const {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || found->second.revisions.empty()) return std::nullopt;
  return *found->second.revisions.begin();
}

}  // namespace dcportals::controller
