#include "daemon/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <mutex>

namespace dcportals::daemon {

std::shared_ptr<spdlog::logger> log(const std::string& module) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (auto known = spdlog::get(module)) return known;
  auto logger = std::make_shared<spdlog::logger>(module, spdlog::default_logger()->sinks().begin(), spdlog::default_logger()->sinks().end());
  spdlog::initialize_logger(logger);
  return logger;
}

void configure_logs(const LogConfig& config) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("daemon"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %n %v");
  spdlog::set_level(spdlog::level::from_str(config.level));
  spdlog::flush_on(spdlog::level::warn);
  for (const auto& [module, level] : config.modules) log(module)->set_level(spdlog::level::from_str(level));
}

}  // namespace dcportals::daemon
