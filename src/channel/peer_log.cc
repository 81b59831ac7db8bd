// See peer_log.h.
#include "channel/peer_log.h"

#include <spdlog/spdlog.h>

namespace dcportals::channel {

PeerLog::PeerLog(double per_second) : logger_(spdlog::get("channel")), bucket_(per_second, 10 * per_second) {
  if (!logger_) logger_ = spdlog::default_logger()->clone("channel");
}

bool PeerLog::admit() {
  if (bucket_.take(Clock::now())) return true;
  ++suppressed_;
  return false;
}

void PeerLog::write(Level level, std::string line) {
  if (suppressed_ > 0) line += fmt::format(" suppressed_before={}", std::exchange(suppressed_, 0));
  logger_->log(level == Level::kWarn ? spdlog::level::warn : spdlog::level::info, line);
}

}  // namespace dcportals::channel
