// Are the lines for a hypervisor right, and does a real Open vSwitch database take them, twice?
#include "ctl/host_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ctl/fake_api.h"

namespace dcportals::ctl {
namespace {

using testing::HasSubstr;

const HostSetup kSetup{.name = "hv1", .uplink = "eth1", .controller = "tcp:192.0.2.10:6653"};

TEST(HostSetup, Lines) {
  const auto lines = setup_lines(kSetup);
  ASSERT_TRUE(lines);
  std::string commands;
  for (const SetupLine& line : *lines) {
    commands += line.command + '\n';
    EXPECT_FALSE(line.comment.empty());
  }
  EXPECT_EQ(
      commands,
      "ovs-vsctl --may-exist add-br br-int -- set bridge br-int datapath_type=system fail_mode=secure protocols=OpenFlow13\n"
      "ovs-vsctl set bridge br-int other-config:disable-in-band=true\n"
      "ovs-vsctl set bridge br-int other-config:dp-desc=hv1\n"
      "ovs-vsctl set bridge br-int other-config:datapath-id=0000$(tr -d : </sys/class/net/eth1/address)\n"
      "ovs-vsctl --may-exist add-port br-int eth1\n"
      "ip link set dev eth1 up\n"
      "ovs-vsctl set-controller br-int tcp:192.0.2.10:6653 -- set controller br-int connection_mode=out-of-band "
      "max_backoff=1000\n");
}

TEST(HostSetup, RefusesWhatAShellOrOvsWouldMisread) {
  const auto refused = [](auto change) {
    HostSetup setup = kSetup;
    change(setup);
    const auto lines = setup_lines(setup);
    return lines ? std::string() : lines.error().text;
  };
  EXPECT_THAT(refused([](HostSetup& s) { s.name = "hv1; reboot"; }), HasSubstr("--name"));
  EXPECT_THAT(refused([](HostSetup& s) { s.name = ""; }), HasSubstr("--name"));
  EXPECT_THAT(refused([](HostSetup& s) { s.uplink = "$(reboot)"; }), HasSubstr("--uplink"));
  EXPECT_THAT(refused([](HostSetup& s) { s.uplink = "sixteen-letters-"; }), HasSubstr("--uplink"));
  EXPECT_THAT(refused([](HostSetup& s) { s.bridge = "eth1"; }), HasSubstr("the same"));
  for (const char* wrong : {"", "192.0.2.10", "ssl:192.0.2.10:6653", "tcp:host:6653", "tcp:192.0.2.10:", "tcp:192.0.2.10:0",
                            "tcp:192.0.2.10:65536", "tcp:2001:db8::1", "tcp:[2001:db8::1", "tcp:[192.0.2.10]:1"}) {
    EXPECT_THAT(refused([&](HostSetup& s) { s.controller = wrong; }), HasSubstr("--controller")) << wrong;
  }
  for (const char* right : {"tcp:192.0.2.10", "tcp:[2001:db8::1]", "tcp:[2001:db8::1]:6653"}) {
    EXPECT_EQ(refused([&](HostSetup& s) { s.controller = right; }), "") << right;
  }
}

TEST(HostSetup, AsACommand) {
  const Ran ran = run_words({"host", "setup", "--name", "hv1", "--uplink", "eth1", "--controller", "tcp:192.0.2.10:6653"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_THAT(ran.out, testing::StartsWith("# Makes the Open vSwitch of hv1 ready for dcportals."));
  const Ran as_json =
      run_words({"host", "setup", "--name", "hv1", "--uplink", "eth1", "--controller", "tcp:192.0.2.10:6653", "--json"});
  EXPECT_EQ(boost::json::parse(as_json.out).at("commands").as_array().size(), 7U);
  EXPECT_EQ(run_words({"host", "setup", "--name", "hv1", "--uplink", "eth1", "--controller", "192.0.2.10"}).code,
            ExitCode::kUsage);
}

// With --no-wait, because no ovs-vswitchd runs; the uplink is "lo", which every machine has, and `ip` is left out.
TEST(HostSetup, ARealDatabaseTakesThem) {
  if (std::system("command -v ovs-vsctl ovsdb-tool ovsdb-server >/dev/null 2>&1") != 0) GTEST_SKIP() << "no Open vSwitch here";
  char directory[] = "/tmp/dcportalctl-setup-XXXXXX";
  ASSERT_NE(::mkdtemp(directory), nullptr);
  HostSetup setup = kSetup;
  setup.uplink = "lo";
  setup.datapath_type = "netdev";
  std::ofstream(std::string(directory) + "/setup.sh") << render_setup(setup, *setup_lines(setup));
  std::ofstream(std::string(directory) + "/test.sh") << R"sh(set -e
directory=$1
cd "$directory"
export OVS_RUNDIR="$1" OVS_LOGDIR="$1"
ovsdb-tool create conf.db /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server conf.db --remote=punix:db.sock --pidfile="$1/pid" --detach --no-chdir 2>/dev/null
trap 'kill "$(cat "$directory/pid")"' EXIT
ovs-vsctl() { command ovs-vsctl --no-wait --timeout=10 --db="unix:$directory/db.sock" "$@"; }
ip() { :; }
. ./setup.sh
. ./setup.sh
ovs-vsctl get bridge br-int datapath_type fail_mode protocols
ovs-vsctl get bridge br-int other-config:disable-in-band other-config:dp-desc other-config:datapath-id
ovs-vsctl list-ports br-int
ovs-vsctl get-controller br-int
ovs-vsctl get controller br-int connection_mode max_backoff
)sh";
  const std::string command =
      std::string("bash ") + directory + "/test.sh " + directory + " >" + directory + "/out 2>" + directory + "/err";
  const int status = std::system(command.c_str());
  const auto read = [&](const char* name) {
    std::ifstream file(std::string(directory) + "/" + name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(status, 0) << read("err");
  EXPECT_EQ(read("out"),
            "netdev\nsecure\n[OpenFlow13]\n\"true\"\nhv1\n\"0000000000000000\"\nlo\ntcp:192.0.2.10:6653\nout-of-band\n1000\n");
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace dcportals::ctl
