// Flows in text: entries as `ovs-ofctl dump-flows` writes them, and the messages about them.
#include <array>

#include "base/hex.h"
#include "openflow/format.h"
#include "openflow/message_text.h"

namespace dcportals::openflow {
namespace {

// "priority=5,arp,in_port=1"; empty for a match of everything at the default priority.
void append_match(std::string& out, const Match& match, std::uint16_t priority) {
  const std::string fields = match.format();
  if (priority != kDefaultPriority) put(out, "priority={}{}", priority, fields.empty() ? "" : ",");
  out += fields;
}

void append_space(std::string& out) {
  if (!out.empty() && out.back() != ' ') out += ' ';
}

// Each followed by a space.
void append_flags(std::string& out, std::uint16_t flags) {
  constexpr std::array<std::string_view, 5> kFlags{"send_flow_rem", "check_overlap", "reset_counts", "no_packet_counts",
                                                   "no_byte_counts"};
  if (flags == 0) return;
  append_bits(out, flags, kFlags);
  out += ' ';
}

// All of an entry's line before its match.
void append_stats(std::string& out, const FlowStats& flow) {
  put(out, " cookie=0x{:x}, duration=", flow.cookie.value());
  append_duration(out, flow.duration_seconds, flow.duration_nanoseconds);
  put(out, ", table={}, n_packets={}, n_bytes={}, ", flow.table_id.value(), flow.packet_count, flow.byte_count);
  if (flow.idle_timeout != 0) put(out, "idle_timeout={}, ", flow.idle_timeout);
  if (flow.hard_timeout != 0) put(out, "hard_timeout={}, ", flow.hard_timeout);
  append_flags(out, flow.flags);
}

template <class Request>
void append_request(std::string& out, const Request& m) {
  if (m.table_id != kTableAll) put(out, " table={}", m.table_id.value());
  if (m.out_port != kPortAny) {
    out += " out_port=";
    append_port(out, m.out_port);
  }
  if (!m.match.empty()) out += ' ' + m.match.format();
}

std::string_view to_string(FlowModCommand command) {
  constexpr std::array<std::string_view, 5> kCommands{"ADD", "MOD", "MOD_STRICT", "DEL", "DEL_STRICT"};
  const auto i = static_cast<std::size_t>(command);
  return i < kCommands.size() ? kCommands[i] : "?";
}

std::string_view to_string(FlowRemovedReason reason) {
  constexpr std::array<std::string_view, 6> kReasons{"idle", "hard", "delete", "group_delete", "meter_delete", "eviction"};
  const auto i = static_cast<std::size_t>(reason);
  return i < kReasons.size() ? kReasons[i] : "?";
}

}  // namespace

std::string format_flow(TableId table, std::uint16_t priority, Cookie cookie, const Match& match,
                        const Instructions& instructions) {
  std::string out = fmt::format("cookie=0x{:x}, table={}, ", cookie.value(), table.value());
  append_match(out, match, priority);
  append_space(out);
  return out + "actions=" + instructions.format();
}

// A cookie that only an add can set (section 6.4: modify leaves it) is written for adds only, a filter by cookie for the others
// only.
void append_body(std::string& out, const FlowMod& m) {
  put(out, " {}", to_string(m.command));
  if (m.table_id != TableId(0)) put(out, " table:{}", m.table_id.value());
  out += ' ';
  append_match(out, m.match, m.priority);
  append_space(out);
  if (m.command == FlowModCommand::kAdd) {
    if (m.cookie != Cookie(0) && m.cookie != Cookie(~std::uint64_t{0})) put(out, "cookie:0x{:x} ", m.cookie.value());
  } else if (m.cookie_mask != 0) {
    put(out, "cookie:0x{:x}/0x{:x} ", m.cookie.value(), m.cookie_mask);
  }
  if (m.idle_timeout != 0) put(out, "idle:{} ", m.idle_timeout);
  if (m.hard_timeout != 0) put(out, "hard:{} ", m.hard_timeout);
  if (m.buffer_id != kNoBuffer) put(out, "buf:0x{:x} ", m.buffer_id.value());
  if (m.out_port != kPortAny) {
    out += "out_port:";
    append_port(out, m.out_port);
    out += ' ';
  }
  append_flags(out, m.flags);
  out += "actions=" + m.instructions.format();
}

void append_body(std::string& out, const FlowRemoved& m) {
  out += ' ';
  append_match(out, m.match, m.priority);
  put(out, " reason={}", to_string(m.reason));
  if (m.table_id != kTableAll) put(out, " table_id={}", m.table_id.value());
  if (m.cookie != Cookie(0)) put(out, " cookie:0x{:x}", m.cookie.value());
  out += " duration";
  append_duration(out, m.duration_seconds, m.duration_nanoseconds);
  put(out, " idle{}", m.idle_timeout);
  if (m.hard_timeout != 0) put(out, " hard{}", m.hard_timeout);
  put(out, " pkts{} bytes{}", m.packet_count, m.byte_count);
}

void append_body(std::string& out, const FlowStatsRequest& m) {
  append_request(out, m);
}
void append_body(std::string& out, const AggregateStatsRequest& m) {
  append_request(out, m);
}

void append_body(std::string& out, const FlowStatsReply& m) {
  for (const FlowStats& flow : m.flows) {
    out += '\n';
    append_stats(out, flow);
    append_match(out, flow.match, flow.priority);
    append_space(out);
    out += "actions=" + flow.instructions.format();
  }
  for (const OpaqueFlow& flow : m.opaque) {
    out += '\n';
    append_stats(out, flow.known);
    append_match(out, flow.known.match, flow.known.priority);
    append_space(out);
    if (!flow.match_understood) put(out, "match=<{}> ", to_hex(flow.match));
    put(out, "instructions=<{}>", to_hex(flow.instructions));
  }
}

void append_body(std::string& out, const AggregateStatsReply& m) {
  put(out, " packet_count={} byte_count={} flow_count={}", m.packet_count, m.byte_count, m.flow_count);
}

}  // namespace dcportals::openflow
