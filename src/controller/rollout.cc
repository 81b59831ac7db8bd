#include "controller/rollout.h"

#include <algorithm>
#include <utility>

#include "pipeline/cookie.h"

namespace dcportals::controller {

using topology::HostName;

// True when the oldest revision is gone, which is when something may pass.
bool Rollout::remove_one(Revisions& revisions, Revision revision) {
  const auto found = revisions.find(revision);
  if (--found->second > 0) return false;
  const bool was_oldest = found == revisions.begin();
  revisions.erase(found);
  return was_oldest;
}

Rollout::Step Rollout::step_of(const EntryChange& change) {
  struct Receives {
    bool operator()(const openflow::Flow& flow) const {
      const auto content = pipeline::parse_cookie(flow.cookie);
      return content && pipeline::spec(content->rule).direction == pipeline::Direction::kReceive;
    }
    bool operator()(const openflow::Group& group) const { return pipeline::group_part(group.group_id) == pipeline::kLocalCopies; }
    bool operator()(const openflow::Meter&) const { return true; }
  };
  if (!std::visit(Receives{}, change.entry)) return Step::kSend;
  return change.kind == EntryChange::Kind::kPut ? Step::kReceivePut : Step::kReceiveErase;
}

void Rollout::add_host(const HostName& host, std::set<openflow::GroupId> groups) {
  hosts_.try_emplace(host).first->second.groups = std::move(groups);
}

void Rollout::remove_host(const HostName& host) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue queue = std::move(found->second);
  hosts_.erase(found);
  for (const Waiting& item : queue.waiting) leave(host, queue, item.change, item.revision);
  forget_in_flight(host, queue);
  woken_.erase(host);
}

void Rollout::enqueue(const HostName& host, EntryChange change, Revision revision) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue& queue = found->second;
  enter(host, queue, change, revision);
  if (const auto old = queue.waiting.find(change.entry); old != queue.waiting.end()) {
    leave(host, queue, old->change, old->revision);
    queue.waiting.erase(old);
  }
  queue.waiting.insert({std::move(change), revision});
  woken_.insert(host);
}

void Rollout::enter(const HostName& host, HostQueue& queue, const EntryChange& change, Revision revision) {
  ++queue.revisions[revision];
  if (!change.network) return;
  Gate& gate = gates_[*change.network];
  const Step step = step_of(change);
  if (step == Step::kReceivePut) {
    ++gate.receive_puts[revision];
    return;
  }
  if (step == Step::kSend) ++gate.sends[revision];
  ++gate.waiting[host];
}

void Rollout::leave(const HostName& host, HostQueue& queue, const EntryChange& change, Revision revision) {
  (void)remove_one(queue.revisions, revision);
  if (!change.network) return;
  const auto found = gates_.find(*change.network);
  Gate& gate = found->second;
  const Step step = step_of(change);
  bool opened = false;
  if (step == Step::kReceivePut) {
    opened = remove_one(gate.receive_puts, revision);
  } else {
    if (step == Step::kSend) opened = remove_one(gate.sends, revision);
    if (const auto waiting = gate.waiting.find(host); --waiting->second == 0) gate.waiting.erase(waiting);
  }
  if (opened) {
    for (const auto& [other, count] : gate.waiting) woken_.insert(other);
  }
  if (gate.receive_puts.empty() && gate.waiting.empty()) {
    settled_.insert(found->first);
    gates_.erase(found);
  }
}

bool Rollout::open(const Waiting& item) const {
  const Step step = step_of(item.change);
  if (!item.change.network || step == Step::kReceivePut) return true;
  const Gate& gate = gates_.at(*item.change.network);
  if (!passed(gate.receive_puts, item.revision)) return false;
  return step == Step::kSend || passed(gate.sends, item.revision);
}

bool Rollout::has_its_groups(const Waiting& item, const HostQueue& queue) const {
  const auto* flow = std::get_if<openflow::Flow>(&item.change.entry);
  if (flow == nullptr || item.change.kind == EntryChange::Kind::kErase) return true;
  return std::ranges::all_of(flow->instructions.apply, [&](const openflow::Action& action) {
    const auto* named = std::get_if<openflow::GroupAction>(&action);
    if (named == nullptr || queue.groups.contains(named->group)) return true;
    const auto coming = queue.waiting.find(openflow::Entry(openflow::Group{openflow::GroupType::kAll, named->group, {}}));
    return coming == queue.waiting.end() || open(*coming);
  });
}

std::set<HostName> Rollout::take_woken() {
  return std::exchange(woken_, {});
}

std::span<const EntryChange> Rollout::take_batch(const HostName& host) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || !found->second.in_flight.empty()) return {};
  HostQueue& queue = found->second;
  std::vector<decltype(queue.waiting)::iterator> ready;
  for (auto item = queue.waiting.begin(); item != queue.waiting.end(); ++item) {
    if (open(*item) && has_its_groups(*item, queue)) ready.push_back(item);
  }
  for (const auto item : ready) {
    auto node = queue.waiting.extract(item);
    queue.in_flight.push_back(std::move(node.value().change));
    queue.in_flight_revisions.push_back(node.value().revision);
  }
  return queue.in_flight;
}

void Rollout::forget_in_flight(const HostName& host, HostQueue& queue) {
  for (std::size_t i = 0; i < queue.in_flight.size(); ++i) leave(host, queue, queue.in_flight[i], queue.in_flight_revisions[i]);
  queue.in_flight = {};
  queue.in_flight_revisions = {};
}

void Rollout::acknowledge(const HostName& host) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  for (const EntryChange& change : found->second.in_flight) {
    const auto* group = std::get_if<openflow::Group>(&change.entry);
    if (group == nullptr) continue;
    if (change.kind == EntryChange::Kind::kPut) {
      found->second.groups.insert(group->group_id);
    } else {
      found->second.groups.erase(group->group_id);
    }
  }
  forget_in_flight(host, found->second);
  if (!found->second.waiting.empty()) woken_.insert(host);
}

void Rollout::refuse(const HostName& host, const std::optional<topology::PortId>& failed) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  HostQueue& queue = found->second;
  std::vector<EntryChange> changes = std::exchange(queue.in_flight, {});
  const std::vector<Revision> revisions = std::exchange(queue.in_flight_revisions, {});
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (queue.waiting.contains(changes[i].entry)) {
      leave(host, queue, changes[i], revisions[i]);  // a newer change of the flow waits already
    } else {
      queue.waiting.insert({std::move(changes[i]), revisions[i]});
    }
  }
  for (auto next = queue.waiting.begin(); failed && next != queue.waiting.end();) {
    const auto item = next++;
    if (item->change.port != failed) continue;
    leave(host, queue, item->change, item->revision);
    queue.waiting.erase(item);
  }
  woken_.insert(host);
}

std::size_t Rollout::outstanding(const HostName& host) const {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? 0 : found->second.waiting.size() + found->second.in_flight.size();
}

std::optional<Revision> Rollout::oldest_outstanding(const HostName& host) const {
  const auto found = hosts_.find(host);
  if (found == hosts_.end() || found->second.revisions.empty()) return std::nullopt;
  return found->second.revisions.begin()->first;
}

}  // namespace dcportals::controller
