// The commands that hand JSON to the API: apply and call.
#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "ctl/commands.h"
#include "ctl/file.h"
#include "ctl/human.h"
#include "ctl/json_view.h"
#include "ctl/session.h"
#include "ctl/suggest.h"
#include "ctl/text.h"
#include "rpc/json_text.h"
#include "rpc/method_spec.h"
#include "rpc/pretty_json.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using enum ValueType;
using enum Count;
using namespace std::chrono_literals;

constexpr std::size_t kMostDepth = 16;  // the daemon's limit (doc/rpc.md)

constexpr ArgSpec kApply[] = {
    {"FILE", kFile, kOne, "JSON: {\"operations\": [{\"method\": ..., \"params\": ...}, ...]}, or the list alone; - is stdin"}};
constexpr ArgSpec kCall[] = {
    {"METHOD", kMethod, kOne, "A method of the API, such as network.list"},
    {"PARAMS", kText, kOptional, "Its parameters as a JSON object (default {}); - is stdin"},
};

Result<json::value> read_json(const std::string& text, const std::string& where) {
  auto value = rpc::parse_json(text, kMostDepth);
  if (value) return std::move(*value);
  return fail(ExitCode::kUsage, fmt::format("{} is not JSON: {}", where, value.error()));
}

Outcome apply(Session& session, const Arguments& arguments) {
  const std::string& path = arguments.text("FILE");
  auto text = path == "-" ? Result<std::string>(read_all(session.in)) : read_file(path);
  if (!text) return pass(text);
  auto value = read_json(*text, path == "-" ? "stdin" : printable(path));
  if (!value) return pass(value);
  const json::object params = value->is_array() ? json::object{{"operations", *value}} : as_object(*value);
  if (!params.contains("operations")) return fail(ExitCode::kUsage, fmt::format("{} has no \"operations\"", printable(path)));
  auto answer = session.api.call("topology.apply", params, 120s);
  if (!answer) return pass(answer);
  session.output.emit(*answer, [&](const Look&) {
    const json::object& result = as_object(*answer);
    return fmt::format("applied {}, of which {} changed something\n",
                       count_text(number_at(result, "operations").value_or(0), "operation"),
                       number_at(result, "changed").value_or(0));
  });
  return ExitCode::kOk;
}

Outcome call(Session& session, const Arguments& arguments) {
  const std::string& method = arguments.text("METHOD");
  std::string text = arguments.optional("PARAMS").value_or("{}");
  if (text == "-") text = read_all(session.in);
  auto params = read_json(text, "PARAMS");
  if (!params) return pass(params);
  if (!params->is_object()) return fail(ExitCode::kUsage, "PARAMS is JSON, but no object");
  auto answer = session.api.call(method, params->get_object());
  if (answer) {
    session.output.print(rpc::pretty_json(*answer) + '\n');
    return ExitCode::kOk;
  }
  if (answer.error().reason == "method_not_found" && rpc::find_method(method) == nullptr) {
    std::vector<std::string> names;
    for (const rpc::MethodSpec& one : rpc::method_specs()) names.emplace_back(one.name);
    answer.error().hint = suggest(method, names, "The methods are");
  }
  return pass(answer);
}

constexpr CommandSpec kCommands[] = {
    {"apply", "Does many puts and deletes as one: all of them, or none.", kApply,
     "dcportalctl apply topology.json\n"
     "echo '[{\"method\": \"network.delete\", \"params\": {\"id\": \"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01\"}}]' | dcportalctl "
     "apply -",
     apply, "The operations are those of the API's method topology.apply (doc/rpc.md), done in their order."},
    {"call", "Calls a method of the API and prints its result as JSON.", kCall,
     "dcportalctl call system.info\ndcportalctl call host.get '{\"name\": \"hv1\"}'", call,
     "The methods are described in doc/rpc.md; completion knows their names."},
};

}  // namespace

std::span<const CommandSpec> raw_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
