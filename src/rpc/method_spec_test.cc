// Are the declarations true, and does doc/rpc.md say what they say?
#include "rpc/method_spec.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "rpc/markdown.h"
#include "rpc/pretty_json.h"
#include "rpc/topology_json.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

std::string field_error(std::string_view method, std::string_view params) {
  const auto checked = check_params(*find_method(method), object(params));
  return checked ? "" : checked.error().field;
}

TEST(MethodSpec, ExamplesAreJsonAndPassTheirOwnCheck) {
  std::set<std::string_view> names;
  for (const MethodSpec& method : method_specs()) {
    EXPECT_TRUE(names.insert(method.name).second) << method.name;
    EXPECT_FALSE(method.summary.empty() || method.result.empty()) << method.name;
    const auto checked = check_params(method, object(method.example_params));
    EXPECT_TRUE(checked) << method.name << ": " << checked.error().text;
    EXPECT_NO_THROW((void)json::parse(method.example_result)) << method.name;
  }
  EXPECT_EQ(find_method("port.puts"), nullptr);
}

TEST(MethodSpec, ChecksUnknownMissingAndMistyped) {
  EXPECT_EQ(field_error("port.get", R"({})"), "id");
  EXPECT_EQ(field_error("port.get", R"({"id": 5})"), "id");
  EXPECT_EQ(field_error("port.get", R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "ID": 1})"), "ID");
  EXPECT_EQ(field_error("port.list", R"({"network_id": null})"), "");
  EXPECT_EQ(field_error("flows.list", R"({"host": "hv1", "view": "want"})"), "view");
  EXPECT_EQ(field_error("flows.list", R"({"host": "hv1", "view": "desired|installed"})"), "view");
  EXPECT_EQ(field_error("trace", R"({"port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "to_ip": "10.0.0"})"), "to_ip");
  EXPECT_EQ(field_error("sync.wait", R"({"timeout_seconds": 0.5, "hosts": ["hv1"]})"), "");
  EXPECT_EQ(field_error("sync.wait", R"({"timeout_seconds": -1})"), "timeout_seconds");
  EXPECT_EQ(field_error("sync.wait", R"({"timeout_seconds": 86401})"), "timeout_seconds");
  EXPECT_EQ(field_error("sync.wait", R"({"timeout_seconds": 1e300})"), "timeout_seconds");
  EXPECT_EQ(field_error("sync.wait", R"({"timeout_seconds": 1, "hosts": ["hv1", 2]})"), "hosts[1]");
  EXPECT_EQ(field_error("network.configure", R"({"mode": "auto"})"), "id");
  EXPECT_EQ(field_error("network.configure", R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "mode": "lazy"})"), "mode");
  EXPECT_EQ(field_error("network.configure", R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "broadcast_rate": -1})"), "broadcast_rate");
  EXPECT_EQ(field_error("network.configure", R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "mode": null, "broadcast_rate": null})"), "");
  EXPECT_EQ(field_error("fabric.configure", R"({"mode": true})"), "mode");
  EXPECT_EQ(field_error("topology.apply", R"({})"), "operations");
  EXPECT_EQ(field_error("topology.apply", R"({"operations": {}})"), "operations");
}

// A parameter that the decoder reads but the declaration lacks, or the other way, would be refused or ignored.
TEST(MethodSpec, DeclarationsAndDecodersKnowTheSameMembers) {
  const auto refused = [](std::string_view method, const auto& decode) {
    std::string unknown;
    for (const ParamSpec& param : find_method(method)->params) {
      json::object params = object(find_method(method)->example_params);
      if (!params.contains(param.name)) params[param.name] = nullptr;
      const auto decoded = decode(params);
      if (!decoded) unknown += decoded.error().text;
    }
    return unknown;
  };
  EXPECT_EQ(refused("tenant.put", [](const json::object& o) { return decode_tenant(o); }), "");
  EXPECT_EQ(refused("network.put", [](const json::object& o) { return decode_network(o); }), "");
  EXPECT_EQ(refused("subnet.put", [](const json::object& o) { return decode_subnet(o); }), "");
  EXPECT_EQ(refused("port.put", [](const json::object& o) { return decode_port(o); }), "");
  EXPECT_EQ(refused("router.put", [](const json::object& o) { return decode_router(o); }), "");
  const json::object port = encode(*decode_port(object(find_method("port.put")->example_params)));
  EXPECT_TRUE(check_params(*find_method("port.put"), port));
}

TEST(MethodSpec, BindChecksBeforeTheHandler) {
  Dispatcher dispatcher;
  int calls = 0;
  bind(dispatcher, "port.get", [&](const json::object&, const Reply& reply) {
    ++calls;
    reply(json::value(true));
  });
  EXPECT_THROW(bind(dispatcher, "port.gets", nullptr), std::logic_error);
  std::string answer;
  dispatcher.handle(R"({"jsonrpc":"2.0","id":1,"method":"port.get","params":{}})",
                    [&](std::string text) { answer = std::move(text); });
  EXPECT_EQ(
      answer,
      R"({"jsonrpc":"2.0","error":{"code":-32602,"message":"id: is missing","data":{"reason":"invalid_params","field":"id"}},"id":1})");
  EXPECT_EQ(calls, 0);
}

// The first line in which the texts differ, as both have it; empty if they are equal.
std::string difference(const std::string& file, const std::string& code) {
  std::istringstream file_lines(file), code_lines(code);
  for (int number = 1;; ++number) {
    std::string in_file, in_code;
    const bool more_file = static_cast<bool>(std::getline(file_lines, in_file));
    const bool more_code = static_cast<bool>(std::getline(code_lines, in_code));
    if (!more_file && !more_code) return file == code ? "" : "the last line's end";
    if (more_file != more_code || in_file != in_code) return fmt::format("line {}: \"{}\" but \"{}\"", number, in_file, in_code);
  }
}

// DCPORTALS_WRITE_DOC=1 writes the page instead of comparing it.
TEST(Markdown, DocumentIsThePrintOfTheCode) {
  const char* const path = "../../doc/rpc.md";
  if (std::getenv("DCPORTALS_WRITE_DOC") != nullptr) std::ofstream(path) << render_markdown();
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(difference(text.str(), render_markdown()), "")
      << "run: cd src/rpc && DCPORTALS_WRITE_DOC=1 rpc_test --gtest_filter='Markdown.*'";
}

TEST(Markdown, NamesEveryMethodAndErrorCode) {
  const std::string page = render_markdown();
  for (const MethodSpec& method : method_specs())
    EXPECT_NE(page.find("### " + std::string(method.name) + "\n"), std::string::npos);
  for (const ErrorSpec& error : error_specs()) {
    EXPECT_NE(page.find("| " + std::to_string(static_cast<int>(error.code)) + " |"), std::string::npos) << error.reason;
  }
}

TEST(PrettyJson, BreaksOnlyWhatIsTooLong) {
  const auto value = json::parse(R"({"a":[1,2,{"b":"x\ny"}],"c":{},"d":[[],"long long long long long"]})");
  EXPECT_EQ(pretty_json(value, 200), R"({"a": [1, 2, {"b": "x\ny"}], "c": {}, "d": [[], "long long long long long"]})");
  EXPECT_EQ(
      pretty_json(value, 30),
      "{\n  \"a\": [1, 2, {\"b\": \"x\\ny\"}],\n  \"c\": {},\n  \"d\": [\n    [],\n    \"long long long long long\"\n  ]\n}");
  EXPECT_EQ(json::parse(pretty_json(value, 1)), value);
}

}  // namespace
}  // namespace dcportals::rpc
