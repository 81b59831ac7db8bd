#include "daemon/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

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
  EXPECT_EQ(from_sample.api.address, defaults.api.address);
  EXPECT_EQ(from_sample.api.port, defaults.api.port);
  EXPECT_EQ(from_sample.api.bearer_token, defaults.api.bearer_token);
  EXPECT_EQ(from_sample.store.path, defaults.store.path);
  EXPECT_EQ(from_sample.key_pool.prefix(), defaults.key_pool.prefix());
  EXPECT_EQ(from_sample.key_pool.hosts(), defaults.key_pool.hosts());
  EXPECT_EQ(from_sample.controller.key_rest, defaults.controller.key_rest);
  EXPECT_EQ(from_sample.controller.uplink_pattern, defaults.controller.uplink_pattern);
  EXPECT_EQ(from_sample.log.level, defaults.log.level);
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

}  // namespace
}  // namespace dcportals::daemon
