// Bodies of messages: what follows the header, and in multiparts the multipart header. One file a family. Internal to this
// module.
//
// Messages without a body need nothing here. A decoder reads its body to the end; codec.cc checks that nothing is missing or
// left.
#pragma once

#include "openflow/message.h"
#include "openflow/wire.h"

namespace dcportals::openflow {

// session_codec.cc
bool decode_body(ByteReader& in, Hello& out, Fault& fault);
bool decode_body(ByteReader& in, ErrorMessage& out, Fault& fault);
bool decode_body(ByteReader& in, EchoRequest& out, Fault& fault);
bool decode_body(ByteReader& in, EchoReply& out, Fault& fault);
bool decode_body(ByteReader& in, FeaturesReply& out, Fault& fault);
bool decode_body(ByteReader& in, GetConfigReply& out, Fault& fault);
bool decode_body(ByteReader& in, SetConfig& out, Fault& fault);
bool decode_body(ByteReader& in, RoleRequest& out, Fault& fault);
bool decode_body(ByteReader& in, RoleReply& out, Fault& fault);
void encode_body(const Hello& message, WireWriter& out);
void encode_body(const ErrorMessage& message, WireWriter& out);
void encode_body(const EchoRequest& message, WireWriter& out);
void encode_body(const EchoReply& message, WireWriter& out);
void encode_body(const FeaturesReply& message, WireWriter& out);
void encode_body(const GetConfigReply& message, WireWriter& out);
void encode_body(const SetConfig& message, WireWriter& out);
void encode_body(const RoleRequest& message, WireWriter& out);
void encode_body(const RoleReply& message, WireWriter& out);

// packet_codec.cc
bool decode_body(ByteReader& in, PacketIn& out, Fault& fault);
bool decode_body(ByteReader& in, PacketOut& out, Fault& fault);
bool decode_body(ByteReader& in, SetPacketInFormat& out, Fault& fault);
bool decode_packet_in2(ByteReader& in, PacketIn& out, Fault& fault);
void encode_body(const PacketIn& message, WireWriter& out);  // NXT_PACKET_IN2's when there is user data
void encode_body(const PacketOut& message, WireWriter& out);
void encode_body(const SetPacketInFormat& message, WireWriter& out);

// flow_codec.cc
bool decode_body(ByteReader& in, FlowMod& out, Fault& fault);
bool decode_body(ByteReader& in, FlowRemoved& out, Fault& fault);
void encode_body(const FlowMod& message, WireWriter& out);
void encode_body(const FlowRemoved& message, WireWriter& out);

// flow_stats_codec.cc
bool decode_body(ByteReader& in, FlowStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, FlowStatsReply& out, Fault& fault);
bool decode_body(ByteReader& in, AggregateStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, AggregateStatsReply& out, Fault& fault);
void encode_body(const FlowStatsRequest& message, WireWriter& out);
void encode_body(const FlowStatsReply& message, WireWriter& out);
void encode_body(const AggregateStatsRequest& message, WireWriter& out);
void encode_body(const AggregateStatsReply& message, WireWriter& out);

// switch_codec.cc: description, ports, tables
bool decode_body(ByteReader& in, PortStatus& out, Fault& fault);
bool decode_body(ByteReader& in, PortDescriptionReply& out, Fault& fault);
bool decode_body(ByteReader& in, PortStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, PortStatsReply& out, Fault& fault);
bool decode_body(ByteReader& in, TableStatsReply& out, Fault& fault);
bool decode_body(ByteReader& in, DescriptionReply& out, Fault& fault);
void encode_body(const PortStatus& message, WireWriter& out);
void encode_body(const PortDescriptionReply& message, WireWriter& out);
void encode_body(const PortStatsRequest& message, WireWriter& out);
void encode_body(const PortStatsReply& message, WireWriter& out);
void encode_body(const TableStatsReply& message, WireWriter& out);
void encode_body(const DescriptionReply& message, WireWriter& out);

// group_codec.cc
bool decode_body(ByteReader& in, GroupMod& out, Fault& fault);
bool decode_body(ByteReader& in, GroupDescriptionReply& out, Fault& fault);
void encode_body(const GroupMod& message, WireWriter& out);
void encode_body(const GroupDescriptionReply& message, WireWriter& out);

// meter_codec.cc
bool decode_body(ByteReader& in, MeterMod& out, Fault& fault);
bool decode_body(ByteReader& in, MeterConfigRequest& out, Fault& fault);
bool decode_body(ByteReader& in, MeterConfigReply& out, Fault& fault);
bool decode_body(ByteReader& in, MeterStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, MeterStatsReply& out, Fault& fault);
void encode_body(const MeterMod& message, WireWriter& out);
void encode_body(const MeterConfigRequest& message, WireWriter& out);
void encode_body(const MeterConfigReply& message, WireWriter& out);
void encode_body(const MeterStatsRequest& message, WireWriter& out);
void encode_body(const MeterStatsReply& message, WireWriter& out);

// bundle_codec.cc
bool decode_body(ByteReader& in, BundleControl& out, Fault& fault);
bool decode_body(ByteReader& in, BundleAdd& out, Fault& fault);
void encode_body(const BundleControl& message, WireWriter& out);
void encode_body(const BundleAdd& message, WireWriter& out);

}  // namespace dcportals::openflow
