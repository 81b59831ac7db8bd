// Is every command line either understood or answered with what would be right? Does every command explain itself?
#include "ctl/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/commands.h"
#include "ctl/fake_api.h"
#include "ctl/help.h"
#include "ctl/text.h"
#include "ctl/values.h"

namespace dcportals::ctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Invocation parsed(const std::vector<std::string>& words) {
  const auto result = parse(words);
  if (!result || !std::holds_alternative<Invocation>(*result)) {
    ADD_FAILURE() << (result ? "help" : result.error().text);
    return {};
  }
  return std::get<Invocation>(*result);
}

// "text | hint"
std::string problem(const std::vector<std::string>& words) {
  const auto result = parse(words);
  if (result) return "none";
  EXPECT_EQ(result.error().code, ExitCode::kUsage);
  return result.error().text + " | " + result.error().hint;
}

TEST(Parse, ReadsOptionsAnywhere) {
  const Invocation got = parsed({"--api", "http://h", "port", "create", "--ip", "10.0.0.1", "web-1", "--network=web", "--ip",
                                 "10.0.0.2", "--no-port-security", "--json"});
  EXPECT_EQ(got.command, find_command("port create"));
  EXPECT_EQ(got.arguments.text("NAME"), "web-1");
  EXPECT_EQ(got.arguments.text("--network"), "web");
  EXPECT_THAT(got.arguments.list("--ip"), ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(got.arguments.has("--no-port-security"));
  EXPECT_FALSE(got.arguments.has("--down"));
  EXPECT_EQ(got.globals.text("--api"), "http://h");
  EXPECT_TRUE(got.globals.has("--json"));
}

TEST(Parse, WordsThatAreNamesOfCommandsMayBeValues) {
  EXPECT_EQ(parsed({"port", "show", "delete"}).arguments.text("PORT"), "delete");
  EXPECT_EQ(parsed({"network", "create", "port", "--tenant", "list"}).arguments.text("--tenant"), "list");
  EXPECT_THAT(parsed({"port", "delete", "port", "show"}).arguments.list("PORT"), ElementsAre("port", "show"));
  EXPECT_EQ(parsed({"call", "network.list", R"({"tenant_id": "[a]"})"}).arguments.text("PARAMS"), R"({"tenant_id": "[a]"})");
}

TEST(Parse, ValuesMayBeEmpty) {
  EXPECT_EQ(parsed({"network", "set", "web", "--name", ""}).arguments.optional("--name"), "");
  EXPECT_EQ(parsed({"network", "set", "--name=", "web"}).arguments.optional("--name"), "");
}

TEST(Parse, TwoOptionsOfOneNameAreToldApartByPlace) {
  const Invocation got = parsed({"--timeout", "3", "wait", "--timeout", "60"});
  EXPECT_EQ(got.globals.text("--timeout"), "3");
  EXPECT_EQ(got.arguments.text("--timeout"), "60");
}

TEST(Parse, SaysWhatIsWrong) {
  EXPECT_EQ(
      problem({}),
      "which command? | The commands are tenant, network, subnet, port, router, mode, host, flows, trace, wait, status, events, digest, apply, "
      "call, pipeline, completion.\nSee dcportalctl --help.");
  EXPECT_EQ(problem({"network"}),
            "network: which command? | The commands are create, list, show, set, delete.\nSee dcportalctl network --help.");
  EXPECT_EQ(problem({"netwrok", "list"}), "there is no command \"netwrok\" | Did you mean network?\nSee dcportalctl --help.");
  EXPECT_EQ(problem({"network", "lst"}),
            "network: there is no command \"lst\" | Did you mean list?\nSee dcportalctl network --help.");
  EXPECT_EQ(problem({"network", "list", "--tenat", "x"}),
            "network list: there is no option --tenat | Did you mean --tenant?\nSee dcportalctl network list --help.");
  EXPECT_THAT(problem({"network", "list", "web"}), HasSubstr("network list: \"web\" is one argument too many"));
  EXPECT_THAT(problem({"network", "create", "web"}), HasSubstr("--tenant TENANT is missing"));
  EXPECT_THAT(problem({"network", "create", "--tenant", "blue"}), HasSubstr("NAME is missing"));
  EXPECT_THAT(problem({"network", "create", "web", "--tenant"}), HasSubstr("--tenant"));
  EXPECT_THAT(problem({"network", "create", "web", "--tenant", "a", "--tenant", "b"}), HasSubstr("--tenant"));
}

TEST(Parse, ChecksTheFormOfValues) {
  EXPECT_THAT(problem({"trace", "web-1", "--to", "10.0.0"}), HasSubstr("--to: \"10.0.0\" is not an IP address"));
  EXPECT_THAT(problem({"trace", "web-1", "--to", "10.0.0.1", "--protocol", "sctp"}),
              HasSubstr("--protocol: \"sctp\" is none of icmp, tcp, udp, arp"));
  EXPECT_THAT(problem({"subnet", "create", "s", "--network", "n", "--cidr", "10.0.0.1/24"}), HasSubstr("is not an IP prefix"));
  EXPECT_THAT(problem({"port", "create", "p", "--network", "n", "--mac", "fa:16"}), HasSubstr("is not a MAC address"));
  EXPECT_THAT(problem({"port", "create", "p", "--network", "n", "--pair", "10.0.0.1,x"}), HasSubstr("is not IP or IP,MAC"));
  EXPECT_THAT(problem({"network", "create", "n", "--tenant", "t", "--id", "7"}), HasSubstr("is not a UUID"));
  for (const char* wrong : {"soon", "-1", "1e3", "nan", "99999999999"}) {
    EXPECT_THAT(problem({"wait", "--timeout", wrong}), HasSubstr("is not a number of seconds")) << wrong;
  }
}

TEST(Parse, HelpAndVersion) {
  const auto help_of = [](const std::vector<std::string>& words) { return std::get<HelpFor>(*parse(words)).path; };
  EXPECT_EQ(help_of({"--help"}), "");
  EXPECT_EQ(help_of({"help"}), "");
  EXPECT_EQ(help_of({"network", "-h"}), "network");
  EXPECT_EQ(help_of({"network", "create", "--help"}), "network create");
  EXPECT_EQ(help_of({"help", "network", "create"}), "network create");
  EXPECT_TRUE(std::holds_alternative<VersionAsked>(*parse(std::vector<std::string>{"--version"})));
}

// Each example is a line of ours: its words after "dcportalctl" must parse.
TEST(Help, ExamplesAreRight) {
  for (const CommandSpec& command : commands()) {
    EXPECT_FALSE(command.examples.empty()) << command.path;
    std::istringstream lines{std::string(command.examples)};
    for (std::string line; std::getline(lines, line);) {
      if (line.find('{') != std::string::npos) continue;  // quoted JSON is for a shell to read
      std::istringstream words(line.substr(line.find("dcportalctl ") + 12));
      std::vector<std::string> read;
      for (std::string word; words >> word && word.find_first_of("|>") == std::string::npos;) {
        read.push_back(word.substr(0, word.find(')')));
      }
      const auto result = parse(read);
      EXPECT_TRUE(result) << line << ": " << result.error().text;
    }
  }
}

TEST(Help, FitsTheTerminal) {
  std::vector<std::string> paths{""};
  for (const GroupSpec& group : groups()) paths.emplace_back(group.name);
  for (const CommandSpec& command : commands()) paths.emplace_back(command.path);
  for (const std::string& path : paths) {
    std::istringstream lines(render_help(path, {.width = 80}));
    bool in_examples = false;  // those are for copying and stay whole
    for (std::string line; std::getline(lines, line);) {
      in_examples = line == "Examples:" || (in_examples && !line.empty());
      EXPECT_TRUE(in_examples || display_width(line) <= 80) << path << ": " << line;
    }
  }
}

TEST(Help, OfACommand) {
  EXPECT_EQ(render_help("trace", {.width = 100}),
            "Usage: dcportalctl trace PORT --to IP [--to-mac MAC] [--protocol icmp|tcp|udp|arp] [--after PORT]\n\n"
            "Follows a packet through the tables and over the wire: where it goes, and if it is dropped, why.\n\n"
            "By the flows that the switches should have; nothing is sent. In a reactive network it is a first\n"
            "packet, and the daemon's decision about it is shown. Exit code 0: delivered or answered, 6: dropped.\n\n"
            "Arguments:\n"
            "  PORT  The port that sends\n\n"
            "Options:\n"
            "  --to IP                      The address it sends to (required)\n"
            "  --to-mac MAC                 The MAC address it sends to (default: a group's, what ARP would tell\n"
            "                               it, or its gateway's)\n"
            "  --protocol icmp|tcp|udp|arp  What it sends (default icmp)\n"
            "  --after PORT                 A port that has just sent there too, so that the flows it asked for\n"
            "                               are there (reactive networks)\n\n"
            "Global options:\n"
            "  --api URL          Where dcportald listens (default http://127.0.0.1:8696)\n"
            "  --token-file FILE  The file with the API's token, if it asks for one\n"
            "  --ca-file FILE     For https: the CA of dcportald's certificate (default the system's CAs)\n"
            "  --timeout SECONDS  How long to wait for an answer (default 10)\n"
            "  --json             Print JSON, for machines; errors too\n"
            "  --no-color         No colours, also on a terminal\n\n"
            "Examples:\n"
            "  dcportalctl trace web-1 --to 10.0.0.20\n"
            "  dcportalctl trace web-1 --to 10.0.0.20 --protocol arp\n"
            "  dcportalctl trace web-1 --to 10.0.0.20 --after web-1\n"
            "  dcportalctl trace web-1 --to 10.0.0.20 >/dev/null || echo dropped\n");
}

TEST(Help, OfTheProgramNamesEverything) {
  const std::string help = render_help("", {});
  for (const std::string& word : words_below("")) EXPECT_THAT(help, HasSubstr("\n  " + word)) << word;
  for (const char* part :
       {"Exit codes:", "DCPORTALS_TOKEN_FILE", "--token-file", "DCPORTALS_CA_FILE", "6  trace: dropped; wait: not synced in time"}) {
    EXPECT_THAT(help, HasSubstr(part));
  }
}

TEST(Run, PrintsHelpAndVersion) {
  EXPECT_EQ(run_words({"--version"}).out, "dcportalctl 0.1.0\n");
  const Ran help = run_words({"network", "--help"});
  EXPECT_EQ(help.code, ExitCode::kOk);
  EXPECT_THAT(help.out, HasSubstr("Usage: dcportalctl network COMMAND"));
  EXPECT_EQ(run_words({"network"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dcportals::ctl
