// Actions and instructions from text.
#include <algorithm>
#include <array>

#include "base/hex.h"
#include "openflow/parse_text.h"

namespace dcportals::openflow {
namespace {

// The place of an instruction in the order of execution (section 5.9); all actions have one place.
enum Rank { kRankMeter, kRankActions, kRankClear, kRankWrite, kRankMetadata, kRankGoto };

struct Subfield {
  Field field;
  std::uint16_t offset = 0;
  std::uint16_t bits = 0;
};

// "NXM_OF_ETH_SRC[]", "reg0[5]", "reg0[0..7]"; without brackets the whole field.
bool parse_subfield(ParseText& text, std::string_view piece, Subfield& out) {
  const std::size_t bracket = piece.find('[');
  const auto field = find_field(piece.substr(0, bracket));
  if (!field) return text.fail(piece, "field that we do not know");
  const auto width = static_cast<std::uint16_t>(subfield_bits(*field));
  out = {*field, 0, width};
  if (bracket == std::string_view::npos) return true;
  if (piece.back() != ']') return text.fail(piece, "']' expected");
  const std::string_view inside = piece.substr(bracket + 1, piece.size() - bracket - 2);
  if (inside.empty()) return true;
  const std::size_t dots = inside.find("..");
  std::uint16_t last = 0;
  if (!text.number(inside.substr(0, dots), out.offset)) return false;
  if (dots == std::string_view::npos) {
    last = out.offset;
  } else if (!text.number(inside.substr(dots + 2), last)) {
    return false;
  }
  if (last < out.offset || last >= width) return text.fail(inside, "bits outside the field");
  out.bits = static_cast<std::uint16_t>(last - out.offset + 1);
  return true;
}

// "value->destination".
bool split_arrow(ParseText& text, std::string_view piece, std::string_view& value, std::string_view& destination) {
  const std::size_t arrow = piece.find("->");
  if (arrow == std::string_view::npos) return text.fail(piece, "'->' expected");
  value = piece.substr(0, arrow);
  destination = piece.substr(arrow + 2);
  return true;
}

bool parse_set_field(ParseText& text, std::string_view piece, Actions& out) {
  std::string_view value, destination;
  if (!split_arrow(text, piece, value, destination)) return false;
  const auto field = find_field(destination);
  if (!field || !spec(*field).writable) return text.fail(destination, "field that we do not know or that cannot be set");
  const auto parsed = parse_value(*field, value);
  if (!parsed) return text.fail(value, "bad value of the field");
  out.emplace_back(SetField{*field, *parsed});
  return true;
}

bool parse_move(ParseText& text, std::string_view piece, Actions& out) {
  std::string_view from, to;
  Subfield source, destination;
  if (!split_arrow(text, piece, from, to) || !parse_subfield(text, from, source) || !parse_subfield(text, to, destination))
    return false;
  if (source.bits != destination.bits) return text.fail(piece, "fields of different width");
  if (!spec(destination.field).writable) return text.fail(to, "field that cannot be set");
  out.emplace_back(RegMove{source.field, source.offset, destination.field, destination.offset, source.bits});
  return true;
}

bool parse_load(ParseText& text, std::string_view piece, Actions& out) {
  std::string_view value, to;
  Subfield destination;
  RegLoad load;
  if (!split_arrow(text, piece, value, to) || !text.number(value, load.value) || !parse_subfield(text, to, destination))
    return false;
  if (!spec(destination.field).writable) return text.fail(to, "field that cannot be set");
  if (destination.bits > 64) return text.fail(to, "load of more than 64 bits");
  if (destination.bits < 64 && load.value >> destination.bits != 0) return text.fail(value, "value wider than its bits");
  load.destination = destination.field;
  load.offset = destination.offset;
  load.bits = destination.bits;
  out.emplace_back(load);
  return true;
}

bool parse_resubmit_port(ParseText& text, std::string_view piece, OfPort& out) {
  const auto port = parse_port(piece);
  if (!port || (*port >= OfPort(0xff00) && *port < kPortMax)) return text.fail(piece, "port of 16 bits expected");
  out = *port;
  return true;
}

// "port", "(,table)", "(port,table)": no port is the packet's own, no table the first that is searched (255).
bool parse_resubmit(ParseText& text, std::string_view arguments, Actions& out) {
  Resubmit action{kPortInPort, kTableAll};
  const KeyValue parts = split(arguments, ',');
  if (!parts.key.empty() && !parse_resubmit_port(text, parts.key, action.in_port)) return false;
  std::uint8_t table = kTableAll.value();
  if (!parts.value.empty() && !text.number(parts.value, table)) return false;
  action.table = TableId(table);
  out.emplace_back(action);
  return true;
}

bool parse_userdata(ParseText& text, std::string_view piece, Bytes& out) {
  std::string digits(piece);
  std::erase(digits, '.');
  auto bytes = parse_hex(digits);
  if (!bytes) return text.fail(piece, "hexadecimal bytes expected");
  out = std::move(*bytes);
  return true;
}

bool parse_controller_argument(ParseText& text, std::string_view piece, ControllerAction& out) {
  const KeyValue pair = split(piece, '=');
  if (pair.key == "max_len") return text.number(pair.value, out.max_len);
  if (pair.key == "id") return text.number(pair.value, out.controller_id);
  if (pair.key == "userdata") return parse_userdata(text, pair.value, out.userdata);
  if (pair.key == "meter_id") {
    std::uint32_t id = 0;
    if (!text.number(pair.value, id)) return false;
    out.meter = MeterId(id);
    return true;
  }
  if (pair.key == "reason") {
    constexpr std::array<std::string_view, 3> kReasons{"no_match", "action", "invalid_ttl"};
    const auto name = std::ranges::find(kReasons, pair.value);
    if (name == kReasons.end()) return text.number(pair.value, out.reason);
    out.reason = static_cast<std::uint8_t>(name - kReasons.begin());
    return true;
  }
  return text.fail(piece, "argument of controller that we do not know");
}

bool parse_controller(ParseText& text, std::string_view arguments, Actions& out) {
  ControllerAction action;
  std::string_view piece;
  while (next_piece(arguments, ",", piece)) {
    if (!parse_controller_argument(text, piece, action)) return false;
  }
  out.emplace_back(std::move(action));
  return true;
}

// A port's name or number by itself, or "CONTROLLER:max_len".
bool parse_output(ParseText& text, std::string_view piece, Actions& out) {
  const KeyValue pair = split(piece, ':');
  const auto port = parse_port(pair.key);
  if (!port) return text.fail(piece, "action that we do not know");
  Output output{*port, *port == kPortController ? kMaxLenNoBuffer : std::uint16_t{0}};
  if (pair.has_value) {
    if (*port != kPortController) return text.fail(piece, "action that we do not know");
    if (!text.number(pair.value, output.max_len)) return false;
  }
  out.emplace_back(output);
  return true;
}

bool parse_simple(ParseText& text, std::string_view piece, const KeyValue& pair, Actions& out) {
  if (pair.key == "output") return parse_output(text, pair.value, out);
  if (pair.key == "set_field") return parse_set_field(text, pair.value, out);
  if (pair.key == "move") return parse_move(text, pair.value, out);
  if (pair.key == "load") return parse_load(text, pair.value, out);
  if (pair.key == "resubmit") return parse_resubmit(text, pair.value, out);
  if (pair.key == "group") {
    std::uint32_t group = 0;
    if (!text.number(pair.value, group)) return false;
    out.emplace_back(GroupAction{GroupId(group)});
    return true;
  }
  if (pair.key == "push_vlan") {
    PushVlan push;
    if (!text.number(pair.value, push.eth_type)) return false;
    out.emplace_back(push);
    return true;
  }
  return parse_output(text, piece, out);
}

bool parse_action(ParseText& text, std::string_view piece, Actions& out) {
  if (piece == "pop_vlan" || piece == "strip_vlan") {
    out.emplace_back(PopVlan{});
    return true;
  }
  if (const auto call = split_parentheses(piece)) {
    if (call->key == "controller") return parse_controller(text, call->value, out);
    if (call->key == "resubmit") return parse_resubmit(text, call->value, out);
    return text.fail(piece, "action that we do not know");
  }
  return parse_simple(text, piece, split(piece, ':'), out);
}

bool parse_write_metadata(ParseText& text, std::string_view value, WriteMetadata& out) {
  const KeyValue parts = split(value, '/');
  return text.number(parts.key, out.value) && (!parts.has_value || text.number(parts.value, out.mask));
}

// One piece of an instruction list; `rank` tells what it was.
bool parse_instruction(ParseText& text, std::string_view piece, Instructions& out, Rank& rank) {
  const KeyValue pair = split(piece, ':');
  if (pair.key == "meter") {
    rank = kRankMeter;
    std::uint32_t id = 0;
    if (!text.number(pair.value, id)) return false;
    out.meter = MeterId(id);
    return true;
  }
  if (piece == "clear_actions") {
    rank = kRankClear;
    out.clear_actions = true;
    return true;
  }
  if (const auto call = split_parentheses(piece); call && call->key == "write_actions") {
    rank = kRankWrite;
    return parse_action_list(text, call->value, out.write);
  }
  if (pair.key == "write_metadata") {
    rank = kRankMetadata;
    return parse_write_metadata(text, pair.value, out.metadata.emplace());
  }
  if (pair.key == "goto_table") {
    rank = kRankGoto;
    std::uint8_t table = 0;
    if (!text.number(pair.value, table)) return false;
    out.go_to = TableId(table);
    return true;
  }
  rank = kRankActions;
  return parse_action(text, piece, out.apply);
}

}  // namespace

bool parse_action_list(ParseText& text, std::string_view list, Actions& out) {
  if (trim(list) == "drop") return true;
  std::string_view piece;
  while (next_piece(list, ",", piece)) {
    if (!parse_action(text, piece, out)) return false;
  }
  return true;
}

bool parse_instruction_list(ParseText& text, std::string_view list, Instructions& out) {
  if (trim(list) == "drop") return true;
  std::string_view piece;
  int last = -1;
  while (next_piece(list, ",", piece)) {
    Rank rank = kRankActions;
    if (!parse_instruction(text, piece, out, rank)) return false;
    if (rank < last || (rank == last && rank != kRankActions)) return text.fail(piece, "instruction out of order");
    last = rank;
  }
  return true;
}

std::expected<Instructions, ParseError> parse_instructions(std::string_view text) {
  ParseText state(text);
  Instructions out;
  if (!parse_instruction_list(state, text, out)) return std::unexpected(state.error());
  return out;
}

std::expected<Actions, ParseError> parse_actions(std::string_view text) {
  ParseText state(text);
  Actions out;
  if (!parse_action_list(state, text, out)) return std::unexpected(state.error());
  return out;
}

}  // namespace dcportals::openflow
