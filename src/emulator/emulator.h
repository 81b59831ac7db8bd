// An in-memory OpenFlow switch: runs one frame through flow tables and tells every step.
//
// It is the answer to "what would this switch do?" for `dcportalctl trace` and for property tests; a test compares it with
// `ovs-appctl ofproto/trace` and with packets through a real Open vSwitch, which keeps it honest. It knows the matches, actions and
// instructions that our pipeline uses, and says so when it meets another. Pure: no state between frames.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flowtable/switch_tables.h"
#include "packet/headers.h"

namespace dcportals::emulator {

// One table's visit.
struct Step {
  openflow::TableId table;
  std::optional<openflow::Flow> flow;  // nullopt: no flow matched, the frame is dropped (section 5.4)
  Bytes after;                         // the frame once the flow's actions are done
};

struct Emission {
  openflow::OfPort port;
  Bytes frame;
};

// A frame sent to the controller.
struct Question {
  Bytes userdata;
  std::uint64_t metadata = 0;
  Bytes frame;
};

struct Outcome {
  std::vector<Step> steps;
  std::vector<Emission> emissions;
  std::vector<Question> questions;
  std::string unsupported;  // the first thing met that the emulator does not know; empty: none

  // The flow at which the frame ended, nullptr when it ended at a table miss.
  [[nodiscard]] const openflow::Flow* last_flow() const { return steps.empty() || !steps.back().flow ? nullptr : &*steps.back().flow; }
};

// As for a packet that comes in at `in_port` (section 5.1). An output to `in_port` itself is suppressed, to OFPP_IN_PORT it is sent.
// Meters let everything pass.
[[nodiscard]] Outcome run(const flowtable::SwitchTables& tables, openflow::OfPort in_port, ByteSpan frame);

// What a match sees of a frame.
[[nodiscard]] flowtable::FieldValues extract_fields(openflow::OfPort in_port, std::uint64_t metadata, ByteSpan frame);

}  // namespace dcportals::emulator
