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
void encode_body(const Hello& message, ByteWriter& out);
void encode_body(const ErrorMessage& message, ByteWriter& out);
void encode_body(const EchoRequest& message, ByteWriter& out);
void encode_body(const EchoReply& message, ByteWriter& out);
void encode_body(const FeaturesReply& message, ByteWriter& out);
void encode_body(const GetConfigReply& message, ByteWriter& out);
void encode_body(const SetConfig& message, ByteWriter& out);
void encode_body(const RoleRequest& message, ByteWriter& out);
void encode_body(const RoleReply& message, ByteWriter& out);

// packet_codec.cc
bool decode_body(ByteReader& in, PacketIn& out, Fault& fault);
bool decode_body(ByteReader& in, PacketOut& out, Fault& fault);
bool decode_body(ByteReader& in, SetPacketInFormat& out, Fault& fault);
bool decode_packet_in2(ByteReader& in, PacketIn& out, Fault& fault);
void encode_body(const PacketIn& message, ByteWriter& out);  // NXT_PACKET_IN2's when there is user data
void encode_body(const PacketOut& message, ByteWriter& out);
void encode_body(const SetPacketInFormat& message, ByteWriter& out);

// flow_codec.cc
bool decode_body(ByteReader& in, FlowMod& out, Fault& fault);
bool decode_body(ByteReader& in, FlowRemoved& out, Fault& fault);
void encode_body(const FlowMod& message, ByteWriter& out);
void encode_body(const FlowRemoved& message, ByteWriter& out);

// flow_stats_codec.cc
bool decode_body(ByteReader& in, FlowStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, FlowStatsReply& out, Fault& fault);
bool decode_body(ByteReader& in, AggregateStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, AggregateStatsReply& out, Fault& fault);
void encode_body(const FlowStatsRequest& message, ByteWriter& out);
void encode_body(const FlowStatsReply& message, ByteWriter& out);
void encode_body(const AggregateStatsRequest& message, ByteWriter& out);
void encode_body(const AggregateStatsReply& message, ByteWriter& out);

// switch_codec.cc: description, ports, tables
bool decode_body(ByteReader& in, PortStatus& out, Fault& fault);
bool decode_body(ByteReader& in, PortDescriptionReply& out, Fault& fault);
bool decode_body(ByteReader& in, PortStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, PortStatsReply& out, Fault& fault);
bool decode_body(ByteReader& in, TableStatsReply& out, Fault& fault);
bool decode_body(ByteReader& in, DescriptionReply& out, Fault& fault);
void encode_body(const PortStatus& message, ByteWriter& out);
void encode_body(const PortDescriptionReply& message, ByteWriter& out);
void encode_body(const PortStatsRequest& message, ByteWriter& out);
void encode_body(const PortStatsReply& message, ByteWriter& out);
void encode_body(const TableStatsReply& message, ByteWriter& out);
void encode_body(const DescriptionReply& message, ByteWriter& out);

// group_codec.cc
bool decode_body(ByteReader& in, GroupMod& out, Fault& fault);
bool decode_body(ByteReader& in, GroupDescriptionReply& out, Fault& fault);
void encode_body(const GroupMod& message, ByteWriter& out);
void encode_body(const GroupDescriptionReply& message, ByteWriter& out);

// meter_codec.cc
bool decode_body(ByteReader& in, MeterMod& out, Fault& fault);
bool decode_body(ByteReader& in, MeterConfigRequest& out, Fault& fault);
bool decode_body(ByteReader& in, MeterConfigReply& out, Fault& fault);
bool decode_body(ByteReader& in, MeterStatsRequest& out, Fault& fault);
bool decode_body(ByteReader& in, MeterStatsReply& out, Fault& fault);
void encode_body(const MeterMod& message, ByteWriter& out);
void encode_body(const MeterConfigRequest& message, ByteWriter& out);
void encode_body(const MeterConfigReply& message, ByteWriter& out);
void encode_body(const MeterStatsRequest& message, ByteWriter& out);
void encode_body(const MeterStatsReply& message, ByteWriter& out);

// bundle_codec.cc
bool decode_body(ByteReader& in, BundleControl& out, Fault& fault);
bool decode_body(ByteReader& in, BundleAdd& out, Fault& fault);
void encode_body(const BundleControl& message, ByteWriter& out);
void encode_body(const BundleAdd& message, ByteWriter& out);

}  // namespace dcportals::openflow
