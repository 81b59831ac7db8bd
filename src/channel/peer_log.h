// Log lines that a peer can cause, so many a second and no more. Goes to the spdlog logger "channel", which the program may have
// made; else to one like the default logger. key=value. One thread.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "channel/rate.h"

namespace spdlog {
class logger;
}

namespace dcportals::channel {

class PeerLog {
 public:
  // `per_second` on average, ten times as many in a burst.
  explicit PeerLog(double per_second);

  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) {
    if (admit()) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) {
    if (admit()) write(Level::kWarn, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  enum class Level : std::uint8_t { kInfo, kWarn };

  bool admit();
  void write(Level level, std::string line);

  std::shared_ptr<spdlog::logger> logger_;
  TokenBucket bucket_;
  std::uint64_t suppressed_ = 0;
};

}  // namespace dcportals::channel
