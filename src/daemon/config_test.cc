#include "daemon/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "testing/certificates.h"

namespace dcportals::daemon {
namespace {

std::string error_of(const std::string& text) {
  try {
    (void)parse_config(text, "f.toml");
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "";
}

TEST(Config, TheSampleIsTheDefaults) {
  std::ifstream file("../../etc/dcportald.toml");
  const std::string sample{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(sample.empty());
  const Config from_sample = parse_config(sample, "sample"), defaults = parse_config("", "empty");
  EXPECT_EQ(from_sample.openflow.listen_endpoint, defaults.openflow.listen_endpoint);
  EXPECT_EQ(from_sample.openflow.echo_interval, defaults.openflow.echo_interval);
  EXPECT_EQ(from_sample.openflow.echo_timeout, defaults.openflow.echo_timeout);
  EXPECT_EQ(from_sample.openflow.max_connections, defaults.openflow.max_connections);
  EXPECT_EQ(from_sample.openflow.workers, defaults.openflow.workers);
  EXPECT_EQ(from_sample.api.address, defaults.api.address);
  EXPECT_EQ(from_sample.api.port, defaults.api.port);
  EXPECT_EQ(from_sample.api.bearer_token, defaults.api.bearer_token);
  EXPECT_EQ(from_sample.api.tls, defaults.api.tls);
  EXPECT_EQ(from_sample.store.path, defaults.store.path);
  EXPECT_EQ(from_sample.key_pool.prefix(), defaults.key_pool.prefix());
  EXPECT_EQ(from_sample.key_pool.hosts(), defaults.key_pool.hosts());
  EXPECT_EQ(from_sample.controller.key_rest, defaults.controller.key_rest);
  EXPECT_EQ(from_sample.controller.names.uplink_pattern, defaults.controller.names.uplink_pattern);
  EXPECT_EQ(from_sample.controller.names.physical_networks, defaults.controller.names.physical_networks);
  EXPECT_EQ(from_sample.controller.policy, defaults.controller.policy);
  EXPECT_EQ(from_sample.controller.reconcile_interval, defaults.controller.reconcile_interval);
  EXPECT_EQ(from_sample.controller.announce_interval, defaults.controller.announce_interval);
  EXPECT_EQ(from_sample.log.level, defaults.log.level);
}

// The keys and tables of a TOML file, read by lines: "log.level", "log.modules".
std::set<std::string> keys_in(const std::string& path) {
  std::ifstream file(path);
  std::set<std::string> out;
  std::string section;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('[')) {
      section = line.substr(1, line.find(']') - 1);
      if (section.find('.') != std::string::npos) out.insert(section);
    } else if (const auto equals = line.find(" ="); equals != std::string::npos && !line.starts_with('#')) {
      out.insert(section + '.' + line.substr(0, equals));
    }
  }
  return out;
}

TEST(Config, TheSampleHasEveryKey) {
  EXPECT_EQ(keys_in("../../etc/dcportald.toml"), config_keys());
}

TEST(Config, WithoutAFileThePolicyIsTheDefault) {
  EXPECT_EQ(parse_config("", "f.toml").controller.policy, flowgen::Policy{});
}

TEST(Config, ForwardingAndProtectionAreThePolicy) {
  const Config config = parse_config(R"(
[forwarding]
mode = "auto"
auto_ports = 7
idle_timeout_seconds = 65535
reconcile_interval_seconds = 0
announce_interval_seconds = 5
[protection]
broadcast_rate = 1
outside_broadcasts_per_second = 4
arp_requests_per_second = 2
first_packets_per_second = 3
wire_packets_per_second = 1000000
)",
                                     "f.toml");
  flowgen::Policy expected;
  expected.mode = topology::ForwardingMode::kAuto;
  expected.auto_ports = 7;
  expected.idle_timeout = 65535;
  expected.broadcast_rate = 1;
  expected.outside_broadcasts = {4, 8};
  expected.arp_requests = {2, 4};
  expected.first_packets = {3, 6};
  expected.wire_packets = {1'000'000, 2'000'000};
  EXPECT_EQ(config.controller.policy, expected);
  EXPECT_EQ(config.controller.reconcile_interval, std::chrono::seconds(0));
  EXPECT_EQ(config.controller.announce_interval, std::chrono::seconds(5));
}

TEST(Config, PhysicalNetworksHaveAPortEach) {
  const Config config = parse_config("[fabric.physical_networks]\npublic = \"phy-public\"\n\"a b\" = \"int-br-ex\"\n", "f.toml");
  EXPECT_EQ(config.controller.names.physical_networks, (std::map<std::string, std::string>{{"public", "phy-public"}, {"a b", "int-br-ex"}}));
  const auto error = [](const std::string& lines) { return error_of("[fabric]\nuplink = \"up*\"\n[fabric.physical_networks]\n" + lines); };
  const std::string where = "f.toml:3: fabric.physical_networks ";
  EXPECT_EQ(error("public = 1\n"), where + "has no OpenFlow port of 1 to 15 characters for 'public'");
  EXPECT_EQ(error("public = \"\"\n"), where + "has no OpenFlow port of 1 to 15 characters for 'public'");
  EXPECT_EQ(error("public = \"sixteen-letters-\"\n"), where + "has no OpenFlow port of 1 to 15 characters for 'public'");
  EXPECT_EQ(error("a = \"phy\"\nb = \"phy\"\n"), where + "has phy twice");
  EXPECT_EQ(error("a = \"uplink1\"\n"), where + "has uplink1 for a, which is an uplink (up*)");
  EXPECT_EQ(error_of("[fabric]\nphysical_networks = \"public:br-ex\"\n"), "f.toml:2: fabric.physical_networks must be a table");
}

TEST(Config, WrongModulesOfTheLogAreRefused) {
  EXPECT_EQ(error_of("[log.modules]\napi = \"debug\"\n"), "f.toml:1: log.modules has api, which is none of channel, controller, daemon, store");
  EXPECT_EQ(error_of("[log.modules]\nchannel = \"loud\"\n"), "f.toml:1: log.modules has no log level for channel");
  EXPECT_EQ(error_of("[log.modules]\nchannel = \"debug\"\nstore = \"off\"\n"), "");
}

TEST(Config, WrongForwardingAndProtectionAreRefused) {
  EXPECT_EQ(error_of("[forwarding]\nmode = \"Auto\"\n"), "f.toml:2: forwarding.mode must be proactive, reactive or auto");
  EXPECT_EQ(error_of("[forwarding]\nmode = 1\n"), "f.toml:2: forwarding.mode must be a text");
  EXPECT_EQ(error_of("[forwarding]\nauto_ports = 0\n"), "f.toml:2: forwarding.auto_ports must be from 1 to 1000000");
  EXPECT_EQ(error_of("[forwarding]\nidle_timeout_seconds = 0\n"), "f.toml:2: forwarding.idle_timeout_seconds must be from 1 to 65535");
  EXPECT_EQ(error_of("[forwarding]\nidle_timeout_seconds = 65536\n"), "f.toml:2: forwarding.idle_timeout_seconds must be from 1 to 65535");
  EXPECT_EQ(error_of("[forwarding]\nreconcile_interval_seconds = -1\n"),
            "f.toml:2: forwarding.reconcile_interval_seconds must be from 0 to 86400");
  EXPECT_EQ(error_of("[forwarding]\nannounce_interval_seconds = 86401\n"),
            "f.toml:2: forwarding.announce_interval_seconds must be from 0 to 86400");
  EXPECT_EQ(error_of("[forwarding]\nworkers = 2\n"), "f.toml:2: unknown key forwarding.workers");
  EXPECT_EQ(error_of("[protection]\nbroadcast_rate = 0\n"), "f.toml:2: protection.broadcast_rate must be from 1 to 1000000");
  for (const char* key : {"outside_broadcasts_per_second", "arp_requests_per_second", "first_packets_per_second", "wire_packets_per_second"}) {
    for (const char* value : {"0", "1000001", "-5"}) {
      EXPECT_EQ(error_of(fmt::format("[protection]\n{} = {}\n", key, value)),
                fmt::format("f.toml:2: protection.{} must be from 1 to 1000000", key));
    }
  }
}

TEST(Config, ErrorsNameFileLineAndKey) {
  EXPECT_EQ(error_of("[api]\nlisten = \"127.0.0.1:1\"\nlistn = 1\n"), "f.toml:3: unknown key api.listn");
  EXPECT_EQ(error_of("[apy]\n"), "f.toml:1: unknown section apy");
  EXPECT_EQ(error_of("[openflow]\necho_interval_seconds = \"5\"\n"), "f.toml:2: openflow.echo_interval_seconds must be a whole number");
  EXPECT_EQ(error_of("[openflow]\necho_interval_seconds = 0\n"), "f.toml:2: openflow.echo_interval_seconds must be from 1 to 86400");
  EXPECT_EQ(error_of("[api]\nlisten = \"localhost\"\n"), "f.toml:2: api.listen must be address:port, as 127.0.0.1:8696 or [::1]:8696");
  EXPECT_NE(error_of("[api]\nlisten = \n").find("f.toml:"), std::string::npos);
  EXPECT_NE(error_of("[log]\nlevel = \"loud\"\n").find("log.level must be"), std::string::npos);
}

TEST(Config, WorkersAreThreadsOfTheChannel) {
  EXPECT_EQ(parse_config("", "f.toml").openflow.workers, 1U);
  EXPECT_EQ(parse_config("[openflow]\nworkers = 64\n", "f.toml").openflow.workers, 64U);
  for (const char* value : {"0", "65", "-1"}) {
    EXPECT_EQ(error_of(fmt::format("[openflow]\nworkers = {}\n", value)), "f.toml:2: openflow.workers must be from 1 to 64") << value;
  }
}

TEST(Config, KeyPoolsThatCouldMeetRealAddressesAreRefused) {
  for (const char* pool : {"0.0.0.0/4", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.1/4", "pool"}) {
    EXPECT_NE(error_of(std::string("[fabric]\nkey_pool = \"") + pool + "\"\n").find("fabric.key_pool"), std::string::npos) << pool;
  }
  EXPECT_EQ(error_of("[fabric]\nkey_pool = \"10.0.0.0/8\"\nkey_host_bits = 12\n"), "");
  EXPECT_NE(error_of("[fabric]\nkey_pool = \"10.0.0.0/24\"\nkey_host_bits = 9\n"), "");
}

TEST(Config, TokenFileThatCannotBeReadIsAnError) {
  EXPECT_NE(error_of("[api]\ntoken_file = \"/nonexistent\"\n").find("api.token_file"), std::string::npos);
}

TEST(Config, TlsNeedsBothFilesAndTheirErrorsNameTheKey) {
  testing::TestCa ca;
  const auto [certificate, key] = ca.issue("DNS:localhost");
  const auto other = ca.issue("DNS:localhost");
  const auto section = [](const std::string& certificate_file, const std::string& key_file) {
    return fmt::format("[api]\ntls_certificate_file = \"{}\"\ntls_key_file = \"{}\"\n", certificate_file, key_file);
  };
  EXPECT_EQ(parse_config(section("", ""), "f").api.tls, nullptr);
  EXPECT_NE(parse_config(section(certificate, key), "f").api.tls, nullptr);
  EXPECT_EQ(error_of(section(certificate, "")), "f.toml:3: api.tls_key_file is missing: the key of " + certificate);
  EXPECT_EQ(error_of(section("", key)), "f.toml:2: api.tls_certificate_file is missing: the certificate of " + key);
  EXPECT_EQ(error_of(section("/nowhere", key)), "f.toml:2: api.tls_certificate_file /nowhere: No such file or directory");
  EXPECT_EQ(error_of(section(certificate, "/nowhere")), "f.toml:3: api.tls_key_file /nowhere: No such file or directory");
  EXPECT_EQ(error_of(section(certificate, other.key)),
            fmt::format("f.toml:3: api.tls_key_file {}: is not the key of the certificate in {}", other.key, certificate));
}

}  // namespace
}  // namespace dcportals::daemon
