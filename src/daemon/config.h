// dcportald's configuration: one TOML file, every key in etc/dcportald.toml, an unknown key is an error.
//
// `--check-config` and the daemon itself use the same parser. Read once at start.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "channel/options.h"
#include "controller/controller.h"
#include "rpc/http_server.h"
#include "store/store.h"
#include "topology/key_pool.h"

namespace dcportals::daemon {

// Names file, line and key, and says what is wrong.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct LogConfig {
  std::string level = "info";
  std::vector<std::pair<std::string, std::string>> modules;  // module, level
};

struct Config {
  channel::Options openflow;
  rpc::HttpOptions api;
  store::StoreOptions store{"/var/lib/dcportals/dcportals.db"};
  topology::KeyPool key_pool;
  controller::Options controller;  // with [forwarding] and [protection]
  std::chrono::seconds host_grace{15};
  LogConfig log;
};

// Throws ConfigError. `file` is what errors call the text.
[[nodiscard]] Config parse_config(const std::string& text, const std::string& file);
// Every key that there is: "openflow.listen".
[[nodiscard]] std::set<std::string> config_keys();
// Throws ConfigError, also when the file or the token file cannot be read.
[[nodiscard]] Config load_config(const std::string& path);

}  // namespace dcportals::daemon
