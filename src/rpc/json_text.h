// Strict reading of JSON text: RFC 8259, and no more.
//
// Boost.JSON keeps the last of two equal names and reads 1e400 as infinity and 2^64 as a rounded double; here each of these is an
// error, because a peer that reads the text otherwise would not mean what we do. Also refused: invalid UTF-8, comments, trailing
// commas, text after the value, nesting deeper than the limit. Total: any bytes give a value or an error. Pure, any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace dcportals::rpc {

// The error is a text for people, with the offset of the last thing understood.
[[nodiscard]] std::expected<boost::json::value, std::string> parse_json(std::string_view text, std::size_t max_depth);

// At most `max_bytes` of a valid UTF-8 text, cut between characters and ended with "..." where cut: for echoing input in errors.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t max_bytes = 64);

}  // namespace dcportals::rpc
