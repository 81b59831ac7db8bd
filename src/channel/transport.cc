// See transport.h. TCP over Boost.Asio.
#include "channel/transport.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace dcportals::channel {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

std::string address_bytes(const asio::ip::address& address) {
  const auto text = [](const auto& bytes) { return std::string(bytes.begin(), bytes.end()); };
  return address.is_v6() ? text(address.to_v6().to_bytes()) : text(address.to_v4().to_bytes());
}

// Boost's error codes to the standard's.
struct Completion {
  Stream::Done done;
  void operator()(error_code error, std::size_t count) { done(error, count); }
};

class TcpStream : public Stream {
 public:
  TcpStream(tcp::socket socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {
    error_code ignored;  // options are wishes: a connection without them still works
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.set_option(tcp::socket::keep_alive(true), ignored);
  }

  void read_some(std::span<std::uint8_t> into, Done done) override {
    socket_.async_read_some(asio::buffer(into.data(), into.size()), Completion{std::move(done)});
  }
  void write_some(ByteSpan bytes, Done done) override {
    socket_.async_write_some(asio::buffer(bytes.data(), bytes.size()), Completion{std::move(done)});
  }
  void finish_sending() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  [[nodiscard]] const std::string& peer() const override { return peer_; }

 private:
  tcp::socket socket_;
  std::string peer_;
};

tcp::endpoint resolve(const Endpoint& endpoint) {
  error_code error;
  const auto address = asio::ip::make_address(endpoint.address, error);
  if (error) throw std::invalid_argument("not a numeric address: '" + endpoint.address + "'");
  return {address, endpoint.port};
}

}  // namespace

Accepted::~Accepted() {
  if (descriptor_ != kNone) ::close(descriptor_);
}

std::unique_ptr<Stream> open_stream(asio::io_context& io, Accepted accepted) {
  tcp::socket socket(io);
  error_code error;
  socket.assign(accepted.ipv6_ ? tcp::v6() : tcp::v4(), accepted.descriptor_, error);
  if (error) return nullptr;
  accepted.descriptor_ = Accepted::kNone;
  return std::make_unique<TcpStream>(std::move(socket), accepted.peer_);
}

Endpoint parse_endpoint(std::string_view text) {
  const auto bad = [&] { return std::invalid_argument("not an endpoint (address:port): '" + std::string(text) + "'"); };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) throw bad();
  std::string_view address = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != std::string_view::npos) {
    throw bad();  // IPv6 without brackets: where would its port begin?
  }
  Endpoint endpoint{std::string(address), 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || end != port.data() + port.size()) throw bad();
  (void)resolve(endpoint);
  return endpoint;
}

struct Listener::Acceptor : std::enable_shared_from_this<Acceptor> {
  Acceptor(asio::io_context& io, OnAccepted accepted, OnError error)
      : acceptor(io), pause(io), on_accepted(std::move(accepted)), on_error(std::move(error)) {}

  void listen(const tcp::endpoint& endpoint) {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
    accept();
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (!error) {
        self->hand_over(std::move(socket));
      } else if (error != asio::error::connection_aborted) {  // gone before we took it: nobody's fault
        self->on_error(error);
        self->accept_later();
        return;
      }
      if (self->acceptor.is_open()) self->accept();
    });
  }

  void hand_over(tcp::socket socket) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;
    const int descriptor = socket.release(error);
    if (!error) on_accepted(Accepted(descriptor, peer.address().is_v6(), address_bytes(peer.address()), endpoint_text(peer)));
  }

  // Out of descriptors, most likely: trying again at once would only burn time.
  void accept_later() {
    pause.expires_after(std::chrono::milliseconds(100));
    pause.async_wait([self = shared_from_this()](error_code) {
      if (self->acceptor.is_open()) self->accept();
    });
  }

  void close() {
    error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
  }

  tcp::acceptor acceptor;
  asio::steady_timer pause;
  OnAccepted on_accepted;
  OnError on_error;
};

Listener::Listener(asio::io_context& io, const Endpoint& endpoint, OnAccepted on_accepted, OnError on_error)
    : acceptor_(std::make_shared<Acceptor>(io, std::move(on_accepted), std::move(on_error))) {
  try {
    acceptor_->listen(resolve(endpoint));
  } catch (const boost::system::system_error& error) {  // not a std::system_error
    throw std::system_error(error.code(), "cannot listen on " + endpoint_text(resolve(endpoint)));
  }
}

Listener::~Listener() {
  acceptor_->close();
}

std::uint16_t Listener::port() const {
  return acceptor_->acceptor.local_endpoint().port();
}

void connect(asio::io_context& io, const Endpoint& endpoint, const std::string& from,
             std::function<void(std::error_code, std::unique_ptr<Stream>)> done) {
  const tcp::endpoint remote = resolve(endpoint);
  auto socket = from.empty() ? std::make_shared<tcp::socket>(io) : std::make_shared<tcp::socket>(io, resolve({from, 0}));
  socket->async_connect(remote, [socket, remote, done = std::move(done)](error_code error) {
    done(error, error ? nullptr : std::make_unique<TcpStream>(std::move(*socket), endpoint_text(remote)));
  });
}

struct Timer::Alarm {
  explicit Alarm(asio::io_context& io) : timer(io) {}
  asio::steady_timer timer;
  std::uint64_t setting = 0;  // a wait that ended before it was cancelled must still not ring
};

Timer::Timer(asio::io_context& io) : alarm_(std::make_shared<Alarm>(io)) {}

Timer::~Timer() {
  cancel();
}

void Timer::set(TimePoint when, std::function<void()> alarm) {
  alarm_->timer.expires_at(when);
  alarm_->timer.async_wait([state = alarm_, setting = ++alarm_->setting, alarm = std::move(alarm)](error_code error) {
    if (!error && setting == state->setting) alarm();
  });
}

void Timer::cancel() {
  ++alarm_->setting;
  alarm_->timer.cancel();
}

void post(asio::io_context& io, std::function<void()> task) {
  asio::post(io, std::move(task));
}

}  // namespace dcportals::channel
