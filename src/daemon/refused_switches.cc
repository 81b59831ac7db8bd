#include "daemon/refused_switches.h"

#include <algorithm>
#include <utility>

namespace dcportals::daemon {

void RefusedSwitches::on_named(openflow::Dpid dpid, const std::string& name) {
  if (const auto found = connected_.find(dpid); found != connected_.end()) found->second.name = name;
}

void RefusedSwitches::on_refused(openflow::Dpid dpid, std::string reason, controller::Clock::time_point now) {
  const auto connected = connected_.find(dpid);
  if (connected == connected_.end()) return;
  if (refused_.size() >= kMost && !refused_.contains(dpid)) {
    refused_.erase(std::ranges::min_element(refused_, {}, [](const auto& entry) { return entry.second.last; }));
  }
  RefusedSwitch& entry = refused_[dpid] = connected->second;
  entry.reason = std::move(reason);
  entry.last = now;
}

void RefusedSwitches::on_tick(controller::Clock::time_point now) {
  std::erase_if(refused_, [&](const auto& entry) { return now - entry.second.last >= kPatience; });
}

}  // namespace dcportals::daemon
