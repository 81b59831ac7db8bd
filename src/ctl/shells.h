// The completion scripts of the shells. Each is thin: it asks `dcportalctl __complete` what may stand next (complete.h), so it
// never disagrees with the program. Constant data.
#pragma once

#include <string_view>

namespace dcportals::ctl {

// "bash", "zsh" or "fish"; empty for another.
[[nodiscard]] std::string_view completion_script(std::string_view shell);

}  // namespace dcportals::ctl
