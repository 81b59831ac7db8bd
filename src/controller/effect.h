// What the controller wants done. It returns these; whoever owns sockets, disk and clock does them and reports back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "decision/snapshot.h"
#include "openflow/message.h"
#include "topology/model.h"

namespace dcportals::controller {

// Names one bundle of one switch in on_bundle_result().
using BundleTag = StrongId<struct BundleTagTag, std::uint64_t>;

// Ask the switch for description and port descriptions, then call on_introduced().
struct Introduce {
  Dpid dpid;
};
// Run a transaction whose plan is Controller::plan_report(), then call on_reported().
struct Report {
  Dpid dpid;
};
// Ask the switch for all its flows, groups and meters, then call on_installed().
struct ReadTables {
  Dpid dpid;
};
// Apply the messages atomically, then call on_bundle_result().
struct SendBundle {
  Dpid dpid;
  BundleTag tag;
  std::vector<openflow::Message> messages;
};
// Send messages that have no answer, in order.
struct Send {
  Dpid dpid;
  std::vector<openflow::Message> messages;
};
// Close the connection, then call on_down() as for any lost connection.
struct Disconnect {
  Dpid dpid;
  std::string reason;
};
// Run a transaction that frees these keys.
struct FreeKeys {
  std::vector<topology::MappingKey> keys;
};

// Tell people that a switch had not what it should have, and that it is being mended.
struct Repaired {
  Dpid dpid;
  std::size_t missing = 0;
  std::size_t changed = 0;
  std::size_t foreign = 0;
};

// Give all who decide about packets this snapshot, and wait until they use it, before anything that follows.
struct Publish {
  std::shared_ptr<const decision::Snapshot> snapshot;
};

using Effect = std::variant<Introduce, Report, ReadTables, SendBundle, Send, Disconnect, FreeKeys, Repaired, Publish>;
using Effects = std::vector<Effect>;

}  // namespace dcportals::controller
