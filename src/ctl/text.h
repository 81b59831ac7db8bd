// Text as a terminal shows it: how many columns it takes, cut or broken to fit, harmless.
//
// Used by everything that renders. Text is UTF-8; what is not valid is shown as U+FFFD, one a byte. Pure, any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dcportals::ctl {

// Columns of a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
[[nodiscard]] std::size_t display_width(std::string_view text);
// Cut to at most `width` columns, the last of which is then "…".
[[nodiscard]] std::string truncate(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t width);

// Control characters become U+FFFD: names are chosen by tenants, and an escape sequence in one must not reach a terminal.
[[nodiscard]] std::string printable(std::string_view text);

// Lines of at most `width` columns (0: one line), broken after spaces and commas where there are any. At least one line.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);
// The same as one text whose second and later lines begin with `indent` spaces; `width` includes them.
[[nodiscard]] std::string wrap_indented(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace dcportals::ctl
