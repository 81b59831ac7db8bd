#include "ctl/file.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "ctl/text.h"

namespace dcportals::ctl {

std::string read_all(std::istream& in) {
  std::string out;
  std::array<char, 65536> part;
  while (in.read(part.data(), part.size()) || in.gcount() > 0) out.append(part.data(), static_cast<std::size_t>(in.gcount()));
  return out;
}

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string content = file ? read_all(file) : std::string();
  if (file.is_open() && !file.bad()) return content;
  return fail(ExitCode::kFailed, fmt::format("cannot read {}: {}", printable(path), std::strerror(errno)));
}

}  // namespace dcportals::ctl
