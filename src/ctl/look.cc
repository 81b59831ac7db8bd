#include "ctl/look.h"

#include <fmt/format.h>

namespace dcportals::ctl {
namespace {

// Select Graphic Rendition (ECMA-48 section 8.3.117).
std::string_view rendition(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "1";
    case Style::kDim:
      return "2";
    case Style::kRed:
      return "1;31";
    case Style::kGreen:
      return "32";
    case Style::kYellow:
      return "33";
    case Style::kCyan:
      return "1;36";
  }
  return "";
}

}  // namespace

std::string Look::paint(Style style, std::string_view text) const {
  if (!color || style == Style::kPlain || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", rendition(style), text);
}

}  // namespace dcportals::ctl
