// How each message of message.h is told on the wire and in text: the one list of type numbers (OpenFlow 1.3 sections 7.1
// and 7.3.5).
//
// Decoder, encoder and formatter find a message's row by its C++ type; constant data. Internal to this module.
#pragma once

#include <cstdint>
#include <string_view>

#include "openflow/message.h"

namespace dcportals::openflow {

// ofp_type, of those that carry further types inside.
inline constexpr std::uint8_t kTypeExperimenter = 4;
inline constexpr std::uint8_t kTypeMultipartRequest = 18;
inline constexpr std::uint8_t kTypeMultipartReply = 19;

struct WireType {
  std::uint8_t type;
  std::uint64_t subtype;  // a multipart's type; an experimenter message's id and type, in this order; else 0
  std::string_view name;  // as ovs-ofctl writes it
};

constexpr std::uint64_t experimenter_subtype(std::uint32_t experimenter, std::uint32_t type) {
  return std::uint64_t{experimenter} << 32 | type;
}
// Decodes to PacketIn, which is otherwise OFPT_PACKET_IN.
inline constexpr WireType kNxtPacketIn2{kTypeExperimenter, experimenter_subtype(kExperimenterNicira, 30), "NXT_PACKET_IN2"};

template <class M>
inline constexpr WireType kWireType{};

// Multipart replies, which may come in parts.
template <class M>
concept HasMore = requires(M m) { m.more = true; };

template <>
inline constexpr WireType kWireType<Hello>{0, 0, "OFPT_HELLO"};
template <>
inline constexpr WireType kWireType<ErrorMessage>{1, 0, "OFPT_ERROR"};
template <>
inline constexpr WireType kWireType<EchoRequest>{2, 0, "OFPT_ECHO_REQUEST"};
template <>
inline constexpr WireType kWireType<EchoReply>{3, 0, "OFPT_ECHO_REPLY"};
template <>
inline constexpr WireType kWireType<FeaturesRequest>{5, 0, "OFPT_FEATURES_REQUEST"};
template <>
inline constexpr WireType kWireType<FeaturesReply>{6, 0, "OFPT_FEATURES_REPLY"};
template <>
inline constexpr WireType kWireType<GetConfigRequest>{7, 0, "OFPT_GET_CONFIG_REQUEST"};
template <>
inline constexpr WireType kWireType<GetConfigReply>{8, 0, "OFPT_GET_CONFIG_REPLY"};
template <>
inline constexpr WireType kWireType<SetConfig>{9, 0, "OFPT_SET_CONFIG"};
template <>
inline constexpr WireType kWireType<PacketIn>{10, 0, "OFPT_PACKET_IN"};
template <>
inline constexpr WireType kWireType<FlowRemoved>{11, 0, "OFPT_FLOW_REMOVED"};
template <>
inline constexpr WireType kWireType<PortStatus>{12, 0, "OFPT_PORT_STATUS"};
template <>
inline constexpr WireType kWireType<PacketOut>{13, 0, "OFPT_PACKET_OUT"};
template <>
inline constexpr WireType kWireType<FlowMod>{14, 0, "OFPT_FLOW_MOD"};
template <>
inline constexpr WireType kWireType<GroupMod>{15, 0, "OFPT_GROUP_MOD"};
template <>
inline constexpr WireType kWireType<BarrierRequest>{20, 0, "OFPT_BARRIER_REQUEST"};
template <>
inline constexpr WireType kWireType<BarrierReply>{21, 0, "OFPT_BARRIER_REPLY"};
template <>
inline constexpr WireType kWireType<RoleRequest>{24, 0, "OFPT_ROLE_REQUEST"};
template <>
inline constexpr WireType kWireType<RoleReply>{25, 0, "OFPT_ROLE_REPLY"};
template <>
inline constexpr WireType kWireType<MeterMod>{29, 0, "OFPT_METER_MOD"};
template <>
inline constexpr WireType kWireType<DescriptionRequest>{kTypeMultipartRequest, 0, "OFPST_DESC request"};
template <>
inline constexpr WireType kWireType<DescriptionReply>{kTypeMultipartReply, 0, "OFPST_DESC reply"};
template <>
inline constexpr WireType kWireType<FlowStatsRequest>{kTypeMultipartRequest, 1, "OFPST_FLOW request"};
template <>
inline constexpr WireType kWireType<FlowStatsReply>{kTypeMultipartReply, 1, "OFPST_FLOW reply"};
template <>
inline constexpr WireType kWireType<AggregateStatsRequest>{kTypeMultipartRequest, 2, "OFPST_AGGREGATE request"};
template <>
inline constexpr WireType kWireType<AggregateStatsReply>{kTypeMultipartReply, 2, "OFPST_AGGREGATE reply"};
template <>
inline constexpr WireType kWireType<TableStatsRequest>{kTypeMultipartRequest, 3, "OFPST_TABLE request"};
template <>
inline constexpr WireType kWireType<TableStatsReply>{kTypeMultipartReply, 3, "OFPST_TABLE reply"};
template <>
inline constexpr WireType kWireType<PortStatsRequest>{kTypeMultipartRequest, 4, "OFPST_PORT request"};
template <>
inline constexpr WireType kWireType<PortStatsReply>{kTypeMultipartReply, 4, "OFPST_PORT reply"};
template <>
inline constexpr WireType kWireType<GroupDescriptionRequest>{kTypeMultipartRequest, 7, "OFPST_GROUP_DESC request"};
template <>
inline constexpr WireType kWireType<GroupDescriptionReply>{kTypeMultipartReply, 7, "OFPST_GROUP_DESC reply"};
template <>
inline constexpr WireType kWireType<MeterStatsRequest>{kTypeMultipartRequest, 9, "OFPST_METER request"};
template <>
inline constexpr WireType kWireType<MeterStatsReply>{kTypeMultipartReply, 9, "OFPST_METER reply"};
template <>
inline constexpr WireType kWireType<MeterConfigRequest>{kTypeMultipartRequest, 10, "OFPST_METER_CONFIG request"};
template <>
inline constexpr WireType kWireType<MeterConfigReply>{kTypeMultipartReply, 10, "OFPST_METER_CONFIG reply"};
template <>
inline constexpr WireType kWireType<PortDescriptionRequest>{kTypeMultipartRequest, 13, "OFPST_PORT_DESC request"};
template <>
inline constexpr WireType kWireType<PortDescriptionReply>{kTypeMultipartReply, 13, "OFPST_PORT_DESC reply"};
template <>
inline constexpr WireType kWireType<SetPacketInFormat>{kTypeExperimenter, experimenter_subtype(kExperimenterNicira, 16),
                                                       "NXT_SET_PACKET_IN_FORMAT"};
template <>
inline constexpr WireType kWireType<BundleControl>{kTypeExperimenter, experimenter_subtype(kExperimenterOnf, 2300),
                                                   "ONFT_BUNDLE_CONTROL"};
template <>
inline constexpr WireType kWireType<BundleAdd>{kTypeExperimenter, experimenter_subtype(kExperimenterOnf, 2301),
                                               "ONFT_BUNDLE_ADD_MESSAGE"};

// The row of a message, not only of its type.
inline WireType wire_type(const PacketIn& m) {
  return m.userdata.empty() ? kWireType<PacketIn> : kNxtPacketIn2;
}
inline WireType wire_type(const Unknown& m) {
  return {m.type, 0, "UNKNOWN"};
}
template <class M>
WireType wire_type(const M&) {
  return kWireType<M>;
}

}  // namespace dcportals::openflow
