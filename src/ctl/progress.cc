#include "ctl/progress.h"

#include <fmt/format.h>

#include <ostream>

#include "ctl/human.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";
constexpr std::size_t kUsualWidth = 80;

}  // namespace

Progress::Progress(const ProgressPlace& place, std::function<std::string()> describe)
    : place_(place), describe_(std::move(describe)) {
  if (place_.shown) thread_ = std::jthread([this](const std::stop_token& stop) { draw_until_stopped(stop); });
}

Progress::~Progress() = default;

void Progress::draw_until_stopped(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  const auto sleep = [&](std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
  };
  if (!sleep(place_.patience)) return;
  const std::size_t width = place_.width == 0 ? kUsualWidth : place_.width;
  do {
    const auto lasted = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start);
    const std::string line = fmt::format("{}: {}", duration_text(lasted.count()), describe_());
    place_.stream << kClearLine << truncate(line, width - 1) << std::flush;
  } while (sleep(place_.interval));
  place_.stream << kClearLine << std::flush;
}

}  // namespace dcportals::ctl
