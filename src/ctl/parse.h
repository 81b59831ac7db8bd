// The command line, read: which command, with which arguments. The only part that knows CLI11.
//
// Built from the declarations in commands.h. The error of a command line that is wrong says what would be right. Pure, any
// thread.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "ctl/command.h"

namespace dcportals::ctl {

struct Invocation {
  const CommandSpec* command = nullptr;
  Arguments arguments;
  Arguments globals;
};

// --help or --version, to be printed; a success.
struct HelpFor {
  std::string path;  // of a command or a group; empty: of the program
};
struct VersionAsked {};

using Parsed = std::variant<Invocation, HelpFor, VersionAsked>;

// `words` without the program's name.
[[nodiscard]] Result<Parsed> parse(std::span<const std::string> words);

}  // namespace dcportals::ctl
