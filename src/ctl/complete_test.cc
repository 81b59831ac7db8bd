// Does completion offer what the command line takes at that place, in the program and in a real bash?
#include "ctl/complete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "ctl/fake_api.h"
#include "ctl/shells.h"

namespace dcportals::ctl {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> texts(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const Candidate& candidate : complete(words).candidates) out.push_back(candidate.text);
  return out;
}

TEST(Complete, Commands) {
  EXPECT_THAT(texts({""}), Contains("network"));
  EXPECT_THAT(texts({"network", ""}), ElementsAre("create", "list", "show", "set", "delete"));
  EXPECT_THAT(texts({"mode", ""}), ElementsAre("show", "set"));
  EXPECT_THAT(texts({"mode", "set", ""}), ElementsAre("proactive", "reactive", "auto", "default"));
  EXPECT_EQ(complete(std::vector<std::string>{"mode", "set", "auto", "--network", ""}).objects, ObjectKind::kNetwork);
  EXPECT_THAT(texts({"help", "host", ""}), ElementsAre("list", "show", "setup", "delete"));
  EXPECT_THAT(texts({"--api", "network", "wait", "--"}), Contains("--synced"));
  EXPECT_THAT(texts({"nonsense", ""}), IsEmpty());
  EXPECT_THAT(texts({}), IsEmpty());
}

TEST(Complete, OptionsThatMayStillStand) {
  EXPECT_THAT(texts({"port", "create", "--ip", "10.0.0.1", "--mac", "x", "-"}),
              testing::AllOf(Contains("--ip"), Contains("--json"), Not(Contains("--mac"))));
}

TEST(Complete, Values) {
  EXPECT_THAT(texts({"trace", "p", "--protocol", ""}), ElementsAre("icmp", "tcp", "udp", "arp"));
  EXPECT_THAT(texts({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(texts({"call", ""}), Contains("sync.status"));
  EXPECT_THAT(texts({"call", "sync.status", ""}), IsEmpty());
  EXPECT_TRUE(complete(std::vector<std::string>{"apply", ""}).files);
  EXPECT_TRUE(complete(std::vector<std::string>{"--token-file", ""}).files);
  EXPECT_EQ(complete(std::vector<std::string>{"port", "delete", "a", "b", ""}).objects, ObjectKind::kPort);
  EXPECT_EQ(complete(std::vector<std::string>{"port", "list", "--network", ""}).objects, ObjectKind::kNetwork);
  EXPECT_EQ(complete(std::vector<std::string>{"flows", ""}).objects, ObjectKind::kHost);
}

TEST(Complete, NamesOfObjects) {
  FakeApi api;
  api.on("network.list", R"([{"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "name": "web"},
                             {"id": "aaaa0000-9d3a-4b1c-8f0e-2f1f4c3a7d02", "name": "two words"},
                             {"id": "bbbb0000-9d3a-4b1c-8f0e-2f1f4c3a7d03", "name": "twin"},
                             {"id": "cccc0000-9d3a-4b1c-8f0e-2f1f4c3a7d04", "name": "twin"}])");
  EXPECT_EQ(api.run({"__complete", "network", "show", ""}).out,
            "web\t5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01\n"
            "aaaa0000-9d3a-4b1c-8f0e-2f1f4c3a7d02\ttwo words\n"
            "bbbb0000-9d3a-4b1c-8f0e-2f1f4c3a7d03\ttwin\n"
            "cccc0000-9d3a-4b1c-8f0e-2f1f4c3a7d04\ttwin\n");
  EXPECT_EQ(run_words({"__complete", "--api", api.url(), "network", "show", "w"}).out,
            "web\t5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01\n");
  const Ran alone = run_words({"__complete", "network", "show", ""}, {{"DCPORTALS_API", "http://127.0.0.1:1"}});
  EXPECT_EQ(alone.out + alone.err, "") << "no daemon: no names, and no noise";
}

// Sources the script and completes `line` as bash does; one candidate a line.
std::string in_bash(const std::string& line) {
  const std::string script =
      std::string("PATH=" DCPORTALCTL_DIRECTORY ":$PATH; source <(dcportalctl completion bash); COMP_LINE='") + line +
      "'; COMP_POINT=${#COMP_LINE}; complete -p dcportalctl >/dev/null && _dcportalctl; " + "printf '%s ' \"${COMPREPLY[@]}\"";
  FILE* pipe = ::popen(("bash --norc -c \"$(cat <<'EOT'\n" + script + "\nEOT\n)\"").c_str(), "r");
  std::string out;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  ::pclose(pipe);
  return out;
}

TEST(Completion, InBash) {
  EXPECT_EQ(in_bash("dcportalctl n"), "network ");
  EXPECT_EQ(in_bash("dcportalctl network "), "create list show set delete ");
  EXPECT_EQ(in_bash("dcportalctl --api http://127.0.0.1:1 network s"), "show set ");
  EXPECT_EQ(in_bash("dcportalctl trace p --pro"), "--protocol ");
  EXPECT_EQ(in_bash("dcportalctl trace p --protocol "), "icmp tcp udp arp ");
  EXPECT_EQ(in_bash("dcportalctl apply /etc/hostn"), "/etc/hostname ");
}

TEST(Completion, OfEveryShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(run_words({"completion", shell}).out, completion_script(shell));
    EXPECT_NE(completion_script(shell).find(kCompleteWord), std::string::npos);
  }
  EXPECT_EQ(run_words({"completion", "tcsh"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dcportals::ctl
