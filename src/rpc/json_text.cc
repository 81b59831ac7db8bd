#include "rpc/json_text.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

// Boost.JSON's parser calls these as it meets the parts of a document. Containers under construction are kept on a stack, as are
// the names that wait for their values; an object is filled at its end, where a second equal name shows.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Builder(std::string_view text) : text_(text) {}

  [[nodiscard]] json::value take() { return std::move(values_.back()); }
  // What we refused that the grammar allows; empty if the grammar refused.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t last_offset() const { return last_offset_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return push(nullptr); }
  bool on_bool(bool value, json::error_code&) { return push(value); }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) { return append(part); }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    append(part);
    names_.push_back(std::exchange(partial_, {}));
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) { return append(part); }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    append(part);
    push(json::string(partial_));
    partial_.clear();
    return true;
  }

  bool on_int64(std::int64_t value, json::string_view text, json::error_code&) {
    note(text);
    return push(value);
  }
  bool on_uint64(std::uint64_t value, json::string_view text, json::error_code&) {
    note(text);
    return push(value);
  }
  bool on_double(double value, json::string_view text, json::error_code& error) {
    note(text);
    if (!std::isfinite(value) || text.find_first_of(".eE") == json::string_view::npos) {
      return refuse("number out of range", error);
    }
    return push(value);
  }

  bool on_array_end(std::size_t count, json::error_code&) {
    json::array array;
    array.reserve(count);
    for (auto& value : last(values_, count)) array.push_back(std::move(value));
    values_.resize(values_.size() - count);
    return push(std::move(array));
  }
  bool on_object_end(std::size_t count, json::error_code& error) {
    json::object object;
    object.reserve(count);
    const auto names = last(names_, count);
    const auto values = last(values_, count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!object.emplace(names[i], std::move(values[i])).second) {
        return refuse(fmt::format("the name \"{}\" stands twice in one object", shorten(names[i])), error);
      }
    }
    names_.resize(names_.size() - count);
    values_.resize(values_.size() - count);
    return push(std::move(object));
  }

 private:
  template <class T>
  static std::span<T> last(std::vector<T>& from, std::size_t count) {
    return std::span(from).last(count);
  }
  template <class T>
  bool push(T&& value) {
    values_.emplace_back(std::forward<T>(value));
    return true;
  }
  bool append(json::string_view part) {
    note(part);
    partial_.append(part.data(), part.size());
    return true;
  }
  // Parts without escapes point into the text itself, which tells how far the parser has come.
  void note(json::string_view part) {
    const std::less_equal<const char*> not_after;
    if (not_after(text_.data(), part.data()) && not_after(part.data() + part.size(), text_.data() + text_.size())) {
      last_offset_ = static_cast<std::size_t>(part.data() + part.size() - text_.data());
    }
  }
  bool refuse(std::string problem, json::error_code& error) {
    problem_ = std::move(problem);
    error = json::make_error_code(json::error::syntax);
    return false;
  }

  std::string_view text_;
  std::vector<json::value> values_;
  std::vector<std::string> names_;
  std::string partial_;
  std::string problem_;
  std::size_t last_offset_ = 0;
};

}  // namespace

std::expected<json::value, std::string> parse_json(std::string_view text, std::size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<Builder> parser(options, text);
  json::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (!error && used < text.size()) error = json::make_error_code(json::error::extra_data);
  if (!error) return parser.handler().take();
  const std::string& problem = parser.handler().problem();
  return std::unexpected(
      fmt::format("{} (after byte {})", problem.empty() ? error.message() : problem, parser.handler().last_offset()));
}

std::string shorten(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace dcportals::rpc
