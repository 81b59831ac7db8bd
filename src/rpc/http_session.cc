#include "rpc/http_session.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

#include "rpc/tls_context.h"

namespace dcportals::rpc {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// Errors come as values: a client that goes away is no exception.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// The type of the record that every TLS connection begins with (RFC 8446 section 5.1). No HTTP request begins so.
constexpr unsigned char kTlsHandshake = 22;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

template <class Request>
RequestHead head_of(const Request& request) {
  return {.method = view(request.method_string()),
          .target = view(request.target()),
          .content_type = view(request[http::field::content_type]),
          .content_encoding = view(request[http::field::content_encoding]),
          .authorization = view(request[http::field::authorization]),
          .origin = view(request[http::field::origin]),
          .expect = view(request[http::field::expect])};
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, std::shared_ptr<HttpService> service, OnChange on_change)
    : stream_(std::move(socket)),
      deadline_(stream_.get_executor()),
      service_(std::move(service)),
      on_change_(std::move(on_change)) {}

void HttpSession::start() {
  asio::co_spawn(stream_.get_executor(), run(shared_from_this()), asio::detached);
}

void HttpSession::finish() {
  finishing_ = true;
  if (idle_) stream_.socket().cancel();
  idle_ = false;
}

void HttpSession::set_deadline(std::chrono::milliseconds timeout) {
  timed_out_ = false;
  deadline_.expires_after(timeout);
  deadline_.async_wait([weak = weak_from_this()](const Error& error) {
    const auto self = weak.lock();
    // The wait may have been over already when the deadline was set anew.
    if (error || !self || self->deadline_.expiry() > Clock::now()) return;
    self->timed_out_ = true;
    self->stream_.socket().cancel();
  });
}

void HttpSession::become_idle(std::chrono::milliseconds timeout) {
  idle_ = true;
  idle_since_ = Clock::now();
  on_change_(*this);
  set_deadline(timeout);
}

asio::awaitable<void> HttpSession::run(std::shared_ptr<HttpSession> self) {
  bool open = co_await start_tls();
  while (open) {
    // Not in one condition: g++ 12 awaits what stands behind && in it in any case.
    open = co_await wait_for_request();
    if (open) open = co_await serve_one();
  }
  set_deadline(service_->options.drain_timeout);
  if (!cut_off_) co_await stream_.send_end();
  deadline_.cancel();
  Error ignored;
  stream_.socket().close(ignored);
  ended_ = true;
  on_change_(*self);
}

asio::awaitable<bool> HttpSession::start_tls() {
  const std::shared_ptr<TlsIdentity> identity = service_->options.tls;
  if (!identity) co_return true;
  if (finishing_) co_return false;
  become_idle(service_->options.idle_timeout);
  const auto [wait_error] = co_await stream_.socket().async_wait(asio::ip::tcp::socket::wait_read, kAwait);
  idle_ = false;
  std::array<unsigned char, 1> first{};
  Error error = wait_error;
  if (!error) stream_.socket().receive(asio::buffer(first), asio::socket_base::message_peek, error);
  if (error) co_return false;
  if (first[0] != kTlsHandshake) {
    co_await refuse({400, "TLS is spoken here: the API's URL starts with https://"}, true, 11);
    co_return false;
  }
  set_deadline(service_->options.head_timeout);
  stream_.start_tls(identity->context().ssl);
  error = co_await stream_.shake_hands(asio::ssl::stream_base::server);
  if (error) ++(timed_out_ ? service_->counters.timeouts : service_->counters.failed_handshakes);
  cut_off_ = timed_out_;
  co_return !error;
}

asio::awaitable<bool> HttpSession::wait_for_request() {
  if (finishing_) co_return false;
  if (buffer_.size() > 0) co_return true;
  become_idle(service_->options.idle_timeout);
  const auto [error, count] = co_await stream_.async_read_some(buffer_.prepare(4096), kAwait);
  idle_ = false;
  buffer_.commit(count);
  co_return !error;
}

asio::awaitable<bool> HttpSession::serve_one() {
  BodyShare share(*service_);
  Parser parser;
  parser.header_limit(service_->options.max_header_bytes);
  parser.body_limit(service_->options.max_body_bytes);
  if (!co_await read(parser, share)) co_return false;
  ++service_->counters.requests;
  deadline_.cancel();
  std::string text = co_await ask(std::move(parser.get().body()));
  co_return co_await answer(parser, std::move(text));
}

std::optional<HttpRefusal> HttpSession::refusal_for_head(const Parser& parser, BodyShare& share) const {
  if (auto refusal = check_head(head_of(parser.get()), service_->options.bearer_token)) return refusal;
  // A chunked body does not say how long it will be.
  const std::uint64_t length = parser.chunked() ? service_->options.max_body_bytes : parser.content_length().value_or(0);
  if (share.take(static_cast<std::size_t>(length))) return std::nullopt;
  return HttpRefusal{503, "too many long requests at a time", "Retry-After", "1"};
}

asio::awaitable<bool> HttpSession::read(Parser& parser, BodyShare& share) {
  set_deadline(service_->options.head_timeout);
  auto [head_error, head_bytes] = co_await http::async_read_header(stream_, buffer_, parser, kAwait);
  std::optional<HttpRefusal> refusal;
  if (head_error) {
    refusal = refusal_for(head_error);
    if (refusal) co_await refuse(*refusal, true, 11);
    co_return false;
  }
  const auto& request = parser.get();
  refusal = refusal_for_head(parser, share);
  if (refusal) {
    co_await refuse(*refusal, request.method() != http::verb::head, request.version());
    co_return false;
  }
  set_deadline(service_->options.body_timeout);
  if (!request[http::field::expect].empty() && request.version() == 11) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    auto [write_error, written] = co_await asio::async_write(stream_, asio::buffer(kContinue), kAwait);
    cut_off_ = static_cast<bool>(write_error);
    if (write_error) co_return false;
  }
  auto [body_error, body_bytes] = co_await http::async_read(stream_, buffer_, parser, kAwait);
  if (!body_error) co_return true;
  refusal = refusal_for(body_error);
  if (refusal) co_await refuse(*refusal, true, request.version());
  co_return false;
}

asio::awaitable<std::string> HttpSession::ask(std::string body) {
  struct Pending {
    explicit Pending(const asio::any_io_executor& executor) : ready(executor, Clock::time_point::max()) {}
    asio::steady_timer ready;  // never expires: cancelled when the answer is there
    std::optional<std::string> text;
  };
  auto pending = std::make_shared<Pending>(stream_.get_executor());
  service_->handler(std::move(body), [pending](std::string text) {
    pending->text = std::move(text);
    pending->ready.cancel();
  });
  while (!pending->text) co_await pending->ready.async_wait(kAwait);
  co_return std::move(*pending->text);
}

asio::awaitable<bool> HttpSession::answer(const Parser& parser, std::string text) {
  const bool empty = text.empty();
  http::response<http::string_body> response(empty ? http::status::no_content : http::status::ok, parser.get().version());
  response.keep_alive(parser.keep_alive() && !finishing_);
  if (!empty) {
    response.set(http::field::content_type, "application/json");
    response.body() = std::move(text);
    response.prepare_payload();
  }
  set_deadline(service_->options.write_timeout);
  auto [error, written] = co_await http::async_write(stream_, response, kAwait);
  if (timed_out_) ++service_->counters.timeouts;
  cut_off_ = static_cast<bool>(error);
  co_return !error && response.keep_alive();
}

std::optional<HttpRefusal> HttpSession::refusal_for(const Error& error) {
  if (timed_out_) {
    ++service_->counters.timeouts;
    return HttpRefusal{408, "the request did not arrive in time"};
  }
  if (error == http::error::body_limit) return HttpRefusal{413, "the body is too long"};
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return HttpRefusal{431, "the headers are too long"};
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == make_error_code(http::error::bad_method).category()) return HttpRefusal{400, "this is not HTTP/1.1"};
  return std::nullopt;
}

asio::awaitable<void> HttpSession::refuse(HttpRefusal refusal, bool with_body, unsigned version) {
  ++(refusal.status == 401 ? service_->counters.unauthorized : service_->counters.refused);
  http::response<http::string_body> response(static_cast<http::status>(refusal.status), version);
  response.keep_alive(false);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  if (!refusal.header_name.empty()) response.set(std::string(refusal.header_name), std::string(refusal.header_value));
  response.body() = std::string(refusal.text) + '\n';
  response.prepare_payload();
  if (!with_body) response.body().clear();
  set_deadline(service_->options.write_timeout);
  auto [error, written] = co_await http::async_write(stream_, response, kAwait);
  cut_off_ = static_cast<bool>(error);
  if (error || finishing_) co_return;
  co_await stream_.send_end();
  become_idle(service_->options.drain_timeout);
  for (Error drained; !drained;) {
    buffer_.clear();
    // Below TLS: what it says does not matter any more.
    auto [drain_error, count] = co_await stream_.socket().async_read_some(buffer_.prepare(16384), kAwait);
    drained = drain_error;
  }
}

}  // namespace dcportals::rpc
