// How text may look where it goes: in colour or not, and how wide.
//
// `run` decides once, from the terminal, the options and the environment; every rendering function takes one, so tests choose
// freely. Values only, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dcportals::ctl {

enum class Style { kPlain, kBold, kDim, kRed, kGreen, kYellow, kCyan };

struct Look {
  bool color = false;
  std::size_t width = 0;  // in columns; 0: as wide as it gets, for files and pipes

  [[nodiscard]] std::string paint(Style style, std::string_view text) const;
};

}  // namespace dcportals::ctl
