// The outside world of this module: byte streams, listening, time. The only header that knows of Boost.Asio, and it does not
// include it: an Asio header costs every file that includes it seconds to compile.
//
// TLS will be one more class beside TcpStream (in transport.cc) that implements Stream over boost::asio::ssl::stream, made by the
// Listener when its handshake is done; nothing above this file changes. Everything is called, and calls back, on the io_context's
// thread; never from within the call that asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

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

// "192.0.2.1:6653" or "[2001:db8::1]:6653". Throws std::invalid_argument.
[[nodiscard]] Endpoint parse_endpoint(std::string_view text);

class Listener {
 public:
  using OnStream = std::function<void(std::unique_ptr<Stream>)>;
  // Accepting failed for now, say for want of descriptors. It goes on after a pause.
  using OnError = std::function<void(std::error_code)>;

  // Listens at once. Throws std::system_error.
  Listener(boost::asio::io_context& io, const Endpoint& endpoint, OnStream on_stream, OnError on_error);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  struct Acceptor;
  std::shared_ptr<Acceptor> acceptor_;
};

// For fake switches. `done` gets a stream or an error.
void connect(boost::asio::io_context& io, const Endpoint& endpoint,
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
