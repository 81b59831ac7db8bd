// Numbers as people say them. Used by the views and the progress line. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dcportals::ctl {

// "40 s", "3 min 4 s", "2 h 5 min", "12 days 3 h": the two largest units.
[[nodiscard]] std::string duration_text(std::int64_t seconds);
// "1 port", "2 ports", "no ports".
[[nodiscard]] std::string count_text(std::int64_t count, std::string_view noun);

}  // namespace dcportals::ctl
