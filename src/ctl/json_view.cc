#include "ctl/json_view.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/uuid.h"
#include "ctl/text.h"

namespace dcportals::ctl {

namespace json = boost::json;

namespace {

const json::object kNoObject;
const json::array kNoArray;

}  // namespace

std::string text_of(const json::value& value) {
  if (value.is_null()) return {};
  if (const json::string* text = value.if_string()) return printable({text->data(), text->size()});
  return printable(json::serialize(value));
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr || value->is_structured() ? std::string() : text_of(*value);
}

std::string raw_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> number_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::int64_t>(error);
  if (error) return static_cast<std::int64_t>(value->to_number<double>());
  return number;
}

bool flag_at(const json::object& object, std::string_view name, bool otherwise) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

const json::object& as_object(const json::value& value) {
  const json::object* object = value.if_object();
  return object != nullptr ? *object : kNoObject;
}

const json::array& as_array(const json::value& value) {
  const json::array* array = value.if_array();
  return array != nullptr ? *array : kNoArray;
}

const json::object& object_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? as_object(*value) : kNoObject;
}

const json::array& array_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? as_array(*value) : kNoArray;
}

std::vector<std::string> texts_at(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  for (const json::value& value : array_at(object, name)) out.push_back(text_of(value));
  return out;
}

std::string label(const Names& names, std::string_view id) {
  const auto found = names.find(id);
  if (found != names.end() && !found->second.empty()) return found->second;
  return std::string(Uuid::parse(id) ? id.substr(0, 8) : id);
}

}  // namespace dcportals::ctl
