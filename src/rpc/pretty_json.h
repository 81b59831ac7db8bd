// JSON for people: what fits into a line stays in one, the rest is broken up and indented.
//
// Used by doc/rpc.md's print and by `dcportalctl`. Pure, any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <string>

namespace dcportals::rpc {

[[nodiscard]] std::string pretty_json(const boost::json::value& value, std::size_t width = 110);

}  // namespace dcportals::rpc
