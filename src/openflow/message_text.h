// What follows a message's name in text: "" or " ..." or "\n ...". One file a family. Internal to this module.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "openflow/message.h"
#include "openflow/value_text.h"

namespace dcportals::openflow {

// The names of the bits set, lowest first, with ' ' between; unknown bits as one number at the end; "0" when none is set.
// An empty name stands for a bit without one.
void append_bits(std::string& out, std::uint32_t bits, std::span<const std::string_view> names);
// "0s", "1.500s", "1.000000001s".
void append_duration(std::string& out, std::uint32_t seconds, std::uint32_t nanoseconds);

// message_format.cc, where errors and bundle-adds are too
void append_body(std::string& out, const Hello& message);
void append_body(std::string& out, const EchoRequest& message);
void append_body(std::string& out, const EchoReply& message);
void append_body(std::string& out, const FeaturesReply& message);
void append_body(std::string& out, const GetConfigReply& message);
void append_body(std::string& out, const SetConfig& message);
void append_body(std::string& out, const RoleRequest& message);
void append_body(std::string& out, const RoleReply& message);
void append_body(std::string& out, const PacketIn& message);
void append_body(std::string& out, const PacketOut& message);
void append_body(std::string& out, const SetPacketInFormat& message);
void append_body(std::string& out, const BundleControl& message);
void append_body(std::string& out, const Unknown& message);

// flow_format.cc
void append_body(std::string& out, const FlowMod& message);
void append_body(std::string& out, const FlowRemoved& message);
void append_body(std::string& out, const FlowStatsRequest& message);
void append_body(std::string& out, const FlowStatsReply& message);
void append_body(std::string& out, const AggregateStatsRequest& message);
void append_body(std::string& out, const AggregateStatsReply& message);

// switch_format.cc
void append_body(std::string& out, const PortStatus& message);
void append_body(std::string& out, const DescriptionReply& message);
void append_body(std::string& out, const PortDescriptionRequest& message);
void append_body(std::string& out, const PortDescriptionReply& message);
void append_body(std::string& out, const PortStatsRequest& message);
void append_body(std::string& out, const PortStatsReply& message);
void append_body(std::string& out, const TableStatsReply& message);

// group_format.cc: groups and meters
void append_body(std::string& out, const GroupMod& message);
void append_body(std::string& out, const GroupDescriptionRequest& message);
void append_body(std::string& out, const GroupDescriptionReply& message);
void append_body(std::string& out, const MeterMod& message);
void append_body(std::string& out, const MeterConfigRequest& message);
void append_body(std::string& out, const MeterConfigReply& message);
void append_body(std::string& out, const MeterStatsRequest& message);
void append_body(std::string& out, const MeterStatsReply& message);

}  // namespace dcportals::openflow
