// Actions and instructions (OpenFlow 1.3 sections 7.2.4 and 7.2.5, and the Nicira actions that OVS has).
//
// An instruction list is one struct, because each kind may occur at most once and their order of execution is fixed
// (section 5.9). Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_io.h"
#include "openflow/field.h"
#include "openflow/types.h"

namespace dcportals::openflow {

struct Output {
  OfPort port;
  std::uint16_t max_len = 0;  // bytes to the controller; meaningless for other ports
  friend bool operator==(const Output&, const Output&) = default;
};

struct GroupAction {
  GroupId group;
  friend bool operator==(const GroupAction&, const GroupAction&) = default;
};

struct SetField {
  Field field;
  FieldValue value;
  friend bool operator==(const SetField&, const SetField&) = default;
};

struct PushVlan {
  std::uint16_t eth_type = 0x8100;
  friend bool operator==(const PushVlan&, const PushVlan&) = default;
};

struct PopVlan {
  friend bool operator==(const PopVlan&, const PopVlan&) = default;
};

// NXAST_REG_MOVE: copies `bits` bits of source from source_offset to destination at destination_offset.
struct RegMove {
  Field source;
  std::uint16_t source_offset = 0;
  Field destination;
  std::uint16_t destination_offset = 0;
  std::uint16_t bits = 0;
  friend bool operator==(const RegMove&, const RegMove&) = default;
};

// NXAST_REG_LOAD: writes the low `bits` (1 to 64) bits of value into destination at offset.
struct RegLoad {
  Field destination;
  std::uint16_t offset = 0;
  std::uint16_t bits = 0;
  std::uint64_t value = 0;
  friend bool operator==(const RegLoad&, const RegLoad&) = default;
};

// NXAST_RESUBMIT_TABLE.
struct Resubmit {
  OfPort in_port;
  TableId table;
  friend bool operator==(const Resubmit&, const Resubmit&) = default;
};

// NXAST_CONTROLLER2: to the controller with user data that comes back in the packet-in, through a meter if given.
struct ControllerAction {
  std::uint16_t max_len = kMaxLenNoBuffer;
  std::uint16_t controller_id = 0;
  std::uint8_t reason = 1;  // OFPR_ACTION
  Bytes userdata;
  std::optional<MeterId> meter;
  friend bool operator==(const ControllerAction&, const ControllerAction&) = default;
};

using Action = std::variant<Output, GroupAction, SetField, PushVlan, PopVlan, RegMove, RegLoad, Resubmit, ControllerAction>;
using Actions = std::vector<Action>;

struct WriteMetadata {
  std::uint64_t value = 0;
  std::uint64_t mask = ~std::uint64_t{0};
  friend bool operator==(const WriteMetadata&, const WriteMetadata&) = default;
};

struct Instructions {
  std::optional<MeterId> meter;
  Actions apply;  // empty: no apply-actions instruction
  bool clear_actions = false;
  Actions write;
  std::optional<WriteMetadata> metadata;
  std::optional<TableId> go_to;

  [[nodiscard]] bool empty() const { return !meter && apply.empty() && !clear_actions && write.empty() && !metadata && !go_to; }
  // ovs-ofctl's syntax: "set_field:...,output:2,goto_table:3", or "drop" when empty.
  [[nodiscard]] std::string format() const;

  friend bool operator==(const Instructions&, const Instructions&) = default;
};

[[nodiscard]] std::string format(const Actions& actions);

}  // namespace dcportals::openflow
