// Reading files and standard input whole, for tokens and topology files. Blocking, one thread.
#pragma once

#include <iosfwd>
#include <string>

#include "ctl/failure.h"

namespace dcportals::ctl {

[[nodiscard]] Result<std::string> read_file(const std::string& path);
[[nodiscard]] std::string read_all(std::istream& in);

}  // namespace dcportals::ctl
