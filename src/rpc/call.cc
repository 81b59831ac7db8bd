#include "rpc/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "rpc/json_text.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

void refuse(Call& call, ErrorCode code, std::string text, std::string field = {}) {
  if (!call.problem) call.problem = RpcError{code, std::move(text), std::move(field)};
}

void read_names(Call& call, const json::object& request) {
  constexpr std::array<std::string_view, 4> kMembers = {"jsonrpc", "method", "params", "id"};
  for (const auto& member : request) {
    const std::string name = shorten(member.key());
    if (std::ranges::find(kMembers, name) != kMembers.end()) continue;
    refuse(call, ErrorCode::kInvalidRequest, fmt::format("a request has no member \"{}\"", name), name);
  }
}

// An id that JSON could not give back exactly is none: fractions, numbers past 64 bits.
void read_id(Call& call, const json::value* id) {
  if (id == nullptr) return;
  if (id->is_string() || id->is_int64() || id->is_uint64() || id->is_null()) {
    call.id = *id;
  } else {
    refuse(call, ErrorCode::kInvalidRequest, "id must be a string, a whole number of at most 64 bits, or null", "id");
  }
}

void read_version(Call& call, const json::value* version) {
  const json::string* text = version != nullptr ? version->if_string() : nullptr;
  if (text == nullptr || *text != "2.0") refuse(call, ErrorCode::kInvalidRequest, "jsonrpc must be \"2.0\"", "jsonrpc");
}

void read_method(Call& call, const json::value* method) {
  if (method != nullptr && method->is_string()) {
    call.method = method->get_string();
  } else {
    refuse(call, ErrorCode::kInvalidRequest, "method must be a string", "method");
  }
}

void read_params(Call& call, const json::value* params) {
  if (params == nullptr) return;
  if (params->is_object()) {
    call.params = &params->get_object();
  } else if (params->is_array()) {
    refuse(call, ErrorCode::kInvalidParams, "params must be an object: parameters go by name, not by position", "params");
  } else {
    refuse(call, ErrorCode::kInvalidRequest, "params must be an object", "params");
  }
}

json::object error_to_json(const RpcError& error) {
  json::object data{{"reason", reason_of(error.code)}};
  if (!error.field.empty()) data["field"] = error.field;
  return {{"code", static_cast<int>(error.code)}, {"message", error.text}, {"data", std::move(data)}};
}

}  // namespace

Call read_call(const json::value& request) {
  static const json::object kNoParams;
  Call call;
  call.params = &kNoParams;
  if (const json::object* object = request.if_object()) {
    read_id(call, object->if_contains("id"));
    read_version(call, object->if_contains("jsonrpc"));
    read_method(call, object->if_contains("method"));
    read_params(call, object->if_contains("params"));
    read_names(call, *object);
  } else {
    refuse(call, ErrorCode::kInvalidRequest, "a request must be an object");
  }
  // What is no request is no notification either: whoever sent it is told (section 5: the id is then null).
  if (call.problem && call.problem->code == ErrorCode::kInvalidRequest && !call.id) call.id.emplace(nullptr);
  return call;
}

std::string response_text(json::value id, std::expected<json::value, RpcError> outcome) {
  json::object response{{"jsonrpc", "2.0"}};
  if (outcome) {
    response["result"] = std::move(*outcome);
  } else {
    response["error"] = error_to_json(outcome.error());
  }
  response["id"] = std::move(id);
  return json::serialize(response);
}

}  // namespace dcportals::rpc
