#include "daemon/decision_counts.h"

#include <memory>
#include <utility>
#include <vector>

#include "daemon/decision_worker.h"

namespace dcportals::daemon {
namespace {

DecisionCounts counts_of(const decision::Desk& desk, const std::set<Dpid>& switches) {
  DecisionCounts out;
  out.totals = desk.totals();
  desk.for_each_source([&](const decision::Place& place, const decision::Counters& counters) {
    if (switches.contains(place.dpid)) out.by_port[place.dpid][place.of_port] += counters;
  });
  return out;
}

}  // namespace

void DecisionCounts::add(const DecisionCounts& other) {
  totals += other.totals;
  for (const auto& [dpid, ports] : other.by_port) {
    for (const auto& [port, counters] : ports) by_port[dpid][port] += counters;
  }
}

decision::Counters DecisionCounts::of(Dpid dpid) const {
  decision::Counters out;
  const auto found = by_port.find(dpid);
  if (found == by_port.end()) return out;
  for (const auto& [port, counters] : found->second) out += counters;
  return out;
}

void gather_decisions(channel::Pool& pool, std::set<Dpid> switches, std::function<void(const DecisionCounts&)> done) {
  // A place for each worker, so that none waits for another; all are read when all are done.
  const auto parts = std::make_shared<std::vector<DecisionCounts>>(pool.workers());
  pool.post_to_all(
      [parts, switches = std::move(switches)](channel::PacketHandler& handler) {
        auto& worker = static_cast<DecisionWorker&>(handler);
        (*parts)[worker.number()] = counts_of(worker.desk(), switches);
      },
      [parts, done = std::move(done)] {
        DecisionCounts all;
        for (const DecisionCounts& part : *parts) all.add(part);
        done(all);
      });
}

}  // namespace dcportals::daemon
