// The outside world of this module: byte streams, listening, time. The only header that knows of Boost.Asio, and it does not
// include it: an Asio header costs every file that includes it seconds to compile.
//
// TLS will be one more class beside TcpStream (in transport.cc) that implements Stream over boost::asio::ssl::stream, made by
// open_stream(); its handshake then comes before the first read. Everything is called, and calls back, on the io_context's thread,
// never from within the call that asked; an Accepted may go from one thread to another before it becomes a Stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/byte_io.h"
#include "channel/rate.h"

namespace boost::asio {
class io_context;
}

namespace dcportals::channel {

class Stream {
 public:
  using Done = std::function<void(std::error_code, std::size_t)>;

  virtual ~Stream() = default;
  // At most one read and one write at a time; the memory stays the caller's until done. Some bytes, at least one, or an error.
  virtual void read_some(std::span<std::uint8_t> into, Done done) = 0;
  virtual void write_some(ByteSpan bytes, Done done) = 0;
  // The peer will read the end after what was written.
  virtual void finish_sending() = 0;
  // What is under way ends with an error.
  virtual void close() = 0;
  // "address:port".
  [[nodiscard]] virtual const std::string& peer() const = 0;
};

struct Endpoint {
  std::string address;  // numeric
  std::uint16_t port = 0;
};

// A connection that no io_context has yet. Closed when nobody takes it.
class Accepted {
 public:
  Accepted(int descriptor, bool ipv6, std::string address, std::string peer)
      : descriptor_(descriptor), ipv6_(ipv6), address_(std::move(address)), peer_(std::move(peer)) {}
  ~Accepted();
  Accepted(Accepted&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, kNone)),
        ipv6_(other.ipv6_),
        address_(std::move(other.address_)),
        peer_(std::move(other.peer_)) {}
  Accepted(const Accepted&) = delete;
  Accepted& operator=(Accepted&&) = delete;
  Accepted& operator=(const Accepted&) = delete;

  // The peer's IP address: 4 or 16 bytes as on the wire.
  [[nodiscard]] const std::string& address() const { return address_; }
  // "address:port".
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  friend std::unique_ptr<Stream> open_stream(boost::asio::io_context& io, Accepted accepted);
  static constexpr int kNone = -1;

  int descriptor_;
  bool ipv6_;
  std::string address_;
  std::string peer_;
};

// For the io_context's thread from now on. nullptr: the system has no room for it.
[[nodiscard]] std::unique_ptr<Stream> open_stream(boost::asio::io_context& io, Accepted accepted);

// "192.0.2.1:6653" or "[2001:db8::1]:6653". Throws std::invalid_argument.
[[nodiscard]] Endpoint parse_endpoint(std::string_view text);

class Listener {
 public:
  using OnAccepted = std::function<void(Accepted)>;
  // Accepting failed for now, say for want of descriptors. It goes on after a pause.
  using OnError = std::function<void(std::error_code)>;

  // Listens at once. Throws std::system_error.
  Listener(boost::asio::io_context& io, const Endpoint& endpoint, OnAccepted on_accepted, OnError on_error);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Acceptor;
  std::shared_ptr<Acceptor> acceptor_;
};

// For fake switches. `done` gets a stream or an error. `from`: the numeric address to connect from, if not empty.
void connect(boost::asio::io_context& io, const Endpoint& endpoint, const std::string& from,
             std::function<void(std::error_code, std::unique_ptr<Stream>)> done);

// One alarm. Setting it again forgets the last one; destroyed, it is silent.
class Timer {
 public:
  explicit Timer(boost::asio::io_context& io);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void set(TimePoint when, std::function<void()> alarm);
  void cancel();

 private:
  struct Alarm;
  std::shared_ptr<Alarm> alarm_;
};

// Runs `task` soon, after what is already waiting to run.
void post(boost::asio::io_context& io, std::function<void()> task);

}  // namespace dcportals::channel
