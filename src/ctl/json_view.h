// Reading the daemon's answers for showing them: total, because the daemon may be of another version than we.
//
// A member that is absent, null or of another type reads as nothing. Texts come back printable (text.h). Used by the views and by
// commands; pure, any thread; references hold as long as the value.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dcportals::ctl {

// A member as text: strings as they are, numbers and booleans in JSON, everything else "".
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view name);
// A string as it came, to be sent back; not for showing.
[[nodiscard]] std::string raw_at(const boost::json::object& object, std::string_view name);
[[nodiscard]] std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view name);
[[nodiscard]] bool flag_at(const boost::json::object& object, std::string_view name, bool otherwise);
// Empty ones where there is none.
[[nodiscard]] const boost::json::object& object_at(const boost::json::object& object, std::string_view name);
[[nodiscard]] const boost::json::array& array_at(const boost::json::object& object, std::string_view name);
// The strings of an array.
[[nodiscard]] std::vector<std::string> texts_at(const boost::json::object& object, std::string_view name);

[[nodiscard]] const boost::json::object& as_object(const boost::json::value& value);
[[nodiscard]] const boost::json::array& as_array(const boost::json::value& value);
// Any value as one printable line, strings without their quotes.
[[nodiscard]] std::string text_of(const boost::json::value& value);

// What ids are called: by id, for objects that have a name.
using Names = std::map<std::string, std::string, std::less<>>;
// The name, or the id's first eight characters where it has none.
[[nodiscard]] std::string label(const Names& names, std::string_view id);

}  // namespace dcportals::ctl
