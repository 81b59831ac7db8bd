// OpenFlow 1.3 messages as plain values, one struct each, named as the specification names them.
//
// `codec.h` turns them into bytes and back, `format.h` into text. Structures that may be absent on the wire are optional; vectors
// hold what the wire repeats. Messages that we neither send nor understand decode to `Unknown`, with their bytes. Values.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/byte_io.h"
#include "base/mac_address.h"
#include "openflow/action.h"
#include "openflow/match.h"
#include "openflow/types.h"

namespace dcportals::openflow {

// Section 7.5.1. `version` is the header's; `bitmap` lists the versions of the version-bitmap element, if there was one.
struct Hello {
  std::uint8_t version = kVersion13;
  std::vector<std::uint8_t> versions;  // from the bitmap, ascending; empty: no bitmap
  friend bool operator==(const Hello&, const Hello&) = default;
};

// Section 7.5.4. `data` is at least the first 64 bytes of the message that failed.
struct ErrorMessage {
  std::uint16_t type = 0;
  std::uint16_t code = 0;
  std::optional<std::uint32_t> experimenter;  // type 0xffff only; then `code` is exp_type
  Bytes data;
  friend bool operator==(const ErrorMessage&, const ErrorMessage&) = default;
};

struct EchoRequest {
  Bytes data;
  friend bool operator==(const EchoRequest&, const EchoRequest&) = default;
};
struct EchoReply {
  Bytes data;
  friend bool operator==(const EchoReply&, const EchoReply&) = default;
};

struct FeaturesRequest {
  friend bool operator==(const FeaturesRequest&, const FeaturesRequest&) = default;
};
// Section 7.3.1.
struct FeaturesReply {
  Dpid dpid;
  std::uint32_t n_buffers = 0;
  std::uint8_t n_tables = 0;
  std::uint8_t auxiliary_id = 0;
  std::uint32_t capabilities = 0;
  friend bool operator==(const FeaturesReply&, const FeaturesReply&) = default;
};

struct GetConfigRequest {
  friend bool operator==(const GetConfigRequest&, const GetConfigRequest&) = default;
};
// Section 7.3.2. miss_send_len 0xffff: whole packets.
struct SwitchConfig {
  std::uint16_t flags = 0;
  std::uint16_t miss_send_len = kMaxLenNoBuffer;
  friend bool operator==(const SwitchConfig&, const SwitchConfig&) = default;
};
struct GetConfigReply {
  SwitchConfig config;
  friend bool operator==(const GetConfigReply&, const GetConfigReply&) = default;
};
struct SetConfig {
  SwitchConfig config;
  friend bool operator==(const SetConfig&, const SetConfig&) = default;
};

// The last three are of later versions; OVS sends them in NXT_PACKET_IN2.
enum class PacketInReason : std::uint8_t {
  kNoMatch = 0,
  kAction = 1,
  kInvalidTtl = 2,
  kActionSet = 3,
  kGroup = 4,
  kPacketOut = 5
};
// Section 7.4.1. OpenFlow 1.3 has no room for `userdata`: it comes only after a SetPacketInFormat, in Nicira's NXT_PACKET_IN2,
// which is decoded to this struct too. Match fields that we do not know are left out.
struct PacketIn {
  BufferId buffer_id = kNoBuffer;
  std::uint16_t total_len = 0;
  PacketInReason reason = PacketInReason::kAction;
  TableId table_id;
  Cookie cookie;
  Match match;
  Bytes data;
  Bytes userdata;  // of the ControllerAction that sent it
  friend bool operator==(const PacketIn&, const PacketIn&) = default;
};

// Section 7.3.7.
struct PacketOut {
  BufferId buffer_id = kNoBuffer;
  OfPort in_port = kPortController;
  Actions actions;
  Bytes data;
  friend bool operator==(const PacketOut&, const PacketOut&) = default;
};

enum class FlowModCommand : std::uint8_t { kAdd = 0, kModify = 1, kModifyStrict = 2, kDelete = 3, kDeleteStrict = 4 };
// Section 7.3.4.1. Timeouts in seconds, 0: none.
struct FlowMod {
  FlowModCommand command = FlowModCommand::kAdd;
  TableId table_id;
  std::uint16_t priority = 0;
  Cookie cookie;
  std::uint64_t cookie_mask = 0;
  std::uint16_t idle_timeout = 0;
  std::uint16_t hard_timeout = 0;
  BufferId buffer_id = kNoBuffer;
  OfPort out_port = kPortAny;
  GroupId out_group = kGroupAny;
  std::uint16_t flags = 0;
  Match match;
  Instructions instructions;
  friend bool operator==(const FlowMod&, const FlowMod&) = default;
};
inline constexpr std::uint16_t kFlowFlagSendFlowRemoved = 1;

// Section 7.4.2; the last two are of later versions, but OVS sends them in 1.3 too.
enum class FlowRemovedReason : std::uint8_t {
  kIdleTimeout = 0,
  kHardTimeout = 1,
  kDelete = 2,
  kGroupDelete = 3,
  kMeterDelete = 4,
  kEviction = 5
};
struct FlowRemoved {
  Cookie cookie;
  std::uint16_t priority = 0;
  FlowRemovedReason reason = FlowRemovedReason::kIdleTimeout;
  TableId table_id;
  std::uint32_t duration_seconds = 0;
  std::uint32_t duration_nanoseconds = 0;
  std::uint16_t idle_timeout = 0;
  std::uint16_t hard_timeout = 0;
  std::uint64_t packet_count = 0;
  std::uint64_t byte_count = 0;
  Match match;
  friend bool operator==(const FlowRemoved&, const FlowRemoved&) = default;
};

// Section 7.2.1, ofp_port.
struct PortDescription {
  OfPort port_no;
  MacAddress hw_addr;
  std::string name;
  std::uint32_t config = 0;
  std::uint32_t state = 0;
  std::uint32_t current = 0;
  std::uint32_t advertised = 0;
  std::uint32_t supported = 0;
  std::uint32_t peer = 0;
  std::uint32_t current_speed = 0;  // kbit/s
  std::uint32_t max_speed = 0;      // kbit/s
  friend bool operator==(const PortDescription&, const PortDescription&) = default;
};

enum class PortReason : std::uint8_t { kAdd = 0, kDelete = 1, kModify = 2 };
// Section 7.4.3.
struct PortStatus {
  PortReason reason = PortReason::kAdd;
  PortDescription port;
  friend bool operator==(const PortStatus&, const PortStatus&) = default;
};

enum class GroupType : std::uint8_t { kAll = 0, kSelect = 1, kIndirect = 2, kFastFailover = 3 };
struct Bucket {
  std::uint16_t weight = 0;
  OfPort watch_port = kPortAny;
  GroupId watch_group = kGroupAny;
  Actions actions;
  friend bool operator==(const Bucket&, const Bucket&) = default;
};
enum class GroupModCommand : std::uint16_t { kAdd = 0, kModify = 1, kDelete = 2 };
// Section 7.3.4.2.
struct GroupMod {
  GroupModCommand command = GroupModCommand::kAdd;
  GroupType type = GroupType::kAll;
  GroupId group_id;
  std::vector<Bucket> buckets;
  friend bool operator==(const GroupMod&, const GroupMod&) = default;
};

struct MeterBand {
  enum class Type : std::uint16_t { kDrop = 1, kDscpRemark = 2 };
  Type type = Type::kDrop;
  std::uint32_t rate = 0;        // kbit/s or packets/s, by the meter's flags
  std::uint32_t burst_size = 0;  // kbit or packets
  std::uint8_t prec_level = 0;   // kDscpRemark only
  friend bool operator==(const MeterBand&, const MeterBand&) = default;
};
inline constexpr std::uint16_t kMeterKbps = 1;
inline constexpr std::uint16_t kMeterPktps = 2;
inline constexpr std::uint16_t kMeterBurst = 4;
inline constexpr std::uint16_t kMeterStats = 8;
enum class MeterModCommand : std::uint16_t { kAdd = 0, kModify = 1, kDelete = 2 };
// Section 7.3.4.5.
struct MeterMod {
  MeterModCommand command = MeterModCommand::kAdd;
  std::uint16_t flags = 0;
  MeterId meter_id;
  std::vector<MeterBand> bands;
  friend bool operator==(const MeterMod&, const MeterMod&) = default;
};

enum class ControllerRole : std::uint32_t { kNoChange = 0, kEqual = 1, kMaster = 2, kSlave = 3 };
// Section 7.3.9.
struct RoleRequest {
  ControllerRole role = ControllerRole::kNoChange;
  std::uint64_t generation_id = 0;
  friend bool operator==(const RoleRequest&, const RoleRequest&) = default;
};
struct RoleReply {
  ControllerRole role = ControllerRole::kNoChange;
  std::uint64_t generation_id = 0;
  friend bool operator==(const RoleReply&, const RoleReply&) = default;
};

struct BarrierRequest {
  friend bool operator==(const BarrierRequest&, const BarrierRequest&) = default;
};
struct BarrierReply {
  friend bool operator==(const BarrierReply&, const BarrierReply&) = default;
};

// Section 7.3.5, one struct a multipart type. In replies `more` is OFPMPF_REPLY_MORE.
struct DescriptionRequest {
  friend bool operator==(const DescriptionRequest&, const DescriptionRequest&) = default;
};
struct DescriptionReply {
  bool more = false;
  std::string manufacturer, hardware, software, serial_number, datapath;
  friend bool operator==(const DescriptionReply&, const DescriptionReply&) = default;
};

struct FlowStatsRequest {
  TableId table_id = kTableAll;
  OfPort out_port = kPortAny;
  GroupId out_group = kGroupAny;
  Cookie cookie;
  std::uint64_t cookie_mask = 0;
  Match match;
  friend bool operator==(const FlowStatsRequest&, const FlowStatsRequest&) = default;
};
struct FlowStats {
  TableId table_id;
  std::uint32_t duration_seconds = 0;
  std::uint32_t duration_nanoseconds = 0;
  std::uint16_t priority = 0;
  std::uint16_t idle_timeout = 0;
  std::uint16_t hard_timeout = 0;
  std::uint16_t flags = 0;
  Cookie cookie;
  std::uint64_t packet_count = 0;
  std::uint64_t byte_count = 0;
  Match match;
  Instructions instructions;
  friend bool operator==(const FlowStats&, const FlowStats&) = default;
};
// A flow of which we do not understand the match or the instructions: somebody else's, but it must be seen so that it can be
// deleted (delete_opaque() in codec.h).
struct OpaqueFlow {
  FlowStats known;  // all but instructions; match only if match_understood, else empty
  bool match_understood = false;
  Bytes match;         // its OXM fields as the switch sent them
  Bytes instructions;  // as the switch sent them
  friend bool operator==(const OpaqueFlow&, const OpaqueFlow&) = default;
};
struct FlowStatsReply {
  bool more = false;
  std::vector<FlowStats> flows;
  std::vector<OpaqueFlow> opaque;  // not among flows
  friend bool operator==(const FlowStatsReply&, const FlowStatsReply&) = default;
};

struct AggregateStatsRequest {
  TableId table_id = kTableAll;
  OfPort out_port = kPortAny;
  GroupId out_group = kGroupAny;
  Cookie cookie;
  std::uint64_t cookie_mask = 0;
  Match match;
  friend bool operator==(const AggregateStatsRequest&, const AggregateStatsRequest&) = default;
};
struct AggregateStatsReply {
  bool more = false;
  std::uint64_t packet_count = 0;
  std::uint64_t byte_count = 0;
  std::uint32_t flow_count = 0;
  friend bool operator==(const AggregateStatsReply&, const AggregateStatsReply&) = default;
};

struct TableStatsRequest {
  friend bool operator==(const TableStatsRequest&, const TableStatsRequest&) = default;
};
struct TableStats {
  TableId table_id;
  std::uint32_t active_count = 0;
  std::uint64_t lookup_count = 0;
  std::uint64_t matched_count = 0;
  friend bool operator==(const TableStats&, const TableStats&) = default;
};
struct TableStatsReply {
  bool more = false;
  std::vector<TableStats> tables;
  friend bool operator==(const TableStatsReply&, const TableStatsReply&) = default;
};

struct PortStatsRequest {
  OfPort port_no = kPortAny;
  friend bool operator==(const PortStatsRequest&, const PortStatsRequest&) = default;
};
struct PortStats {
  OfPort port_no;
  std::uint64_t rx_packets = 0, tx_packets = 0, rx_bytes = 0, tx_bytes = 0, rx_dropped = 0, tx_dropped = 0;
  std::uint64_t rx_errors = 0, tx_errors = 0, rx_frame_err = 0, rx_over_err = 0, rx_crc_err = 0, collisions = 0;
  std::uint32_t duration_seconds = 0;
  std::uint32_t duration_nanoseconds = 0;
  friend bool operator==(const PortStats&, const PortStats&) = default;
};
struct PortStatsReply {
  bool more = false;
  std::vector<PortStats> ports;
  friend bool operator==(const PortStatsReply&, const PortStatsReply&) = default;
};

struct PortDescriptionRequest {
  friend bool operator==(const PortDescriptionRequest&, const PortDescriptionRequest&) = default;
};
struct PortDescriptionReply {
  bool more = false;
  std::vector<PortDescription> ports;
  friend bool operator==(const PortDescriptionReply&, const PortDescriptionReply&) = default;
};

struct GroupDescriptionRequest {
  friend bool operator==(const GroupDescriptionRequest&, const GroupDescriptionRequest&) = default;
};
struct GroupDescription {
  GroupType type = GroupType::kAll;
  GroupId group_id;
  std::vector<Bucket> buckets;
  friend bool operator==(const GroupDescription&, const GroupDescription&) = default;
};
// A group of a type, or with an action, that we do not understand; deleted by its id.
struct OpaqueGroup {
  std::uint8_t type = 0;
  GroupId group_id;
  Bytes buckets;  // as the switch sent them
  friend bool operator==(const OpaqueGroup&, const OpaqueGroup&) = default;
};
struct GroupDescriptionReply {
  bool more = false;
  std::vector<GroupDescription> groups;
  std::vector<OpaqueGroup> opaque;  // not among groups
  friend bool operator==(const GroupDescriptionReply&, const GroupDescriptionReply&) = default;
};

struct MeterConfigRequest {
  MeterId meter_id = kMeterAll;
  friend bool operator==(const MeterConfigRequest&, const MeterConfigRequest&) = default;
};
struct MeterConfig {
  std::uint16_t flags = 0;
  MeterId meter_id;
  std::vector<MeterBand> bands;
  friend bool operator==(const MeterConfig&, const MeterConfig&) = default;
};
struct MeterConfigReply {
  bool more = false;
  std::vector<MeterConfig> meters;
  friend bool operator==(const MeterConfigReply&, const MeterConfigReply&) = default;
};
struct MeterStatsRequest {
  MeterId meter_id = kMeterAll;
  friend bool operator==(const MeterStatsRequest&, const MeterStatsRequest&) = default;
};
struct MeterStats {
  MeterId meter_id;
  std::uint32_t flow_count = 0;
  std::uint64_t packet_in_count = 0;
  std::uint64_t byte_in_count = 0;
  std::uint32_t duration_seconds = 0;
  std::uint32_t duration_nanoseconds = 0;
  struct Band {
    std::uint64_t packet_count = 0;
    std::uint64_t byte_count = 0;
    friend bool operator==(const Band&, const Band&) = default;
  };
  std::vector<Band> bands;
  friend bool operator==(const MeterStats&, const MeterStats&) = default;
};
struct MeterStatsReply {
  bool more = false;
  std::vector<MeterStats> meters;
  friend bool operator==(const MeterStatsReply&, const MeterStatsReply&) = default;
};

// Nicira's NXT_SET_PACKET_IN_FORMAT: how the switch shall send packet-ins on this connection. It answers only errors.
enum class PacketInFormat : std::uint32_t { kStandard = 0, kNxtPacketIn = 1, kNxtPacketIn2 = 2 };
struct SetPacketInFormat {
  PacketInFormat format = PacketInFormat::kNxtPacketIn2;
  friend bool operator==(const SetPacketInFormat&, const SetPacketInFormat&) = default;
};

// ONF extension 230 to OpenFlow 1.3 (EXT-230), as OVS implements it: experimenter 0x4f4e4600, types 2300 and 2301.
enum class BundleControlType : std::uint16_t {
  kOpenRequest = 0,
  kOpenReply = 1,
  kCloseRequest = 2,
  kCloseReply = 3,
  kCommitRequest = 4,
  kCommitReply = 5,
  kDiscardRequest = 6,
  kDiscardReply = 7
};
inline constexpr std::uint16_t kBundleAtomic = 1;
inline constexpr std::uint16_t kBundleOrdered = 2;
struct BundleControl {
  BundleId bundle_id;
  BundleControlType type = BundleControlType::kOpenRequest;
  std::uint16_t flags = kBundleAtomic | kBundleOrdered;
  friend bool operator==(const BundleControl&, const BundleControl&) = default;
};
// A message inside a bundle, whole with its header; its xid must equal the outer one.
struct BundleAdd {
  BundleId bundle_id;
  std::uint16_t flags = kBundleAtomic | kBundleOrdered;
  Bytes message;
  friend bool operator==(const BundleAdd&, const BundleAdd&) = default;
};

// Anything well-framed that we do not interpret.
struct Unknown {
  std::uint8_t type = 0;
  Bytes body;  // after the header
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

using Message =
    std::variant<Hello, ErrorMessage, EchoRequest, EchoReply, FeaturesRequest, FeaturesReply, GetConfigRequest, GetConfigReply,
                 SetConfig, PacketIn, PacketOut, FlowMod, FlowRemoved, PortStatus, GroupMod, MeterMod, RoleRequest, RoleReply,
                 BarrierRequest, BarrierReply, DescriptionRequest, DescriptionReply, FlowStatsRequest, FlowStatsReply,
                 AggregateStatsRequest, AggregateStatsReply, TableStatsRequest, TableStatsReply, PortStatsRequest, PortStatsReply,
                 PortDescriptionRequest, PortDescriptionReply, GroupDescriptionRequest, GroupDescriptionReply, MeterConfigRequest,
                 MeterConfigReply, MeterStatsRequest, MeterStatsReply, SetPacketInFormat, BundleControl, BundleAdd, Unknown>;

}  // namespace dcportals::openflow
