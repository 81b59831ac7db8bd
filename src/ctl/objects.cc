#include "ctl/objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "base/uuid.h"
#include "ctl/human.h"
#include "ctl/object_view.h"
#include "ctl/resolve.h"
#include "ctl/text.h"
#include "rpc/method_spec.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

std::string method(ObjectKind kind, std::string_view verb) {
  return fmt::format("{}.{}", spec(kind).name, verb);
}

Result<json::object> list_filter(Session& session, const Arguments& arguments) {
  struct Filter {
    std::string_view option;
    ObjectKind kind;
    std::string_view parameter;
  };
  constexpr Filter kFilters[] = {{"--tenant", ObjectKind::kTenant, "tenant_id"},
                                 {"--network", ObjectKind::kNetwork, "network_id"},
                                 {"--host", ObjectKind::kHost, "host"}};
  json::object out;
  for (const Filter& filter : kFilters) {
    const auto text = arguments.optional(filter.option);
    if (!text) continue;
    auto id = find_id(session.api, filter.kind, *text);
    if (!id) return pass(id);
    out[filter.parameter] = *id;
  }
  return out;
}

// The object as a put takes it: without what the daemon adds.
json::object put_params(ObjectKind kind, const json::object& object) {
  json::object out;
  for (const rpc::ParamSpec& param : rpc::find_method(method(kind, "put"))->params) {
    if (const json::value* value = object.if_contains(param.name)) out[param.name] = *value;
  }
  return out;
}

// Reads the object again, because the daemon adds to it, and shows it below `headline`.
Outcome show_result(Session& session, ObjectKind kind, const std::string& id, const std::string& headline) {
  auto object = session.api.call(method(kind, "get"), {{"id", id}});
  if (!object) return pass(object);
  session.output.emit(*object, [&](const Look& look) {
    const std::string title = headline.empty() ? std::string() : look.paint(Style::kBold, headline) + '\n';
    return title + render_object(kind, as_object(*object), load_related(session.api, kind), look);
  });
  return ExitCode::kOk;
}

Result<void> delete_one(Api& api, ObjectKind kind, const std::string& id) {
  const auto answer = api.call(method(kind, "delete"), {{"id", id}});
  if (!answer) return std::unexpected(answer.error());
  if (flag_at(as_object(*answer), "deleted", true)) return {};
  return fail(ExitCode::kNotFound, fmt::format("there is no {} {}", spec(kind).name, id));
}

Result<void> delete_together(Api& api, ObjectKind kind, const std::vector<std::string>& ids) {
  json::array operations;
  for (const std::string& id : ids) {
    operations.push_back(json::object{{"method", method(kind, "delete")}, {"params", json::object{{"id", id}}}});
  }
  const auto answer = api.call("topology.apply", {{"operations", std::move(operations)}});
  if (answer) return {};
  Failure failure = answer.error();
  failure.hint += fmt::format("{}None was deleted.", failure.hint.empty() ? "" : "\n");
  return std::unexpected(std::move(failure));
}

}  // namespace

Outcome list_objects(Session& session, ObjectKind kind, const Arguments& arguments) {
  auto filter = list_filter(session, arguments);
  if (!filter) return pass(filter);
  auto list = session.api.call(method(kind, "list"), *filter);
  if (!list) return pass(list);
  session.output.emit(*list, [&](const Look& look) {
    const json::array& objects = as_array(*list);
    if (objects.empty()) return fmt::format("There are no {}{}.\n", spec(kind).plural, filter->empty() ? "" : " of that kind");
    return render_list(kind, objects, load_related(session.api, kind), look);
  });
  return ExitCode::kOk;
}

Outcome show_object(Session& session, ObjectKind kind, const std::string& text) {
  auto object = find_object(session.api, kind, text);
  if (!object) return pass(object);
  session.output.emit(*object,
                      [&](const Look& look) { return render_object(kind, *object, load_related(session.api, kind), look); });
  return ExitCode::kOk;
}

Outcome delete_objects(Session& session, ObjectKind kind, std::span<const std::string> texts) {
  auto ids = find_ids(session.api, kind, texts);
  if (!ids) return pass(ids);
  std::ranges::sort(*ids);
  ids->erase(std::ranges::unique(*ids).begin(), ids->end());
  auto done = ids->size() == 1 ? delete_one(session.api, kind, ids->front()) : delete_together(session.api, kind, *ids);
  if (!done) return pass(done);
  json::array deleted;
  for (const std::string& id : *ids) deleted.push_back(json::string(id));
  session.output.emit(json::object{{"deleted", std::move(deleted)}}, [&](const Look&) {
    return fmt::format("deleted {} {}\n", ids->size() == 1 ? spec(kind).name : spec(kind).plural, fmt::join(*ids, ", "));
  });
  return ExitCode::kOk;
}

Result<json::object> new_object(Session& session, ObjectKind kind, const Arguments& arguments) {
  const auto given = arguments.optional("--id");
  if (given) {
    const auto taken = session.api.call(method(kind, "get"), {{"id", *given}});
    if (taken) {
      return fail(ExitCode::kRefused, fmt::format("there is a {} {} already", spec(kind).name, printable(*given)),
                  fmt::format("To change it: dcportalctl {} set.", spec(kind).name));
    }
    if (taken.error().code != ExitCode::kNotFound) return std::unexpected(taken.error());
  }
  return json::object{{"id", given ? *given : Uuid::random().to_string()}, {"name", arguments.text("NAME")}};
}

Outcome create_object(Session& session, ObjectKind kind, const json::object& object) {
  auto answer = session.api.call(method(kind, "put"), object);
  if (!answer) return pass(answer);
  return show_result(session, kind, raw_at(object, "id"), fmt::format("created this {}", spec(kind).name));
}

Result<bool> apply_operations(Api& api, std::vector<Operation> operations) {
  if (operations.size() == 1) {
    const auto answer = api.call(operations[0].method, operations[0].params);
    if (!answer) return std::unexpected(answer.error());
    return flag_at(as_object(*answer), "changed", true);
  }
  json::array all;
  for (Operation& one : operations) all.push_back(json::object{{"method", one.method}, {"params", std::move(one.params)}});
  const auto answer = api.call("topology.apply", {{"operations", std::move(all)}});
  if (!answer) return std::unexpected(answer.error());
  return number_at(as_object(*answer), "changed").value_or(1) != 0;
}

Outcome change_object(Session& session, ObjectKind kind, const std::string& text, const Edit& edit, const Further& further) {
  auto object = find_object(session.api, kind, text);
  if (!object) return pass(object);
  const json::object before = put_params(kind, *object);
  if (auto edited = edit(*object); !edited) return pass(edited);
  const std::string id = raw_at(*object, "id");
  std::vector<Operation> operations = further ? further(id) : std::vector<Operation>();
  const json::object after = put_params(kind, *object);
  const bool puts = operations.empty() || after != before;
  if (puts) operations.insert(operations.begin(), Operation{method(kind, "put"), after});
  auto changed = apply_operations(session.api, std::move(operations));
  if (!changed) return pass(changed);
  if (puts && *changed && number_at(*object, "revision_number")) {
    session.output.note("Note: this object came from Neutron, whose next change of it replaces this one.");
  }
  return show_result(session, kind, id, fmt::format("{} this {}", *changed ? "changed" : "nothing to change in", spec(kind).name));
}

Result<void> require_any(const Arguments& arguments, std::span<const ArgSpec> options) {
  std::vector<std::string_view> names;
  for (const ArgSpec& arg : options) {
    if (!arg.is_option()) continue;
    if (arguments.has(arg.name)) return {};
    names.push_back(arg.name);
  }
  return fail(ExitCode::kUsage, "there is nothing to change", fmt::format("Give at least one of {}.", fmt::join(names, ", ")));
}

Result<std::string> tenant_for_new_object(Session& session, const std::string& text) {
  auto id = find_id(session.api, ObjectKind::kTenant, text);
  if (id) return id;
  if (id.error().code != ExitCode::kNotFound) return pass(id);
  session.output.note(fmt::format("Note: the tenant \"{}\" is new.", printable(text)));
  return text;
}

}  // namespace dcportals::ctl
