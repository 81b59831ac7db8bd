// A small blocking client of the API, for `dcportalctl` and tests: one connection a call.
//
// Every failure comes back as a text that can be shown to an operator as it is. Not for the event loop. One thread at a time.
#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "rpc/error.h"

namespace dcportals::rpc {

struct ClientError {
  std::string text;
  std::optional<RpcError> rpc;  // absent: the call got no JSON-RPC answer (connection, HTTP status, time)
};

// Where a daemon listens: "http://host:port", "https://host:port" (TLS), either with "/rpc" behind; its port is 8696
// where absent.
struct ApiUrl {
  std::string host;
  std::uint16_t port = 8696;
  std::string target = "/";
  bool tls = false;
  [[nodiscard]] static std::expected<ApiUrl, std::string> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;
};

class Client {
 public:
  // `ca_file`, for https: certificates in PEM form, one of which must have signed the server's; empty: those the system trusts.
  Client(ApiUrl url, std::optional<std::string> bearer_token, std::chrono::milliseconds timeout, std::string ca_file = {});

  // The time for a whole call: connecting, sending, waiting, reading. Calls that wait in the daemon (sync.wait) need more than it
  // was told.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }
  [[nodiscard]] std::expected<boost::json::value, ClientError> call(std::string_view method, const boost::json::object& params);

 private:
  ApiUrl url_;
  std::optional<std::string> bearer_token_;
  std::chrono::milliseconds timeout_;
  std::string ca_file_;
};

}  // namespace dcportals::rpc
