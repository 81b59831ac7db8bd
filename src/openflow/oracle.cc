// Runs ovs-ofctl on temporary files.
#include "openflow/oracle.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "openflow/codec.h"

namespace dcportals::openflow {
namespace {

constexpr Xid kMarkerXid{0xfeedface};
constexpr std::string_view kMarker = "OFPT_ECHO_REQUEST (OF1.3) (xid=0xfeedface): 0 bytes of payload\n";

class TemporaryFile {
 public:
  TemporaryFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dcportals-oracle-XXXXXX").string();
    const int fd = ::mkstemp(pattern.data());
    if (fd < 0) throw std::runtime_error("no temporary file");
    ::close(fd);
    path_ = pattern;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Standard output; standard error goes to `errors`.
std::string run(const std::string& command, const std::string& errors) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(fmt::format("{} 2>{}", command, errors).c_str(), "r"),
                                                             ::pclose);
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string out;
  std::array<char, 65536> buffer;
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;) out.append(buffer.data(), n);
  return out;
}

std::string read_all(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<std::string> ovs_print(std::span<const Bytes> messages) {
  const TemporaryFile input, errors;
  const Bytes marker = encode(EchoRequest{}, kMarkerXid);
  std::ofstream file(input.path(), std::ios::binary);
  const auto write = [&file](const Bytes& b) {
    file.write(reinterpret_cast<const char*>(b.data()), static_cast<std::streamsize>(b.size()));
  };
  for (const Bytes& message : messages) {
    write(message);
    write(marker);
  }
  file.close();
  const std::string printed = run("ovs-ofctl ofp-parse " + input.path(), errors.path());
  std::vector<std::string> out;
  for (std::size_t at = 0, end; (end = printed.find(kMarker, at)) != std::string::npos; at = end + kMarker.size()) {
    std::string text = printed.substr(at, end - at);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    out.push_back(std::move(text));
  }
  if (out.size() != messages.size()) throw std::runtime_error("ovs-ofctl ofp-parse failed: " + read_all(errors.path()));
  return out;
}

ParsedFlows ovs_parse_flows(std::span<const std::string> lines) {
  const TemporaryFile input, errors;
  std::ofstream file(input.path());
  for (const std::string& line : lines) file << line << '\n';
  file.close();
  const std::string printed = run("ovs-ofctl -O OpenFlow13 parse-flows " + input.path(), errors.path());
  ParsedFlows out;
  for (std::size_t at = 0, end; (end = printed.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = printed.substr(at, end - at);
    if (line.starts_with("OFPT_FLOW_MOD")) out.mods.push_back(line);
  }
  if (out.mods.size() != lines.size()) {
    out.mods.clear();
    out.complaint = read_all(errors.path());
  }
  return out;
}

}  // namespace dcportals::openflow
