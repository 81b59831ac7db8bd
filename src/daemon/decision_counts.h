// What the desks of all workers have counted, gathered when somebody asks.
//
// Counting is each worker's own affair (decision/counters.h); here their counts are added up. Counted since the daemon started, by the OpenFlow
// ports that asked; what is known of a port that has gone is forgotten in time. Event loop's thread only.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "channel/pool.h"
#include "decision/counters.h"
#include "decision/sources.h"

namespace dcportals::daemon {

struct DecisionCounts {
  decision::Counters totals;                                         // of all switches
  std::map<Dpid, std::map<openflow::OfPort, decision::Counters>> by_port;  // with kFromWire and kFromUnknownPort; of the switches asked for

  void add(const DecisionCounts& other);
  // All of one switch.
  [[nodiscard]] decision::Counters of(Dpid dpid) const;
};

// The pool's packet handlers are DecisionWorkers. `done` is never called from within this call.
void gather_decisions(channel::Pool& pool, std::set<Dpid> switches, std::function<void(const DecisionCounts&)> done);

}  // namespace dcportals::daemon
