// One call as JSON-RPC 2.0 writes it: the request object checked (specification section 4), the response object built (section
// 5).
//
// Used by json_rpc.cc for every call of a batch. Pure, any thread.
#pragma once

#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "rpc/error.h"

namespace dcportals::rpc {

// Points into the request it was read from.
struct Call {
  std::optional<boost::json::value> id;  // absent: a notification, which is never answered
  std::string_view method;
  const boost::json::object* params = nullptr;  // never null after read_call()
  std::optional<RpcError> problem;              // set: not to be run
};

// Total: what is no request becomes a Call with a problem, and with the id null where none can be told.
[[nodiscard]] Call read_call(const boost::json::value& request);

[[nodiscard]] std::string response_text(boost::json::value id, std::expected<boost::json::value, RpcError> outcome);

}  // namespace dcportals::rpc
