#include "rpc/http_server.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <utility>

#include "rpc/http_session.h"
#include "rpc/token_bucket.h"

namespace dcportals::rpc {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// After a failed accept, as when no file descriptors are left.
constexpr std::chrono::milliseconds kAcceptRetry{100};

std::expected<tcp::endpoint, std::string> endpoint_of(const HttpOptions& options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return std::unexpected(fmt::format("the API's address \"{}\" is not an IP address", options.address));
  if (options.bearer_token && !is_usable_token(*options.bearer_token)) {
    return std::unexpected("the API's bearer token must be visible ASCII characters without spaces, at least one");
  }
  if (!address.is_loopback() && !options.bearer_token) {
    return std::unexpected(
        fmt::format("the API's address {} is not loopback: who reaches it could change every network. Configure a bearer "
                    "token, or use 127.0.0.1",
                    options.address));
  }
  return tcp::endpoint(address, options.port);
}

}  // namespace

// Accepts connections and keeps the sessions. Keeps itself alive while it accepts.
class HttpServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, HttpOptions options, Handler handler)
      : acceptor_(io),
        wake_(io, Clock::time_point::max()),
        pace_(options.connections_per_second, options.connection_burst),
        service_(std::make_shared<HttpService>(HttpService{std::move(options), std::move(handler), {}})) {}

  boost::system::error_code open(const tcp::endpoint& endpoint) {
    boost::system::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }
  void start() { asio::co_spawn(acceptor_.get_executor(), accept_all(shared_from_this()), asio::detached); }

  void stop() {
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    wake_.cancel();
    for (const auto& session : sessions_) session->finish();
  }

  [[nodiscard]] std::uint16_t port() const {
    boost::system::error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }
  [[nodiscard]] const HttpCounters& counters() const { return service_->counters; }

 private:
  asio::awaitable<void> accept_all([[maybe_unused]] std::shared_ptr<Listener> self) {
    while (!stopping_) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (error) {
        if (!stopping_) ++service_->counters.accept_errors;
        co_await pause(kAcceptRetry);
        continue;
      }
      co_await wait_for_place();
      if (stopping_) break;
      add(std::move(socket));
      co_await pause(pace_.take(Clock::now()));
    }
  }

  void add(tcp::socket socket) {
    ++service_->counters.accepted;
    auto session = std::make_shared<HttpSession>(std::move(socket), service_, [weak = weak_from_this()](HttpSession& changed) {
      if (const auto self = weak.lock()) self->on_change(changed);
    });
    sessions_.insert(session);
    service_->counters.connections = sessions_.size();
    session->start();
  }

  void on_change(HttpSession& session) {
    if (session.ended()) sessions_.erase(session.shared_from_this());
    service_->counters.connections = sessions_.size();
    if (waiting_for_place_) wake_.cancel();
  }

  asio::awaitable<void> wait_for_place() {
    waiting_for_place_ = true;
    while (!stopping_ && sessions_.size() >= service_->options.max_connections) {
      close_longest_idle();
      wake_.expires_at(Clock::time_point::max());
      co_await wake_.async_wait(kAwait);
    }
    waiting_for_place_ = false;
  }

  // Unless one that was told to finish is about to leave its place.
  void close_longest_idle() {
    HttpSession* longest = nullptr;
    for (const auto& session : sessions_) {
      if (session->finishing()) return;
      if (session->idle() && (longest == nullptr || session->idle_since() < longest->idle_since())) longest = session.get();
    }
    if (longest == nullptr) return;
    ++service_->counters.evicted;
    longest->finish();
  }

  asio::awaitable<void> pause(Clock::duration time) {
    if (stopping_ || time <= Clock::duration::zero()) co_return;
    wake_.expires_after(time);
    co_await wake_.async_wait(kAwait);
  }

  tcp::acceptor acceptor_;
  asio::steady_timer wake_;
  TokenBucket pace_;
  std::shared_ptr<HttpService> service_;
  std::set<std::shared_ptr<HttpSession>> sessions_;
  bool stopping_ = false;
  bool waiting_for_place_ = false;
};

bool sends_token_in_clear(const HttpOptions& options) {
  boost::system::error_code not_one;
  const auto address = asio::ip::make_address(options.address, not_one);
  return options.bearer_token && !options.tls && !address.is_loopback();
}

HttpServer::HttpServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}
HttpServer::~HttpServer() {
  stop();
}

std::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::listen(asio::io_context& io, HttpOptions options,
                                                                           Handler handler) {
  const auto endpoint = endpoint_of(options);
  if (!endpoint) return std::unexpected(endpoint.error());
  const std::string where = fmt::format("{}:{}", options.address, options.port);
  auto listener = std::make_shared<Listener>(io, std::move(options), std::move(handler));
  if (const auto error = listener->open(*endpoint)) {
    return std::unexpected(fmt::format("cannot serve the API at {}: {}", where, error.message()));
  }
  listener->start();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener)));
}

std::uint16_t HttpServer::port() const {
  return listener_->port();
}
const HttpCounters& HttpServer::counters() const {
  return listener_->counters();
}
void HttpServer::stop() {
  listener_->stop();
}

}  // namespace dcportals::rpc
