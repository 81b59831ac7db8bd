// What a run of `dcportalctl` takes from the process: words, variables, streams, the terminal. Filled by main, or by a test.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace dcportals::ctl {

struct Environment {
  std::vector<std::string> words = {};  // without the program's name
  std::function<std::optional<std::string>(const char* name)> variable;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t terminal_width = 0;  // 0: not known
};

}  // namespace dcportals::ctl
