// dcportald whole: builds every part from the configuration and joins them. main() makes one and runs it.
#pragma once

#include <memory>
#include <string>

#include "daemon/config.h"

namespace dcportals::daemon {

class Daemon {
 public:
  // Opens the store, loads the topology, listens. Throws std::runtime_error with a text for the operator.
  Daemon(const Config& config, std::string version);
  ~Daemon();

  // Serves until SIGTERM or SIGINT.
  void run();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace dcportals::daemon
