// The pipeline, declared once, as data: tables, rules, drop reasons.
//
// A *rule* is a kind of flow: its table, its priority, its purpose, in which direction of change it goes (see doc/architecture.md,
// "Order of changes") and, if it drops, why. Every flow on a switch is an instance of a rule; its cookie says of which, and for whom.
// The flow builder refuses what a table does not declare; `dcportalctl pipeline` and doc/pipeline.md are printed from here.
// Sources: the paper's section 3.7; OpenFlow 1.3 section 5.1. Constant data.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "openflow/field.h"
#include "openflow/types.h"

namespace dcportals::pipeline {

// Gaps leave room for tables to come without renumbering those that are installed.
enum class Table : std::uint8_t {
  kClassify = 0,
  kPortSecurity = 10,
  kResponder = 20,
  kForward = 30,
  kRewriteSource = 40,
  kRestoreSource = 50,
  kRestoreExternal = 53,
  kRestoreRouter = 56,
  kRestoreDestination = 60,
  kFromAttachment = 62,
};

[[nodiscard]] constexpr openflow::TableId table_id(Table table) { return openflow::TableId{static_cast<std::uint8_t>(table)}; }

// Why a frame was dropped: shown by counters, `trace` and `host show`.
enum class DropReason : std::uint8_t {
  kNone,
  kUnknownPort,
  kAdminDown,
  kVlanTagged,
  kNotForThisHost,
  kIpProtocolZero,
  kSpoofedEthSource,
  kSpoofedIpSource,
  kSpoofedArpSha,
  kSpoofedArpSpa,
  kArpNotARequest,
  kArpForOwnAddress,
  kArpUnknownTarget,
  kIpv6NotCarried,
  kEtherTypeNotCarried,
  kGroupNotCarried,
  kUnknownDestination,
  kSourceHasNoKey,
  kUnknownWireSource,
  kForeignWireDestination,
  kForgedDhcpServer,
  kSourceIsAKey,
  kDestinationIsAKey,
  kSourceIsAMember,
  kNoMemberHere,
};
struct DropReasonSpec {
  DropReason reason;
  std::string_view name;
  std::string_view meaning;
};

// Which step of a change a rule belongs to: receive flows come first when added and go last when removed.
enum class Direction : std::uint8_t { kReceive, kSend };

// Whose flow it is: the object whose compilation made it.
enum class OwnerKind : std::uint8_t { kHost = 1, kPort = 2, kNetwork = 3 };

// The order is that of the cookie's rule byte: append, never reorder.
enum class Rule : std::uint8_t {
  kClassifyMiss,
  kWireProtocolZero,
  kWireFrame,
  kWireOther,
  kVmFrame,
  kVmTagged,
  kVmAdminDown,
  kSecurityMiss,
  kProtocolZero,
  kProtocolZeroIpv6,
  kSourceAllowed,
  kDhcpClient,
  kArpRequest,
  kArpProbe,
  kArpNotARequest,
  kSpoofedArpSpa,
  kSpoofedArpSha,
  kSpoofedIpSource,
  kIpv6NotCarried,
  kEtherTypeNotCarried,
  kSpoofedEthSource,
  kUnsecuredIp,
  kUnsecuredArp,
  kUnsecuredOther,
  kResponderMiss,
  kArpOwnAddress,
  kArpReply,
  kForwardMiss,
  kGroupNotCarried,
  kForwardLocal,
  kForwardRemote,
  kForwardUnsecured,
  kRewriteMiss,
  kRewriteSource,
  kRestoreSourceMiss,
  kRestoreSource,
  kRestoreDestinationMiss,
  kRestoreDestination,
  kForgedDhcpServer,
  kRouterSourceIsAKey,
  kRouterSource,
  kRouterArp,
  kArpUnknownTarget,
  kAskArp,
  kDestinationIsAKey,
  kGroupToOne,
  kFlood,
  kFloodDirected,
  kForwardRouterLocal,
  kForwardRouterRemote,
  kUnknownDestination,
  kAskForward,
  kRewriteDirected,
  kRewriteFlood,
  kRewriteUnspecified,
  kFloodUnsecured,
  kRewriteRouter,
  kSourceHasNoKey,
  kAskFlood,
  kUnknownWireSource,
  kAskWire,
  kWireExternal,
  kRestoreExternalMiss,
  kRestoreExternal,
  kRestoreRouterMiss,
  kRestoreRouter,
  kDeliverFlood,
  kDeliverMulticast,
  kDeliverDirected,
  kDeliverUnspecified,
  kForeignWireDestination,
  kDeliverRouterByMac,
  kDeliverRouter,
  kWireFrameOfRouter,
  kAskOwnFlood,
  kAttachmentFrame,
  kAttachmentNotCarried,
  kAttachmentTagged,
  kFromAttachmentMiss,
  kSourceIsAMember,
  kSourceIsAPairsMac,
  kDeliverToMember,
  kDeliverToPairsMac,
  kFloodFromAttachment,
  kArpOfOwnAddress,
  kArpToAttachment,
  kMemberAtNoAddress,
  kPairsMacAtNoAddress,
  kToAttachment,
};

// How a rule's flows come to a switch of a reactive network (doc/architecture.md, "Modes"). In a proactive one all are installed when the
// topology says so.
enum class Install : std::uint8_t {
  kAlways,
  kOnDemand,  // when a packet asks, with an idle timeout
  kNever,     // the controller does it itself
};

struct RuleSpec {
  Rule rule;
  std::string_view name;
  Table table;
  std::uint16_t priority;
  Direction direction;
  OwnerKind owner;
  DropReason drop;  // kNone: it does not drop
  std::string_view purpose;
  Install reactive = Install::kAlways;
};

class FieldSet {
 public:
  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<openflow::Field> fields) {
    for (openflow::Field f : fields) bits_ |= std::uint64_t{1} << static_cast<unsigned>(f);
  }
  [[nodiscard]] constexpr bool contains(openflow::Field f) const { return (bits_ >> static_cast<unsigned>(f) & 1) != 0; }

 private:
  static_assert(openflow::kFieldCount <= 64);
  std::uint64_t bits_ = 0;
};

class TableSet {
 public:
  constexpr TableSet() = default;
  constexpr TableSet(std::initializer_list<Table> tables) {
    for (Table t : tables) bits_ |= std::uint64_t{1} << static_cast<unsigned>(t);
  }
  [[nodiscard]] constexpr bool contains(Table t) const { return (bits_ >> static_cast<unsigned>(t) & 1) != 0; }

 private:
  std::uint64_t bits_ = 0;
};

struct TableSpec {
  Table table;
  std::string_view name;
  std::string_view from;     // whose frames come here
  std::string_view purpose;
  FieldSet match;            // fields that its flows may match
  FieldSet set;              // fields that its flows may write, by set_field or move
  TableSet next;             // tables that its flows may go to
  bool outputs;              // whether its flows may output
  Rule miss;                 // the rule for a frame that nothing else matches
};

// What a frame asks of the controller, in a packet-in's user data: one byte.
enum class Ask : std::uint8_t {
  kArp = 1,      // responder: who has this address?
  kForward = 2,  // forward: where does it go?
  kFlood = 3,    // rewrite_source: a broadcast of a port that has sent none lately
  kWire = 4,     // restore_source: whose key is it?
};

// Which meter of an OpenFlow port: meter id = port number * 4 + class. Open vSwitch's userspace datapath has 2^18 meters, and no OpenFlow port
// above 2^16.
enum class MeterClass : std::uint8_t { kBroadcast, kArpRequests, kFirstPackets, kWirePackets };
[[nodiscard]] constexpr openflow::MeterId meter_id(openflow::OfPort port, MeterClass meter) {
  return openflow::MeterId{(port.value() & 0xffff) << 2 | static_cast<std::uint32_t>(meter)};
}

// Groups of a network: id = network number * 256 + part. The remote copies of a broadcast are shared out to shards, so that a host that comes
// changes one small group on the others, and so that no group outgrows a message (64 KiB).
inline constexpr std::uint32_t kLocalCopies = 0;   // to the ports here
inline constexpr std::uint32_t kRemoteCopies = 1;  // to all shards
inline constexpr std::uint32_t kFirstShard = 2;    // shard s: to hosts with index / kHostsPerShard == s
inline constexpr std::uint32_t kHostsPerShard = 64;
inline constexpr std::uint32_t kPartsPerNetwork = 256;
[[nodiscard]] constexpr openflow::GroupId group_id(std::uint64_t network_number, std::uint32_t part) {
  return openflow::GroupId{static_cast<std::uint32_t>(network_number) * kPartsPerNetwork + part};
}
[[nodiscard]] constexpr std::uint32_t group_part(openflow::GroupId id) { return id.value() % kPartsPerNetwork; }

[[nodiscard]] std::span<const TableSpec> tables();
[[nodiscard]] std::span<const RuleSpec> rules();
[[nodiscard]] std::span<const DropReasonSpec> drop_reasons();

[[nodiscard]] const TableSpec& spec(Table table);
[[nodiscard]] const RuleSpec& spec(Rule rule);
[[nodiscard]] const DropReasonSpec& spec(DropReason reason);
// nullptr for a table that is not ours.
[[nodiscard]] const TableSpec* find_table(openflow::TableId id);

}  // namespace dcportals::pipeline
