// Reads testdata/*.golden.
#include "openflow/golden.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/hex.h"

namespace dcportals::openflow {
namespace {

Golden begin_record(const std::string& line) {
  std::istringstream words(line.substr(3));
  Golden golden;
  words >> golden.name;
  for (std::string flag; words >> flag;) {
    if (flag == "more") {
      golden.more = true;
    } else if (flag == "rewritten") {
      golden.rewritten = true;
    } else if (flag == "ours") {
      golden.ours = true;
    } else {
      throw std::runtime_error("golden " + golden.name + ": unknown flag " + flag);
    }
  }
  return golden;
}

void read_file(const std::filesystem::path& path, std::vector<Golden>& out) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("== ")) {
      out.push_back(begin_record(line));
    } else if (out.empty()) {
      throw std::runtime_error(path.string() + ": no record yet");
    } else if (line.starts_with("| ")) {
      if (!out.back().text.empty()) out.back().text += '\n';
      out.back().text += line.substr(2);
    } else {
      const auto bytes = parse_hex(line);
      if (!bytes) throw std::runtime_error(path.string() + ": not hexadecimal: " + line);
      out.back().bytes.insert(out.back().bytes.end(), bytes->begin(), bytes->end());
    }
  }
}

}  // namespace

const std::vector<Golden>& goldens() {
  static const std::vector<Golden> all = [] {
    std::vector<Golden> out;
    for (const auto& entry : std::filesystem::directory_iterator("testdata")) {
      if (entry.path().extension() == ".golden") read_file(entry.path(), out);
    }
    if (out.empty()) throw std::runtime_error("no golden messages in testdata");
    return out;
  }();
  return all;
}

const Golden& golden(const std::string& name) {
  const auto found = std::ranges::find(goldens(), name, &Golden::name);
  if (found == goldens().end()) throw std::runtime_error("no golden " + name);
  return *found;
}

}  // namespace dcportals::openflow
