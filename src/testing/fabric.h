// Test support: emulated switches joined by an emulated physical network.
//
// The physical network is the dumbest there is: every frame that leaves an uplink arrives at every other uplink. So a frame that a host
// wrongly accepts shows up as a delivery. frame at VM A -> frames on the wire -> frames at VMs.
#pragma once

#include <map>
#include <vector>

#include "emulator/emulator.h"
#include "flowgen/compile.h"
#include "testing/scenario.h"

namespace dcportals::testing {

struct Delivery {
  topology::HostName host;
  openflow::OfPort of_port;
  Bytes frame;
};

struct Passage {
  std::vector<Delivery> deliveries;
  std::vector<Bytes> wire;  // each frame once, as sent
  std::vector<emulator::Outcome> outcomes;
};

struct EmulatedHost {
  flowtable::SwitchTables table;
  openflow::OfPort uplink{1};
};

class Fabric {
 public:
  std::map<topology::HostName, EmulatedHost> hosts;

  // A frame that comes in at an OpenFlow port of a host.
  Passage send(const topology::HostName& from, openflow::OfPort in_port, ByteSpan frame) const {
    Passage passage;
    run(from, in_port, frame, passage);
    return passage;
  }

 private:
  void run(const topology::HostName& at, openflow::OfPort in_port, ByteSpan frame, Passage& passage) const {
    const EmulatedHost& host = hosts.at(at);
    const emulator::Outcome outcome = emulator::run(host.table, in_port, frame);
    if (!outcome.unsupported.empty()) throw std::logic_error("emulator: " + outcome.unsupported);
    passage.outcomes.push_back(outcome);
    for (const emulator::Emission& emission : outcome.emissions) {
      if (emission.port != host.uplink) {
        passage.deliveries.push_back({at, emission.port, emission.frame});
        continue;
      }
      passage.wire.push_back(emission.frame);
      for (const auto& [name, other] : hosts) {
        if (name != at) run(name, other.uplink, emission.frame, passage);
      }
    }
  }
};

}  // namespace dcportals::testing
