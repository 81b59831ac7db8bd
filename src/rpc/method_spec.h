// Every method of the API, declared once as data: name, parameters, an example.
//
// The daemon binds handlers to these declarations, `dcportalctl` builds requests from them, doc/rpc.md is printed from them
// (markdown.h), and tests run the examples. A call is checked against its declaration before the handler sees it, so a handler
// reads parameters that are known to be there and of their type. Constant data, any thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "rpc/error.h"
#include "rpc/json_rpc.h"

namespace dcportals::rpc {

enum class ParamType {
  kText,
  kTexts,
  kUuid,
  kUuids,
  kMac,
  kIp,
  kPrefix,
  kWholeNumber,
  kSeconds,
  kFlag,
  kObjects,
};

struct ParamSpec {
  std::string_view name;
  ParamType type;
  bool required;
  std::string_view description;
  std::string_view choices = {};  // for kText: the texts allowed, separated by '|'; empty: any
};

struct MethodSpec {
  std::string_view name;
  std::string_view summary;
  std::span<const ParamSpec> params;
  std::string_view result;          // what the result is, in words
  std::string_view example_params;  // JSON
  std::string_view example_result;  // JSON
};

// In the order of the documentation.
[[nodiscard]] std::span<const MethodSpec> method_specs();
// nullptr: there is none.
[[nodiscard]] const MethodSpec* find_method(std::string_view name);
// "uuid", "array of string": for documentation and usage texts.
[[nodiscard]] std::string_view type_name(ParamType type);

// Unknown, missing and mistyped parameters, and texts that are none of the choices.
[[nodiscard]] std::expected<void, RpcError> check_params(const MethodSpec& method, const boost::json::object& params);

// Adds the handler to the dispatcher behind check_params(). Throws std::logic_error when no such method is declared.
void bind(Dispatcher& dispatcher, std::string_view method, Handler handler);

// The parts of the table: what Neutron describes, how operators want it forwarded, and what they ask.
[[nodiscard]] std::span<const MethodSpec> config_method_specs();
[[nodiscard]] std::span<const MethodSpec> forwarding_method_specs();
[[nodiscard]] std::span<const MethodSpec> operation_method_specs();

}  // namespace dcportals::rpc
