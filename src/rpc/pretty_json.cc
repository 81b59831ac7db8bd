#include "rpc/pretty_json.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

std::string one_line(const json::value& value) {
  std::string out;
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      out += out.empty() ? "" : ", ";
      out += json::serialize(json::value(member.key())) + ": " + one_line(member.value());
    }
    return '{' + out + '}';
  }
  if (const json::array* array = value.if_array()) {
    for (const auto& element : *array) {
      out += out.empty() ? "" : ", ";
      out += one_line(element);
    }
    return '[' + out + ']';
  }
  return json::serialize(value);
}

// `indent` is that of the line; `used` is what stands in it already.
std::string fitted(const json::value& value, std::size_t indent, std::size_t used, std::size_t width) {
  std::string line = one_line(value);
  const bool has_parts = (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
  if (!has_parts || used + line.size() <= width) return line;
  const std::string inner(indent + 2, ' ');
  std::string out;
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      const std::string name = json::serialize(json::value(member.key())) + ": ";
      out += (out.empty() ? "\n" : ",\n") + inner + name;
      out += fitted(member.value(), indent + 2, inner.size() + name.size() + 1, width);
    }
    return '{' + out + '\n' + std::string(indent, ' ') + '}';
  }
  for (const auto& element : value.get_array()) {
    out += (out.empty() ? "\n" : ",\n") + inner + fitted(element, indent + 2, inner.size() + 1, width);
  }
  return '[' + out + '\n' + std::string(indent, ' ') + ']';
}

}  // namespace

std::string pretty_json(const json::value& value, std::size_t width) {
  return fitted(value, 0, 0, width);
}

}  // namespace dcportals::rpc
