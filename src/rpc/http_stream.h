// The byte stream below HTTP: TCP, or TLS over it. Reads and writes go where Beast's algorithms want them, for server and client.
//
// Starts as plain TCP and stays so unless start_tls() is called before the first byte. One read and one write at a time, on the
// io_context's thread. Used by http_session and http_exchange.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <memory>
#include <utility>

namespace dcportals::rpc {

class HttpStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using executor_type = Socket::executor_type;  // the name that Asio asks for
  using Error = boost::system::error_code;
  using Side = boost::asio::ssl::stream_base::handshake_type;

  explicit HttpStream(Socket socket) : socket_(std::move(socket)) {}
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }
  // For connecting, waiting, cancelling and closing.
  Socket& socket() { return socket_; }

  // OpenSSL's state of a connection that will speak TLS; shake_hands() comes next.
  SSL* start_tls(boost::asio::ssl::context& context) {
    tls_ = std::make_unique<TlsStream>(socket_, context);
    return tls_->native_handle();
  }
  boost::asio::awaitable<Error> shake_hands(Side side) {
    const auto [error] = co_await tls_->async_handshake(side, kAwait);
    co_return error;
  }
  // The peer reads the end after what was written; it may still send. With TLS, not before it has been told so in TLS's own way.
  boost::asio::awaitable<void> send_end() {
    if (tls_) {
      // As if the peer had ended too: its answer is not waited for.
      SSL_set_shutdown(tls_->native_handle(), SSL_RECEIVED_SHUTDOWN);
      const auto [ignored] = co_await tls_->async_shutdown(kAwait);
      (void)ignored;
    }
    Error gone;
    socket_.shutdown(Socket::shutdown_send, gone);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (tls_) {
            tls_->async_read_some(into, std::move(handler));
          } else {
            socket_.async_read_some(into, std::move(handler));
          }
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(Error, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (tls_) {
            tls_->async_write_some(from, std::move(handler));
          } else {
            socket_.async_write_some(from, std::move(handler));
          }
        },
        token, buffers);
  }

 private:
  static constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
  using TlsStream = boost::asio::ssl::stream<Socket&>;

  Socket socket_;
  std::unique_ptr<TlsStream> tls_;
};

}  // namespace dcportals::rpc
