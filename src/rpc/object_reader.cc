#include "rpc/object_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "rpc/json_text.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

std::string describe(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return value.get_bool() ? "true" : "false";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
    case json::kind::string:
      return fmt::format("the string {}", json::serialize(json::string(shorten(value.get_string()))));
    default:
      return fmt::format("the number {}", json::serialize(value));
  }
}

// UTF-8 characters: bytes that do not continue one.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

ObjectReader::ObjectReader(const json::object& object, std::string prefix) : object_(object), prefix_(std::move(prefix)) {}

std::string ObjectReader::path(std::string_view name) const {
  if (prefix_.empty()) return std::string(name);
  return fmt::format("{}.{}", prefix_, name);
}

const json::value* ObjectReader::find(std::string_view name) {
  asked_.push_back(name);
  const json::value* value = object_.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::value* ObjectReader::find_required(std::string_view name) {
  asked_.push_back(name);
  const json::value* value = object_.if_contains(name);
  if (value == nullptr) fail(ErrorCode::kInvalidParams, name, "is missing");
  return value;
}

bool ObjectReader::has(std::string_view name) {
  (void)find(name);  // so that it is asked for
  return object_.contains(name);
}

const json::object* ObjectReader::required_object(std::string_view name) {
  const json::value* value = find_required(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) expected("an object", *value, path(name));
  return value->if_object();
}

const json::array* ObjectReader::array(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) expected("an array", *value, path(name));
  return value->if_array();
}

void ObjectReader::fail(ErrorCode code, std::string_view name, std::string text) {
  if (error_) return;
  std::string at = path(name);
  error_ = RpcError{code, fmt::format("{}: {}", at, text), at};
}

void ObjectReader::adopt(RpcError error) {
  if (!error_) error_ = std::move(error);
}

void ObjectReader::mistyped(std::string_view name, std::string_view what) {
  if (const json::value* value = object_.if_contains(name)) expected(what, *value, path(name));
}

std::expected<void, RpcError> ObjectReader::finish() {
  if (!error_ && object_.size() > 0) {
    for (const auto& member : object_) {
      const std::string_view name = member.key();
      if (std::ranges::find(asked_, name) == asked_.end()) {
        fail(ErrorCode::kInvalidParams, shorten(name), "is not a parameter here");
        break;
      }
    }
  }
  if (error_) return std::unexpected(*error_);
  return {};
}

void ObjectReader::each(std::string_view name, const std::function<void(const json::value&, const std::string&)>& visit) {
  const json::array* elements = array(name);
  if (elements == nullptr) return;
  for (std::size_t i = 0; i < elements->size() && ok(); ++i) visit((*elements)[i], fmt::format("{}[{}]", path(name), i));
}

void ObjectReader::objects(std::string_view name, const std::function<void(ObjectReader&)>& read_object) {
  each(name, [&](const json::value& value, const std::string& at) {
    const json::object* object = value.if_object();
    if (object == nullptr) return expected("an object", value, at);
    ObjectReader reader(*object, at);
    read_object(reader);
    if (auto result = reader.finish(); !result) error_ = std::move(result).error();
  });
}

void ObjectReader::expected(std::string_view what, const json::value& got, const std::string& at) {
  if (!error_) error_ = RpcError{ErrorCode::kInvalidParams, fmt::format("{}: expected {}, got {}", at, what, describe(got)), at};
}

const json::string* ObjectReader::text_of(const json::value& value, const std::string& at, std::string_view what) {
  const json::string* text = value.if_string();
  // A C library that meets the text later would see only what stands before U+0000.
  if (text != nullptr && text->find('\0') == json::string::npos) return text;
  expected(text == nullptr ? what : "a string without the character U+0000", value, at);
  return nullptr;
}

void ObjectReader::read(const json::value& value, const std::string& at, std::string& out) {
  const json::string* text = text_of(value, at, "a string");
  if (text == nullptr) return;
  if (characters(*text) > kMaxTextCharacters) {
    return expected(fmt::format("a string of at most {} characters", kMaxTextCharacters), value, at);
  }
  out = std::string(*text);
}

void ObjectReader::read(const json::value& value, const std::string& at, bool& out) {
  if (!value.is_bool()) return expected("true or false", value, at);
  out = value.get_bool();
}

void ObjectReader::read(const json::value& value, const std::string& at, std::uint64_t& out) {
  json::error_code error;
  const auto number = value.to_number<std::uint64_t>(error);
  if (error || value.is_double()) return expected("a whole number, 0 or more", value, at);
  out = number;
}

void ObjectReader::read(const json::value& value, const std::string& at, double& out) {
  json::error_code error;
  const auto number = value.to_number<double>(error);
  if (error || number < 0) return expected("a number, 0 or more", value, at);
  out = number;
}

void ObjectReader::read(const json::value& value, const std::string& at, Uuid& out) {
  constexpr std::string_view kWhat = "a UUID";
  const json::string* text = text_of(value, at, kWhat);
  if (text == nullptr) return;
  const auto uuid = Uuid::parse(*text);
  if (!uuid) return expected(kWhat, value, at);
  out = *uuid;
}

void ObjectReader::read(const json::value& value, const std::string& at, MacAddress& out) {
  constexpr std::string_view kWhat = "a MAC address such as fa:16:3e:00:00:01";
  const json::string* text = text_of(value, at, kWhat);
  if (text == nullptr) return;
  const auto mac = MacAddress::parse(*text);
  if (!mac) return expected(kWhat, value, at);
  out = *mac;
}

void ObjectReader::read(const json::value& value, const std::string& at, IpAddress& out) {
  constexpr std::string_view kWhat = "an IPv4 or IPv6 address";
  const json::string* text = text_of(value, at, kWhat);
  if (text == nullptr) return;
  const auto address = parse_ip_address(std::string_view(*text));
  if (!address) return expected(kWhat, value, at);
  out = *address;
}

void ObjectReader::read(const json::value& value, const std::string& at, IpPrefix& out) {
  constexpr std::string_view kWhat = "a prefix such as 10.0.0.0/24, without bits past its length";
  const json::string* text = text_of(value, at, kWhat);
  if (text == nullptr) return;
  const auto prefix = parse_ip_prefix(std::string_view(*text));
  if (!prefix) return expected(kWhat, value, at);
  out = *prefix;
}

}  // namespace dcportals::rpc
