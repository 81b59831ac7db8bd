// One logger a module, by name, on standard error; levels from the configuration.
#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "daemon/config.h"

namespace dcportals::daemon {

// The module's logger, made on first use. Any thread.
[[nodiscard]] std::shared_ptr<spdlog::logger> log(const std::string& module);
void configure_logs(const LogConfig& config);

}  // namespace dcportals::daemon
