// One connection of the HTTP server: reads requests one after the other, so pipelined ones are answered in their order.
//
// A session is *idle* while it waits for the first byte of a request, or for a refused client to leave; only then may it be
// closed without harm. It keeps itself alive until its connection ends. Made by http_server.cc, on the thread of its io_context.
// Where the server has a certificate, TLS's handshake comes first, under the limits of a request: idle until the client's first
// byte, then as long as a head may take.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "rpc/http_rules.h"
#include "rpc/http_server.h"
#include "rpc/http_stream.h"

namespace dcportals::rpc {

// What the sessions of one server share.
struct HttpService {
  HttpOptions options;
  HttpServer::Handler handler;
  HttpCounters counters;
  std::size_t body_bytes = 0;  // that the requests in hand hold or may come to hold
};

// A request's part of HttpService::body_bytes, given back at its end.
class BodyShare {
 public:
  explicit BodyShare(HttpService& service) : service_(service) {}
  ~BodyShare() { service_.body_bytes -= bytes_; }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  [[nodiscard]] bool take(std::size_t bytes) {
    if (bytes > service_.options.max_total_body_bytes - service_.body_bytes) return false;
    service_.body_bytes += bytes;
    bytes_ += bytes;
    return true;
  }

 private:
  HttpService& service_;
  std::size_t bytes_ = 0;
};

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Clock = std::chrono::steady_clock;
  // `on_change` is called when the session becomes idle and when it has ended.
  using OnChange = std::function<void(HttpSession&)>;

  HttpSession(boost::asio::ip::tcp::socket socket, std::shared_ptr<HttpService> service, OnChange on_change);
  void start();
  // Closes at once if idle, else after the answer in progress.
  void finish();

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool finishing() const { return finishing_; }
  [[nodiscard]] bool idle() const { return idle_; }
  [[nodiscard]] Clock::time_point idle_since() const { return idle_since_; }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Error = boost::system::error_code;
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  Awaitable<void> run(std::shared_ptr<HttpSession> self);
  // Each says whether to go on with the connection.
  Awaitable<bool> start_tls();
  Awaitable<bool> wait_for_request();
  Awaitable<bool> serve_one();
  Awaitable<bool> read(Parser& parser, BodyShare& share);
  Awaitable<bool> answer(const Parser& parser, std::string text);
  Awaitable<std::string> ask(std::string body);
  // Sends the refusal and lets the client read it, which it could not if its unread bytes reset the connection.
  Awaitable<void> refuse(HttpRefusal refusal, bool with_body, unsigned version);
  std::optional<HttpRefusal> refusal_for_head(const Parser& parser, BodyShare& share) const;
  // The refusal that a failed read deserves; nullopt when nobody is there to be told.
  std::optional<HttpRefusal> refusal_for(const Error& error);
  void become_idle(std::chrono::milliseconds timeout);
  void set_deadline(std::chrono::milliseconds timeout);

  HttpStream stream_;
  boost::asio::steady_timer deadline_;
  std::shared_ptr<HttpService> service_;
  OnChange on_change_;
  boost::beast::flat_buffer buffer_;
  Clock::time_point idle_since_;
  bool idle_ = false;
  bool ended_ = false;
  bool finishing_ = false;
  bool timed_out_ = false;
  bool cut_off_ = false;  // what was written last did not go out whole
};

}  // namespace dcportals::rpc
