// One HTTP POST and its answer, blocking, with a deadline for the whole. The part of the client that touches sockets.
//
// Used by client.cc. Runs an io_context of its own, so never call it from the daemon's event loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace dcportals::rpc {

struct HttpPost {
  std::string host;
  std::uint16_t port = 0;
  std::string target;
  bool tls = false;
  std::string ca_file;  // PEM; of TLS: whom to trust. Empty: whom the system trusts
  std::optional<std::string> bearer_token;
  std::string body;
  std::chrono::milliseconds timeout{10'000};
};

struct HttpReply {
  unsigned status = 0;
  std::string body;
};

// The error says which step failed and why.
[[nodiscard]] std::expected<HttpReply, std::string> post(const HttpPost& request);

}  // namespace dcportals::rpc
