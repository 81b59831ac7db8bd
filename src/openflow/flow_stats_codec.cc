// Flow and aggregate statistics (OpenFlow 1.3 sections 7.3.5.2 and 7.3.5.3).
//
// A switch may hold flows that use fields or actions which we do not know. Such a flow must neither hide the others nor be
// hidden: its entry is framed by its own length, so whatever is wrong inside makes it an OpaqueFlow with its bytes, and only
// wrong framing fails the message.
#include "openflow/action_codec.h"
#include "openflow/message_codec.h"
#include "openflow/oxm.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::size_t kFlowStatsMin = 56;  // 48 and an empty match

template <class Request>
bool decode_request(ByteReader& in, Request& out, Fault& fault) {
  out.table_id = TableId(in.u8());
  in.skip(3);
  out.out_port = OfPort(in.u32());
  out.out_group = GroupId(in.u32());
  in.skip(4);
  out.cookie = Cookie(in.u64());
  out.cookie_mask = in.u64();
  return decode_match(in, out.match, fault);
}

template <class Request>
void encode_request(const Request& m, WireWriter& out) {
  out.u8(m.table_id.value());
  out.zeros(3);
  out.u32(m.out_port.value());
  out.u32(m.out_group.value());
  out.zeros(4);
  out.u64(m.cookie.value());
  out.u64(m.cookie_mask);
  encode_match(m.match, out);
}

// From behind the length to the match.
void decode_fixed(ByteReader& in, FlowStats& out) {
  out.table_id = TableId(in.u8());
  in.skip(1);
  out.duration_seconds = in.u32();
  out.duration_nanoseconds = in.u32();
  out.priority = in.u16();
  out.idle_timeout = in.u16();
  out.hard_timeout = in.u16();
  out.flags = in.u16();
  in.skip(4);
  out.cookie = Cookie(in.u64());
  out.packet_count = in.u64();
  out.byte_count = in.u64();
}

void encode_fixed(const FlowStats& m, WireWriter& out) {
  out.u16(0);  // length
  out.u8(m.table_id.value());
  out.zeros(1);
  out.u32(m.duration_seconds);
  out.u32(m.duration_nanoseconds);
  out.u16(m.priority);
  out.u16(m.idle_timeout);
  out.u16(m.hard_timeout);
  out.u16(m.flags);
  out.zeros(4);
  out.u64(m.cookie.value());
  out.u64(m.packet_count);
  out.u64(m.byte_count);
}

bool decode_entry(ByteReader& in, FlowStatsReply& out, Fault& fault) {
  FlowStats& flow = out.flows.emplace_back();
  decode_fixed(in, flow);
  ByteReader fields{{}};
  if (!frame_match(in, fields, fault)) return false;
  ByteReader raw_fields = fields, raw_instructions = in;
  Fault inner;
  const bool match_understood = decode_fields(fields, flow.match, inner);
  if (match_understood && decode_instructions(in, flow.instructions, inner)) return true;
  OpaqueFlow opaque{std::move(flow), match_understood, rest_of(raw_fields), rest_of(raw_instructions)};
  out.flows.pop_back();
  if (!match_understood) opaque.known.match = {};
  opaque.known.instructions = {};
  out.opaque.push_back(std::move(opaque));
  return true;
}

}  // namespace

bool decode_body(ByteReader& in, FlowStatsRequest& out, Fault& fault) {
  return decode_request(in, out, fault);
}
bool decode_body(ByteReader& in, AggregateStatsRequest& out, Fault& fault) {
  return decode_request(in, out, fault);
}
void encode_body(const FlowStatsRequest& m, WireWriter& out) {
  encode_request(m, out);
}
void encode_body(const AggregateStatsRequest& m, WireWriter& out) {
  encode_request(m, out);
}

bool decode_body(ByteReader& in, FlowStatsReply& out, Fault& fault) {
  ByteReader ahead = in;
  out.flows.reserve(count_structures(ahead.rest(), 0, kFlowStatsMin));
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "flow statistics");
    if (length < kFlowStatsMin) return fault.raise(kBadLength, at, "length of flow statistics");
    ByteReader entry = in.sub(length - 2);
    if (!in.ok()) return fault.truncated(in, "flow statistics");
    if (!decode_entry(entry, out, fault)) return false;
  }
  return true;
}

void encode_body(const FlowStatsReply& m, WireWriter& out) {
  for (const FlowStats& flow : m.flows) {
    const std::size_t start = out.size();
    encode_fixed(flow, out);
    encode_match(flow.match, out);
    encode_instructions(flow.instructions, out);
    mend_length(out, start, start);
  }
  for (const OpaqueFlow& flow : m.opaque) {
    const std::size_t start = out.size();
    encode_fixed(flow.known, out);
    encode_raw_match(flow.match, out);
    out.bytes(flow.instructions);
    mend_length(out, start, start);
  }
}

bool decode_body(ByteReader& in, AggregateStatsReply& out, Fault&) {
  out.packet_count = in.u64();
  out.byte_count = in.u64();
  out.flow_count = in.u32();
  in.skip(4);
  return true;
}

void encode_body(const AggregateStatsReply& m, WireWriter& out) {
  out.u64(m.packet_count);
  out.u64(m.byte_count);
  out.u32(m.flow_count);
  out.zeros(4);
}

}  // namespace dcportals::openflow
