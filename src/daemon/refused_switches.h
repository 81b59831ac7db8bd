// Switches that were turned away when they connected, and why: those that no host of host.list stands for, because they have no
// name, another's name or another's MAC address, are seen here (host.refused).
//
// A refused switch tries again every few seconds; one that has not tried for kPatience is mended, switched off or somebody else's
// business, and is forgotten. Bounded, because anybody who reaches the port may call himself a switch. Pure.
#pragma once

#include <map>
#include <string>

#include "controller/switch_state.h"
#include "openflow/types.h"

namespace dcportals::daemon {

struct RefusedSwitch {
  std::string name;  // its description; may be empty, may be another's
  std::string peer;  // where it connected from
  std::string reason;
  controller::Clock::time_point last;
};

class RefusedSwitches {
 public:
  static constexpr controller::Clock::duration kPatience =
      std::chrono::minutes(1);  // Open vSwitch waits 8 s at most, unless told to
  static constexpr std::size_t kMost = 100;

  // What is known of a connection, in case it is refused.
  void on_up(openflow::Dpid dpid, std::string peer) {
    connected_[dpid] = {.name = {}, .peer = std::move(peer), .reason = {}, .last = {}};
  }
  void on_named(openflow::Dpid dpid, const std::string& name);
  void on_refused(openflow::Dpid dpid, std::string reason, controller::Clock::time_point now);
  void on_accepted(openflow::Dpid dpid) { refused_.erase(dpid); }
  void on_down(openflow::Dpid dpid) { connected_.erase(dpid); }
  void on_tick(controller::Clock::time_point now);

  [[nodiscard]] const std::map<openflow::Dpid, RefusedSwitch>& all() const { return refused_; }

 private:
  std::map<openflow::Dpid, RefusedSwitch> connected_;
  std::map<openflow::Dpid, RefusedSwitch> refused_;
};

}  // namespace dcportals::daemon
