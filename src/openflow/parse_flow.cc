// A flow from text: everything around match and actions.
#include <algorithm>
#include <array>

#include "openflow/parse_text.h"

namespace dcportals::openflow {
namespace {

// Bit n of the flow-mod's flags.
constexpr std::array<std::string_view, 5> kFlags{"send_flow_rem", "check_overlap", "reset_counts", "no_packet_counts",
                                                 "no_byte_counts"};
// What dump-flows tells and add-flow would refuse.
constexpr std::array<std::string_view, 5> kStatistics{"duration", "n_packets", "n_bytes", "idle_age", "hard_age"};

bool parse_cookie(ParseText& text, std::string_view value, FlowMod& out) {
  const KeyValue parts = split(value, '/');
  std::uint64_t cookie = 0;
  if (!text.number(parts.key, cookie)) return false;
  if (parts.has_value && !text.number(parts.value, out.cookie_mask)) return false;
  out.cookie = Cookie(cookie);
  return true;
}

bool parse_out_port(ParseText& text, std::string_view value, FlowMod& out) {
  const auto port = parse_port(value);
  if (!port) return text.fail(value, "port expected");
  out.out_port = *port;
  return true;
}

bool parse_table(ParseText& text, std::string_view value, FlowMod& out) {
  std::uint8_t table = 0;
  if (!text.number(value, table)) return false;
  out.table_id = TableId(table);
  return true;
}

// nullopt when the piece is no matter of the flow's but of its match.
std::optional<bool> parse_attribute(ParseText& text, std::string_view piece, FlowMod& out) {
  if (const auto flag = std::ranges::find(kFlags, piece); flag != kFlags.end()) {
    out.flags = static_cast<std::uint16_t>(out.flags | 1u << (flag - kFlags.begin()));
    return true;
  }
  const KeyValue pair = split(piece, '=');
  if (pair.key == "table") return parse_table(text, pair.value, out);
  if (pair.key == "priority") return text.number(pair.value, out.priority);
  if (pair.key == "cookie") return parse_cookie(text, pair.value, out);
  if (pair.key == "idle_timeout") return text.number(pair.value, out.idle_timeout);
  if (pair.key == "hard_timeout") return text.number(pair.value, out.hard_timeout);
  if (pair.key == "out_port") return parse_out_port(text, pair.value, out);
  if (std::ranges::find(kStatistics, pair.key) != kStatistics.end()) return true;
  return std::nullopt;
}

// The value of "actions=" or "action=" if the piece, which then ends the flow, begins so.
std::optional<std::string_view> actions_of(std::string_view rest) {
  for (const std::string_view key : {"actions=", "action="}) {
    if (rest.starts_with(key)) return rest.substr(key.size());
  }
  return std::nullopt;
}

}  // namespace

bool next_piece(std::string_view& rest, std::string_view separators, std::string_view& piece) {
  const auto is_separator = [&](char c) { return separators.find(c) != std::string_view::npos; };
  while (!rest.empty() && is_separator(rest.front())) rest.remove_prefix(1);
  if (rest.empty()) return false;
  std::size_t depth = 0, end = 0;
  for (; end < rest.size() && (depth > 0 || !is_separator(rest[end])); ++end) {
    if (rest[end] == '(') ++depth;
    if (rest[end] == ')' && depth > 0) --depth;
  }
  piece = trim(rest.substr(0, end));
  rest.remove_prefix(end);
  return true;
}

KeyValue split(std::string_view piece, char separator) {
  const std::size_t at = piece.find(separator);
  if (at == std::string_view::npos) return {piece, end_of(piece), false};
  return {piece.substr(0, at), piece.substr(at + 1), true};
}

std::optional<KeyValue> split_parentheses(std::string_view piece) {
  const KeyValue pair = split(piece, '(');
  if (!pair.has_value || pair.value.empty() || pair.value.back() != ')') return std::nullopt;
  return KeyValue{pair.key, pair.value.substr(0, pair.value.size() - 1), true};
}

std::expected<FlowMod, ParseError> parse_flow(std::string_view text) {
  ParseText state(text);
  MatchParser match(state);
  FlowMod out;
  out.priority = kDefaultPriority;
  std::string_view rest = text, piece;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(", \t\r\n"), rest.size()));
    if (const auto actions = actions_of(rest)) {
      if (!match.finish(out.match) || !parse_instruction_list(state, *actions, out.instructions)) break;
      return out;
    }
    if (!next_piece(rest, ", \t\r\n", piece)) {
      state.fail(end_of(text), "actions expected");
      break;
    }
    const auto attribute = parse_attribute(state, piece, out);
    if (!attribute.value_or(true) || (!attribute && !match.add(piece))) break;
  }
  return std::unexpected(state.error());
}

}  // namespace dcportals::openflow
