// What an operator may set about the OpenFlow channel, and its defaults. Values; read once by Server's constructor.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace dcportals::channel {

struct Options {
  // "address:port" or "[address]:port". Port 0 takes a free one, see Server::port().
  std::string listen_endpoint = "0.0.0.0:6653";
  // Pool: threads that talk to switches, at least 1. A switch's thread follows from its IP address, so more threads than switches'
  // addresses are of no use, nor are more than processors. A Server alone has its caller's thread.
  std::size_t workers = 1;
  // Connections beyond this are closed as soon as they are accepted, so that one rogue peer cannot take every descriptor.
  std::size_t max_connections = 4096;

  // From accepting the connection to being up.
  std::chrono::milliseconds handshake_timeout{10'000};
  // An echo request is sent this often; a switch that has sent no byte for `echo_timeout` after one is taken for dead.
  std::chrono::milliseconds echo_interval{5'000};
  std::chrono::milliseconds echo_timeout{10'000};
  // From request() to the last part of its answer.
  std::chrono::milliseconds request_timeout{20'000};
  // Each half of apply_bundle(): staging the messages, and committing them.
  std::chrono::milliseconds bundle_timeout{60'000};
  // How long a connection we close may take to read our last words.
  std::chrono::milliseconds linger_timeout{1'000};

  // A switch that lets more than this wait for it is closed. Encoded bytes; a flow mod in a bundle takes about 200.
  std::size_t max_send_queue_bytes = 64U << 20;
  // A switch that takes none of the bytes waiting for it for this long is closed.
  std::chrono::milliseconds send_stall_timeout{20'000};
  // All parts of one multipart reply together, encoded bytes.
  std::size_t max_reply_bytes = 128U << 20;

  // A switch that sends more is read more slowly, so that TCP holds it back. Bursts of one second pass. 0: no limit.
  std::uint32_t max_messages_per_second = 20'000;
  // Messages of one switch handled before others get their turn.
  std::size_t messages_per_turn = 64;
  // Well-framed messages that make no sense, after which the connection is closed.
  std::size_t max_bad_messages = 64;
};

}  // namespace dcportals::channel
