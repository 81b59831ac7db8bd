#include "ctl/human.h"

#include <fmt/format.h>

namespace dcportals::ctl {

std::string duration_text(std::int64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  const std::int64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
  const std::int64_t days = hours / 24;
  return fmt::format("{} day{} {} h", days, days == 1 ? "" : "s", hours % 24);
}

std::string count_text(std::int64_t count, std::string_view noun) {
  if (count == 0) return fmt::format("no {}s", noun);
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace dcportals::ctl
