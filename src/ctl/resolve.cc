#include "ctl/resolve.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/uuid.h"
#include "ctl/suggest.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kMostListed = 10;

using Found = std::vector<const json::object*>;

template <class Accept>
Found find_all(const json::array& objects, Accept accept) {
  Found out;
  for (const json::value& value : objects) {
    if (value.is_object() && accept(value.get_object())) out.push_back(&value.get_object());
  }
  return out;
}

bool is_start_of_uuid(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; });
}

Found candidates(const ObjectKindSpec& kind, const json::array& objects, const std::string& text) {
  Found found = find_all(objects, [&](const json::object& one) { return text_at(one, kind.key) == text; });
  if (found.empty()) found = find_all(objects, [&](const json::object& one) { return text_at(one, "name") == text; });
  if (!found.empty() || kind.kind == ObjectKind::kHost || text.size() < kShortestPrefix || !is_start_of_uuid(text)) return found;
  return find_all(objects, [&](const json::object& one) { return text_at(one, "id").starts_with(text); });
}

std::unexpected<Failure> unknown(const ObjectKindSpec& kind, const json::array& objects, const std::string& text) {
  std::vector<std::string> names;
  for (const json::value& value : objects) {
    const json::object& object = as_object(value);
    std::string name = text_at(object, "name");
    names.push_back(name.empty() ? text_at(object, kind.key) : std::move(name));
  }
  std::ranges::sort(names);
  const std::string hint =
      names.empty() ? fmt::format("There are no {}.", kind.plural) : suggest(text, names, fmt::format("The {} are", kind.plural));
  return fail(ExitCode::kNotFound, fmt::format("there is no {} \"{}\"", kind.name, printable(text)), hint);
}

std::unexpected<Failure> ambiguous(const ObjectKindSpec& kind, const Found& found, const std::string& text) {
  std::string hint = "Name one by its id:";
  for (const json::object* object : std::span(found).first(std::min(found.size(), kMostListed))) {
    const std::string name = text_at(*object, "name");
    const std::string tenant = text_at(*object, "tenant_id");
    hint += fmt::format("\n  {}{}{}", text_at(*object, "id"), name.empty() ? "" : "  " + name,
                        tenant.empty() ? "" : fmt::format("  (tenant {})", tenant));
  }
  if (found.size() > kMostListed) hint += fmt::format("\n  and {} more", found.size() - kMostListed);
  return fail(ExitCode::kRefused, fmt::format("\"{}\" may be any of {} {}", printable(text), found.size(), kind.plural), hint);
}

}  // namespace

Result<json::object> pick(ObjectKind kind, const json::array& objects, const std::string& text) {
  const ObjectKindSpec& what = spec(kind);
  const Found found = candidates(what, objects, text);
  if (found.empty()) return unknown(what, objects, text);
  if (found.size() > 1) return ambiguous(what, found, text);
  return *found.front();
}

Result<json::object> find_object(Api& api, ObjectKind kind, const std::string& text) {
  const ObjectKindSpec& what = spec(kind);
  const bool is_whole_key = kind == ObjectKind::kHost || (kind != ObjectKind::kTenant && Uuid::parse(text));
  if (is_whole_key) {
    auto object = api.call(fmt::format("{}.get", what.name), {{what.key, text}});
    if (object) return as_object(*object);
    const bool may_be_mistyped = kind == ObjectKind::kHost && object.error().code == ExitCode::kNotFound;
    if (!may_be_mistyped) return pass(object);
  }
  auto list = api.call(fmt::format("{}.list", what.name), {});
  if (!list) return pass(list);
  return pick(kind, as_array(*list), text);
}

Result<std::string> find_id(Api& api, ObjectKind kind, const std::string& text) {
  auto object = find_object(api, kind, text);
  if (!object) return pass(object);
  return raw_at(*object, spec(kind).key);
}

Result<std::vector<std::string>> find_ids(Api& api, ObjectKind kind, std::span<const std::string> texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    auto id = find_id(api, kind, text);
    if (!id) return pass(id);
    out.push_back(std::move(*id));
  }
  return out;
}

Names load_names(Api& api, ObjectKind kind) {
  Names out;
  const auto list = api.call(fmt::format("{}.list", spec(kind).name), {});
  if (!list) return out;
  for (const json::value& value : as_array(*list)) {
    const json::object& object = as_object(value);
    out[raw_at(object, "id")] = text_at(object, "name");
  }
  return out;
}

}  // namespace dcportals::ctl
