// Do whole runs end as they should: exit codes, tokens, colours, waiting, raw calls?
#include "ctl/run.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "ctl/fake_api.h"
#include "ctl/progress.h"
#include "ctl/settings.h"
#include "pipeline/render.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using rpc::ErrorCode;
using testing::ContainsRegex;
using testing::HasSubstr;

constexpr const char* kStatus = R"({"synced": true, "revision": 17, "hosts": [], "missing": []})";

TEST(ExitCodes, FollowTheDaemonsErrors) {
  const std::pair<ErrorCode, ExitCode> expected[] = {
      {ErrorCode::kNotFound, ExitCode::kNotFound}, {ErrorCode::kInvalid, ExitCode::kRefused},
      {ErrorCode::kConflict, ExitCode::kRefused},  {ErrorCode::kInUse, ExitCode::kRefused},
      {ErrorCode::kStale, ExitCode::kRefused},     {ErrorCode::kExhausted, ExitCode::kRefused},
      {ErrorCode::kTimeout, ExitCode::kNotSo},     {ErrorCode::kInternal, ExitCode::kFailed},
      {ErrorCode::kBusy, ExitCode::kFailed},       {static_cast<ErrorCode>(-32099), ExitCode::kFailed},
  };
  for (const auto& [code, exit_code] : expected) {
    FakeApi api;
    api.refuse("sync.status", code, "so it is");
    const Ran ran = api.run({"call", "sync.status"});
    EXPECT_EQ(ran.code, exit_code) << static_cast<int>(code);
    EXPECT_THAT(ran.err, testing::StartsWith("dcportalctl: so it is ("));
    EXPECT_EQ(ran.out, "");
  }
}

TEST(ExitCodes, OfADaemonThatIsNotThere) {
  const Ran ran = run_words({"status", "--api", "http://127.0.0.1:1"});
  EXPECT_EQ(ran.code, ExitCode::kUnreachable);
  EXPECT_EQ(ran.err,
            "dcportalctl: http://127.0.0.1:1: cannot connect: Connection refused\n"
            "Does dcportald run there? --api URL or DCPORTALS_API says where it listens.\n");
  EXPECT_EQ(run_words({"status", "--api", "ftp://x"}).code, ExitCode::kUsage);
  EXPECT_EQ(run_words({"status"}, {{"DCPORTALS_API", "x"}}).err,
            "dcportalctl: DCPORTALS_API: \"x\" does not start with http:// or https://\n");
  EXPECT_EQ(run_words({"pipeline"}, {{"DCPORTALS_API", "x"}}).code, ExitCode::kOk) << "asks no daemon";
}

TEST(Run, ErrorsForMachines) {
  FakeApi api;
  api.refuse("sync.status", ErrorCode::kStale, "old");
  const Ran ran = api.run({"call", "sync.status", "--json"});
  EXPECT_EQ(ran.out, "");
  const json::value error = json::parse(ran.err).at("error");
  EXPECT_EQ(error.at("exit_code"), 5);
  EXPECT_EQ(error.at("reason"), "stale");
  EXPECT_EQ(json::parse(run_words({"nonsense", "--json"}).err).at("error").at("exit_code"), 2);
}

TEST(Run, TellsTheToken) {
  FakeApi api("secret");
  api.on("sync.status", kStatus);
  const std::string path = fmt::format("{}/dcportalctl-token-{}", testing::TempDir(), ::getpid());
  std::ofstream(path) << "secret\n";
  const std::vector<std::string> words{"call", "sync.status"};
  EXPECT_EQ(api.run(words, {{"DCPORTALS_TOKEN", "secret"}}).code, ExitCode::kOk);
  EXPECT_EQ(api.run(words, {{"DCPORTALS_TOKEN_FILE", path}}).code, ExitCode::kOk);
  EXPECT_EQ(api.run({"call", "sync.status", "--token-file", path}, {{"DCPORTALS_TOKEN", "wrong"}}).code, ExitCode::kOk);
  const Ran locked_out = api.run(words, {{"DCPORTALS_TOKEN", "guess"}});
  EXPECT_EQ(locked_out.code, ExitCode::kUnreachable);
  EXPECT_THAT(locked_out.err, HasSubstr("Give the API's token: --token-file FILE"));
  EXPECT_EQ(locked_out.err.find("guess"), std::string::npos) << "never shown";
  EXPECT_THAT(api.run(words, {{"DCPORTALS_TOKEN_FILE", "/nowhere"}}).err, HasSubstr("cannot read /nowhere: No such file"));
  EXPECT_THAT(api.run(words, {{"DCPORTALS_TOKEN_FILE", "/"}}).err, HasSubstr("cannot read /: Is a directory"));
  EXPECT_THAT(api.run(words, {{"DCPORTALS_TOKEN", "a\r\nX: y"}}).err, HasSubstr("control characters"));
  std::filesystem::remove(path);
}

TEST(Run, ColoursOnlyOnATerminal) {
  std::ostringstream unused;
  std::istringstream in;
  const auto look = [&](bool terminal, const Variables& variables, const Arguments& globals = {}) {
    return read_look(globals, {.variable = [&](const char* name) -> std::optional<std::string> {
                                 const auto found = variables.find(name);
                                 return found != variables.end() ? std::optional(found->second) : std::nullopt;
                               },
                               .in = in,
                               .out = unused,
                               .err = unused,
                               .out_is_terminal = terminal,
                               .terminal_width = 100});
  };
  EXPECT_TRUE(look(true, {}).color);
  EXPECT_FALSE(look(false, {}).color);
  EXPECT_FALSE(look(true, {{"NO_COLOR", "1"}}).color);
  EXPECT_FALSE(look(true, {{"TERM", "dumb"}}).color);
  Arguments no_color;
  no_color.add("--no-color", "true");
  EXPECT_FALSE(look(true, {}, no_color).color);
  EXPECT_EQ(look(true, {}).width, 100U);
  EXPECT_EQ(look(true, {{"COLUMNS", "72"}}).width, 72U);
  EXPECT_EQ(look(true, {{"COLUMNS", "wide"}}).width, 100U);
  EXPECT_EQ(look(false, {}).width, 0U) << "a pipe cuts nothing";
}

TEST(Wait, SaysWhatIsMissing) {
  FakeApi api;
  api.on("host.get", R"({"name": "hv1"})");
  api.on("sync.wait", R"({"synced": true, "revision": 17})");
  const Ran synced = api.run({"wait", "--synced", "--timeout", "2.5", "--host", "hv1"});
  EXPECT_EQ(synced.code, ExitCode::kOk);
  EXPECT_EQ(synced.out, "synced at revision 17\n");
  EXPECT_EQ(json::parse(api.take_calls().back().substr(10)), (json::value{{"timeout_seconds", 2.5}, {"hosts", {"hv1"}}}));

  FakeApi late;
  late.refuse("sync.wait", ErrorCode::kTimeout, "after 1 s: host hv1 is disconnected");
  const Ran ran = late.run({"wait", "--timeout", "1"});
  EXPECT_EQ(ran.code, ExitCode::kNotSo);
  EXPECT_EQ(ran.err, "dcportalctl: after 1 s: host hv1 is disconnected (timeout)\n");
}

// The daemon answers the long wait only after it was asked, at once, what is missing: by the progress line.
TEST(Wait, TellsAPersonWhatItWaitsForMeanwhile) {
  FakeApi api;
  std::optional<rpc::Reply> waiting;
  api.on_later("sync.wait", [&](const json::object& params, const rpc::Reply& reply) {
    if (params.at("timeout_seconds") != 0) {
      waiting = reply;
      return;
    }
    reply(std::unexpected(rpc::RpcError{ErrorCode::kTimeout, "port web-1 is plugged nowhere", {}}));
    if (waiting) (*waiting)(json::object{{"synced", true}, {"revision", 1}});
    waiting.reset();
  });
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code = run({.words = {"wait", "--timeout", "60", "--api", api.url()},
                             .variable = [](const char*) { return std::nullopt; },
                             .in = in,
                             .out = out,
                             .err = err,
                             .err_is_terminal = true});
  EXPECT_EQ(code, ExitCode::kOk);
  EXPECT_THAT(err.str(), ContainsRegex("[0-9]+ s: port web-1 is plugged nowhere"));
  EXPECT_TRUE(err.str().ends_with("\r\x1b[K"));
}

TEST(Progress, ShowsOnlyOnATerminalAndLeavesNothing) {
  std::ostringstream hidden;
  {
    const Progress progress({.stream = hidden, .patience = 0ms}, [] { return "x"; });
  }
  EXPECT_EQ(hidden.str(), "");
  std::ostringstream shown;
  {
    std::promise<void> asked;
    const Progress progress({.stream = shown, .shown = true, .width = 20, .patience = 0ms, .interval = 1h},
                            [&, once = false]() mutable {
                              if (!std::exchange(once, true)) asked.set_value();
                              return std::string("host hv2 is not there");
                            });
    asked.get_future().wait();
  }
  EXPECT_EQ(shown.str(), "\r\x1b[K0 s: host hv2 is n…\r\x1b[K");
}

TEST(Trace, AsksAndTells) {
  FakeApi api;
  const std::string port = R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "name": "web-1"})";
  api.on("port.list", "[" + port + "]");
  api.on("port.get", port);
  api.on("trace", R"({"verdict": "dropped", "reason": "unknown_destination", "reason_text": "nobody has it", "steps": [
    {"kind": "sent", "host": "hv1", "port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "frame": {"text": "icmp", "ip_src": "10.0.0.10"}}]})");
  const Ran ran = api.run({"trace", "web-1", "--to", "10.0.0.77", "--to-mac", "fa:16:3e:00:00:01"});
  EXPECT_EQ(ran.code, ExitCode::kNotSo);
  EXPECT_EQ(ran.out,
            "icmp from web-1 to 10.0.0.77\n\n  web-1 on hv1 sends\n      icmp\n\nDropped: unknown_destination, nobody has it.\n");
  EXPECT_THAT(api.take_calls(),
              testing::Contains("trace {\"port_id\":\"9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03\",\"to_ip\":\"10.0.0.77\","
                                "\"protocol\":\"icmp\",\"to_mac\":\"fa:16:3e:00:00:01\"}"));
  EXPECT_EQ(json::parse(api.run({"trace", "web-1", "--to", "10.0.0.77", "--json"}).out).at("verdict"), "dropped");
  (void)api.take_calls();
  (void)api.run({"trace", "web-1", "--to", "10.0.0.77", "--after", "web-1"});
  EXPECT_THAT(api.take_calls(), testing::Contains(testing::HasSubstr("\"after_port_id\":\"9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03\"")));
}

TEST(Flows, AsksForTheView) {
  FakeApi api;
  api.on("host.get", [](const json::object& params) -> FakeApi::Result {
    if (params.at("name") == "hv1") return json::object{{"name", "hv1"}};
    return std::unexpected(rpc::RpcError{ErrorCode::kNotFound, "no", "name"});
  });
  api.on("host.list", R"([{"name": "hv1"}])");
  api.on("flows.list", R"({"host": "hv1", "view": "diff", "flows": []})");
  EXPECT_EQ(api.run({"flows", "hv1"}).out, "The switch of hv1 should have no flows.\n");
  EXPECT_EQ(api.take_calls().back(), R"(flows.list {"host":"hv1","view":"desired"})");
  EXPECT_EQ(api.run({"flows", "hv1", "--diff"}).out, "Nothing: the switch of hv1 has the flows that it should have.\n");
  EXPECT_EQ(api.run({"flows", "hv1", "--diff", "--installed"}).code, ExitCode::kUsage);
  const Ran unknown = api.run({"flows", "hv11"});
  EXPECT_EQ(unknown.code, ExitCode::kNotFound);
  EXPECT_EQ(unknown.err, "dcportalctl: there is no host \"hv11\"\nDid you mean hv1?\n");
}

TEST(Apply, TakesFilesAndLists) {
  FakeApi api;
  api.on("topology.apply", R"({"operations": 1, "changed": 1})");
  const std::string list = R"([{"method": "network.delete", "params": {"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01"}}])";
  const Ran ran = api.run({"apply", "-"}, {}, list);
  EXPECT_EQ(ran.out, "applied 1 operation, of which 1 changed something\n");
  EXPECT_EQ(json::parse(api.take_calls().back().substr(15)), (json::object{{"operations", json::parse(list)}}));
  EXPECT_EQ(api.run({"apply", "-"}, {}, R"({"operations": []})").code, ExitCode::kOk);
  EXPECT_EQ(api.run({"apply", "-"}, {}, "{}").code, ExitCode::kUsage);
  EXPECT_THAT(api.run({"apply", "-"}, {}, "[").err, HasSubstr("stdin is not JSON"));
  EXPECT_EQ(api.run({"apply", "/nowhere"}).code, ExitCode::kFailed);
}

TEST(Call, PassesJson) {
  FakeApi api;
  api.on("host.get", R"({"name": "hv1"})");
  EXPECT_EQ(api.run({"call", "host.get", R"({"name": "hv1"})"}).out, "{\"name\": \"hv1\"}\n");
  EXPECT_EQ(api.run({"call", "host.get", "-"}, {}, R"({"name": "hv1"})").code, ExitCode::kOk);
  EXPECT_EQ(api.run({"call", "host.get", "[]"}).code, ExitCode::kUsage);
  const Ran unknown = api.run({"call", "hots.get"});
  EXPECT_EQ(unknown.code, ExitCode::kFailed);
  EXPECT_THAT(unknown.err, HasSubstr("Did you mean host.get?"));
}

TEST(Status, AsksTwice) {
  FakeApi api;
  api.on("system.info", R"({"version": "0.1.0", "uptime_seconds": 5})");
  api.on("sync.status", kStatus);
  EXPECT_THAT(api.run({"status"}).out,
              HasSubstr("in force   on all connected hosts, revision 17\n\nNo host has connected yet.\n"));
  EXPECT_EQ(json::parse(api.run({"status", "--json"}).out).at("sync"), json::parse(kStatus));
}

TEST(Status, NamesRefusedSwitches) {
  FakeApi api;
  api.on("system.info", R"({"version": "0.1.0", "uptime_seconds": 5})");
  api.on("sync.status", kStatus);
  api.on("host.refused", R"([{"dpid": "0000525400aa0002", "name": "hv1", "peer": "192.0.2.12:40112", "reason": "another has the name"}])");
  EXPECT_THAT(api.run({"status"}).out, testing::EndsWith("\nRefused switches:\n"
                                                         "0000525400aa0002  hv1, from 192.0.2.12:40112\n"
                                                         "                  another has the name\n"));
}

TEST(Hosts, ListShowDelete) {
  FakeApi api;
  api.on("host.list", "[]");
  api.on("host.get", R"({"name": "hv9", "ports": []})");
  api.on("host.delete", R"({"deleted": true})");
  api.on("port.list", "[]");
  EXPECT_THAT(api.run({"host", "list"}).out, HasSubstr("No host has connected yet."));
  EXPECT_THAT(api.run({"host", "show", "hv9"}).out, HasSubstr("No ports are plugged here.\n"));
  EXPECT_EQ(api.run({"host", "delete", "hv9"}).out, "forgot host hv9\n");
}

TEST(Hosts, ListNamesRefusedSwitches) {
  FakeApi api;
  api.on("host.list", "[]");
  api.on("host.refused", R"([{"dpid": "0000525400aa0002", "name": "", "peer": "192.0.2.12:40112", "reason": "no description"}])");
  EXPECT_EQ(api.run({"host", "list"}).out,
            "No host has connected yet. To set one up: dcportalctl host setup --help.\n\n"
            "Refused switches:\n"
            "0000525400aa0002  without a name, from 192.0.2.12:40112\n"
            "                  no description\n");
  EXPECT_EQ(api.run({"host", "list", "--json"}).out, "[]\n");
}

TEST(Pipeline, IsTheDeclaration) {
  EXPECT_EQ(run_words({"pipeline"}).out, pipeline::render_text());
  EXPECT_EQ(run_words({"pipeline", "--md"}).out, pipeline::render_markdown());
  EXPECT_EQ(run_words({"pipeline", "--dot"}).out, pipeline::render_dot());
  EXPECT_EQ(run_words({"pipeline", "--md", "--dot"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dcportals::ctl
