// Flow-mod and flow-removed (OpenFlow 1.3 sections 7.3.4.1 and 7.4.2).
#include "openflow/action_codec.h"
#include "openflow/message_codec.h"
#include "openflow/oxm.h"

namespace dcportals::openflow {

using enum DecodeErrorCode;

bool decode_body(ByteReader& in, FlowMod& out, Fault& fault) {
  out.cookie = Cookie(in.u64());
  out.cookie_mask = in.u64();
  out.table_id = TableId(in.u8());
  const std::uint8_t command = in.u8();
  if (command > static_cast<std::uint8_t>(FlowModCommand::kDeleteStrict)) {
    return fault.raise(kBadValue, in.offset() - 1, "flow-mod command");
  }
  out.command = static_cast<FlowModCommand>(command);
  out.idle_timeout = in.u16();
  out.hard_timeout = in.u16();
  out.priority = in.u16();
  out.buffer_id = BufferId(in.u32());
  out.out_port = OfPort(in.u32());
  out.out_group = GroupId(in.u32());
  out.flags = in.u16();
  in.skip(2);
  return decode_match(in, out.match, fault) && decode_instructions(in, out.instructions, fault);
}

void encode_body(const FlowMod& m, WireWriter& out) {
  out.u64(m.cookie.value());
  out.u64(m.cookie_mask);
  out.u8(m.table_id.value());
  out.u8(static_cast<std::uint8_t>(m.command));
  out.u16(m.idle_timeout);
  out.u16(m.hard_timeout);
  out.u16(m.priority);
  out.u32(m.buffer_id.value());
  out.u32(m.out_port.value());
  out.u32(m.out_group.value());
  out.u16(m.flags);
  out.zeros(2);
  encode_match(m.match, out);
  encode_instructions(m.instructions, out);
}

bool decode_body(ByteReader& in, FlowRemoved& out, Fault& fault) {
  out.cookie = Cookie(in.u64());
  out.priority = in.u16();
  const std::uint8_t reason = in.u8();
  if (reason > static_cast<std::uint8_t>(FlowRemovedReason::kEviction)) {
    return fault.raise(kBadValue, in.offset() - 1, "flow-removed reason");
  }
  out.reason = static_cast<FlowRemovedReason>(reason);
  out.table_id = TableId(in.u8());
  out.duration_seconds = in.u32();
  out.duration_nanoseconds = in.u32();
  out.idle_timeout = in.u16();
  out.hard_timeout = in.u16();
  out.packet_count = in.u64();
  out.byte_count = in.u64();
  return decode_match(in, out.match, fault);
}

void encode_body(const FlowRemoved& m, WireWriter& out) {
  out.u64(m.cookie.value());
  out.u16(m.priority);
  out.u8(static_cast<std::uint8_t>(m.reason));
  out.u8(m.table_id.value());
  out.u32(m.duration_seconds);
  out.u32(m.duration_nanoseconds);
  out.u16(m.idle_timeout);
  out.u16(m.hard_timeout);
  out.u64(m.packet_count);
  out.u64(m.byte_count);
  encode_match(m.match, out);
}

}  // namespace dcportals::openflow
