// What the parsers of this module share: pieces of the text, and the first error with its place. Internal to this module.
//
// Every piece is a view into the whole text, so its address tells its offset.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "openflow/parse.h"
#include "openflow/value_text.h"

namespace dcportals::openflow {

class ParseText {
 public:
  explicit ParseText(std::string_view whole) : whole_(whole) {}

  [[nodiscard]] std::string_view whole() const { return whole_; }
  [[nodiscard]] const ParseError& error() const { return error_; }

  // Always false, so that a parser can return it. `at` is a view into the whole text.
  bool fail(std::string_view at, std::string_view message) {
    error_.offset = static_cast<std::size_t>(at.data() - whole_.data());
    error_.text.assign(message);
    return false;
  }

  // Reads all of `piece` as a number of type T.
  template <class T>
  bool number(std::string_view piece, T& out, T max = static_cast<T>(~T{0})) {
    const auto value = parse_number(piece, max);
    if (!value) return fail(piece, "number expected");
    out = static_cast<T>(*value);
    return true;
  }

 private:
  std::string_view whole_;
  ParseError error_;
};

// A view of nothing that still has a place in the text.
inline std::string_view end_of(std::string_view piece) {
  return piece.substr(piece.size());
}

inline std::string_view trim(std::string_view piece) {
  constexpr std::string_view kSpace = " \t\r\n";
  piece.remove_prefix(std::min(piece.find_first_not_of(kSpace), piece.size()));
  return piece.substr(0, piece.find_last_not_of(kSpace) + 1);
}

// Cuts the next piece off `rest`, up to one of `separators` outside parentheses; empty pieces are passed over. False at the end.
bool next_piece(std::string_view& rest, std::string_view separators, std::string_view& piece);

// "key=value" or "key:value" or "key(value)"; the value is empty, at the end of the piece, when there is none.
struct KeyValue {
  std::string_view key;
  std::string_view value;
  bool has_value = false;
};
[[nodiscard]] KeyValue split(std::string_view piece, char separator);
// The value without its closing parenthesis, which must be the piece's last character.
[[nodiscard]] std::optional<KeyValue> split_parentheses(std::string_view piece);

// parse_match.cc: one "key=value" or "key" of a match; false with an error in `text`. Fields whose meaning depends on the
// protocol ("tp_src", "icmp_type", "dl_vlan_pcp" without a tag) wait in the parser until finish().
class MatchParser {
 public:
  explicit MatchParser(ParseText& text) : text_(text) {}
  bool add(std::string_view piece);
  bool finish(Match& out);

 private:
  struct Pending {
    std::string_view piece;
    KeyValue pair;
  };
  bool add_field(std::string_view piece, Field field, std::string_view value);
  bool set(std::string_view piece, Field field, FieldValue value, FieldValue mask);
  bool add_vlan_tci(std::string_view piece, std::string_view value);
  [[nodiscard]] std::optional<Field> resolve(std::string_view key) const;

  ParseText& text_;
  Match match_;
  std::vector<Pending> pending_;
};

// parse_action.cc
bool parse_action_list(ParseText& text, std::string_view list, Actions& out);
bool parse_instruction_list(ParseText& text, std::string_view list, Instructions& out);

}  // namespace dcportals::openflow
