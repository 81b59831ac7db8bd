// Single field values and port names in ovs-ofctl's syntax, shared by the formatters and by the parser. Internal to this module.
//
// Pure functions, safe from any thread.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "openflow/field.h"
#include "openflow/types.h"

namespace dcportals::openflow {

template <class... Args>
void put(std::string& out, fmt::format_string<Args...> text, Args&&... args) {
  fmt::format_to(std::back_inserter(out), text, std::forward<Args>(args)...);
}

// What a peer sent as text: what is not printable ASCII is written as \xNN.
void append_text(std::string& out, std::string_view text);

// "LOCAL", "IN_PORT", ... or the number.
void append_port(std::string& out, OfPort port);
// Names in either case, or a number.
[[nodiscard]] std::optional<OfPort> parse_port(std::string_view text);

// A value by itself: "10.0.0.1", "0x5", "00:01:02:03:04:05", "12".
void append_value(std::string& out, Field field, FieldValue value);
// With its mask behind a slash unless that is full; a prefix length where the field is an address and the mask is a prefix.
void append_value(std::string& out, Field field, FieldValue value, FieldValue mask);
// printf's %#x, which writes 0 as "0": ovs-ofctl's way in matches, load and write_metadata.
void append_hex(std::string& out, std::uint64_t number);
// What append_value wrote. nullopt also for values wider than the field.
[[nodiscard]] std::optional<FieldValue> parse_value(Field field, std::string_view text);

// The value and mask of a match: "10.0.0.0/8", "0x5/0xf", "first".
struct MaskedValue {
  FieldValue value;
  FieldValue mask;
};
[[nodiscard]] std::optional<MaskedValue> parse_masked(Field field, std::string_view text);

// Decimal, or hexadecimal after "0x"; nullopt for anything else and for what does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max = ~std::uint64_t{0});

}  // namespace dcportals::openflow
