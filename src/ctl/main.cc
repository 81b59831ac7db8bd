// `dcportalctl`: hands the process's words, variables, streams and terminal to ctl::run().
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "ctl/run.h"

int main(int argc, char** argv) {
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 || ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  const dcportals::ctl::Environment environment{
      .words = std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
      .variable = [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
      },
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
      .terminal_width = is_known ? size.ws_col : std::size_t{0},
  };
  return static_cast<int>(dcportals::ctl::run(environment));
}
