// dcportald's command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

namespace {

constexpr const char* kFooter =
    "\nExamples:\n"
    "  dcportald --config /etc/dcportals/dcportald.toml\n"
    "  dcportald --check-config /etc/dcportals/dcportald.toml\n"
    "\nRuns in the foreground and logs to standard error. SIGTERM stops it; switches keep their flows.\n"
    "Exit codes: 0 stopped by a signal or the configuration is right, 1 it cannot run, 2 wrong usage or configuration.\n";

}  // namespace

int main(int argc, char** argv) {
  using namespace dcportals::daemon;
  CLI::App app{"Isolates tenants' networks by programming Open vSwitch: OpenFlow controller, topology store and JSON-RPC API."};
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("dcportald ") + DCPORTALS_VERSION);
  std::string config_path, check_path;
  auto* config_option = app.add_option("--config", config_path, "Run with this configuration");
  app.add_option("--check-config", check_path, "Say whether this configuration is right, and stop")->excludes(config_option);
  CLI11_PARSE(app, argc, argv);
  if (config_path.empty() && check_path.empty()) {
    std::fputs("dcportald: --config FILE or --check-config FILE is needed; see --help\n", stderr);
    return 2;
  }
  try {
    const Config config = load_config(config_path.empty() ? check_path : config_path);
    if (!check_path.empty()) {
      std::printf("%s: right\n", check_path.c_str());
      return 0;
    }
    configure_logs(config.log);
    Daemon(config, DCPORTALS_VERSION).run();
    return 0;
  } catch (const ConfigError& e) {
    std::fprintf(stderr, "dcportald: %s\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "dcportald: %s\n", e.what());
    return 1;
  }
}
