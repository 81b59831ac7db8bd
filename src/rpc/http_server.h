// The HTTP/1.1 server of the API: takes bodies of POST requests to a handler and its answers back.
//
// Runs on the caller's io_context, whose one thread also runs the handler; destroy the io_context after everything that may still
// hold an answer. With a certificate (tls_identity.h) it speaks TLS and nothing else. Every limit is an option with a default
// that fits a control plane of one host. Asks nothing of JSON; `Dispatcher::handle` is the usual handler. doc/rpc.md says what
// clients see.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace dcportals::rpc {

class TlsIdentity;

struct HttpOptions {
  std::string address = "127.0.0.1";  // an IP address; one that is not loopback needs a token
  std::uint16_t port = 8696;          // 0: any free one, see HttpServer::port()
  std::optional<std::string> bearer_token;
  std::shared_ptr<TlsIdentity> tls;  // of TLS connections; none: plain HTTP
  std::size_t max_body_bytes = std::size_t{32} << 20;
  // Of all requests being read or answered at a time; a request that does not fit is refused with 503.
  std::size_t max_total_body_bytes = std::size_t{128} << 20;
  std::uint32_t max_header_bytes = 8192;
  // When all places are taken, the longest idle connection is closed for a new one; if none is idle, the new one waits.
  std::size_t max_connections = 64;
  double connections_per_second = 200;  // on average; those beyond wait
  double connection_burst = 50;
  std::chrono::milliseconds idle_timeout{60'000};   // for the first byte of the next request
  std::chrono::milliseconds head_timeout{10'000};   // for the rest of its head, and before the first one for TLS's handshake
  std::chrono::milliseconds body_timeout{60'000};   // for its body
  std::chrono::milliseconds write_timeout{60'000};  // for the client to take the answer
  std::chrono::milliseconds drain_timeout{1'000};   // for a refused client to see why, before the connection is reset
};

struct HttpCounters {
  std::size_t connections = 0;  // now
  std::uint64_t accepted = 0;
  std::uint64_t accept_errors = 0;
  std::uint64_t requests = 0;  // that reached the handler
  std::uint64_t unauthorized = 0;
  std::uint64_t refused = 0;  // answered with another HTTP error
  std::uint64_t timeouts = 0;
  std::uint64_t evicted = 0;            // idle, closed to make room
  std::uint64_t failed_handshakes = 0;  // of TLS: clients without trust in the certificate, or of another protocol
};

// Who watches the network between could learn the bearer token: it goes over plain HTTP at an address that is not loopback.
[[nodiscard]] bool sends_token_in_clear(const HttpOptions& options);

class HttpServer {
 public:
  // Must call the second argument once, now or later; with an empty text for "nothing to answer".
  using Handler = std::function<void(std::string body, std::function<void(std::string)> answer)>;

  // Listens at once; serves when `io` runs. The error says what is wrong with the options or why the address cannot be had.
  [[nodiscard]] static std::expected<std::unique_ptr<HttpServer>, std::string> listen(boost::asio::io_context& io,
                                                                                      HttpOptions options, Handler handler);
  ~HttpServer();  // as stop()
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const HttpCounters& counters() const;
  // Accepts no more, closes idle connections; requests in progress are still answered. Then nothing of the server keeps `io`
  // running.
  void stop();

 private:
  class Listener;
  explicit HttpServer(std::shared_ptr<Listener> listener);
  std::shared_ptr<Listener> listener_;
};

}  // namespace dcportals::rpc
