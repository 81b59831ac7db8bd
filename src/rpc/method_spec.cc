#include "rpc/method_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <stdexcept>
#include <vector>

#include "rpc/object_reader.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

constexpr double kMaxSeconds = 86'400;

bool is_choice(std::string_view choices, std::string_view text) {
  while (true) {
    const auto bar = choices.find('|');
    if (choices.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    choices.remove_prefix(bar + 1);
  }
}

template <class T>
void check_one(ObjectReader& reader, const ParamSpec& param) {
  if (param.required) {
    reader.required<T>(param.name);
  } else {
    reader.optional<T>(param.name);
  }
}

void check_text(ObjectReader& reader, const ParamSpec& param) {
  const auto text = param.required ? reader.required<std::string>(param.name) : reader.optional<std::string>(param.name);
  if (!reader.ok() || !text || param.choices.empty() || is_choice(param.choices, *text)) return;
  reader.fail(ErrorCode::kInvalidParams, param.name, fmt::format("must be one of {}", param.choices));
}

// Bounded, so that no one who adds it to a clock gets beyond the clock's range.
void check_seconds(ObjectReader& reader, const ParamSpec& param) {
  const auto seconds = param.required ? reader.required<double>(param.name) : reader.optional<double>(param.name);
  if (seconds.value_or(0) > kMaxSeconds) reader.mistyped(param.name, "at most a day in seconds");
}

void check_list(ObjectReader& reader, const ParamSpec& param) {
  if (param.required && reader.find(param.name) == nullptr) {
    return reader.fail(ErrorCode::kInvalidParams, param.name, "is missing");
  }
  switch (param.type) {
    case ParamType::kTexts:
      reader.list<std::string>(param.name);
      break;
    case ParamType::kUuids:
      reader.list<Uuid>(param.name);
      break;
    default:
      reader.array(param.name);
  }
}

void check_param(ObjectReader& reader, const ParamSpec& param) {
  switch (param.type) {
    case ParamType::kText:
      return check_text(reader, param);
    case ParamType::kUuid:
      return check_one<Uuid>(reader, param);
    case ParamType::kMac:
      return check_one<MacAddress>(reader, param);
    case ParamType::kIp:
      return check_one<IpAddress>(reader, param);
    case ParamType::kPrefix:
      return check_one<IpPrefix>(reader, param);
    case ParamType::kWholeNumber:
      return check_one<std::uint64_t>(reader, param);
    case ParamType::kSeconds:
      return check_seconds(reader, param);
    case ParamType::kFlag:
      return check_one<bool>(reader, param);
    case ParamType::kTexts:
    case ParamType::kUuids:
    case ParamType::kObjects:
      return check_list(reader, param);
  }
}

std::vector<MethodSpec> join_tables() {
  std::vector<MethodSpec> all;
  for (const auto part : {config_method_specs(), forwarding_method_specs(), operation_method_specs()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::span<const MethodSpec> method_specs() {
  static const std::vector<MethodSpec> kAll = join_tables();
  return kAll;
}

const MethodSpec* find_method(std::string_view name) {
  const auto all = method_specs();
  const auto found = std::ranges::find(all, name, &MethodSpec::name);
  return found == all.end() ? nullptr : &*found;
}

std::string_view type_name(ParamType type) {
  switch (type) {
    case ParamType::kText:
      return "string";
    case ParamType::kTexts:
      return "array of string";
    case ParamType::kUuid:
      return "uuid";
    case ParamType::kUuids:
      return "array of uuid";
    case ParamType::kMac:
      return "MAC address";
    case ParamType::kIp:
      return "IP address";
    case ParamType::kPrefix:
      return "IP prefix";
    case ParamType::kWholeNumber:
      return "whole number";
    case ParamType::kSeconds:
      return "number";
    case ParamType::kFlag:
      return "boolean";
    case ParamType::kObjects:
      return "array of object";
  }
  return "";
}

std::expected<void, RpcError> check_params(const MethodSpec& method, const json::object& params) {
  ObjectReader reader(params);
  for (const ParamSpec& param : method.params) check_param(reader, param);
  return reader.finish();
}

void bind(Dispatcher& dispatcher, std::string_view method, Handler handler) {
  const MethodSpec* spec = find_method(method);
  if (spec == nullptr) throw std::logic_error(fmt::format("method {} is not declared", method));
  dispatcher.add(std::string(method), [spec, handler = std::move(handler)](const json::object& params, Reply reply) {
    if (auto checked = check_params(*spec, params); !checked) return reply(std::unexpected(std::move(checked).error()));
    handler(params, std::move(reply));
  });
}

}  // namespace dcportals::rpc
