// "Did you mean ...?": which of the names that exist were probably meant. Used for commands, options and objects. Pure, any
// thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dcportals::ctl {

// A sentence that names the likely ones among `candidates`, or, where none is likely, the first few under the heading `what`
// ("The networks are"). Empty when there are no candidates.
[[nodiscard]] std::string suggest(std::string_view wrong, std::span<const std::string> candidates, std::string_view what);

}  // namespace dcportals::ctl
