// The help texts: of the program, of a group of commands, of a command. Made from the declarations in commands.h.
//
// Printed by `run` for --help. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "ctl/look.h"

namespace dcportals::ctl {

// `path` as of a command or a group; "" for the program.
[[nodiscard]] std::string render_help(std::string_view path, const Look& look);

}  // namespace dcportals::ctl
