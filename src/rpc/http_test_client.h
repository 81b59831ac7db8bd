// A raw TCP client for tests: sends any bytes, reads what comes. Blocking; gives up after ten seconds rather than hang a test.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace dcportals::rpc {

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval ten_seconds{10, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &ten_seconds, sizeof ten_seconds);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void send_end() { ::shutdown(fd_, SHUT_WR); }
  // Up to and with `end`; less if the connection ends before.
  std::string read_until(std::string_view end) {
    while (read_.find(end) == std::string::npos && receive()) {
    }
    const auto found = read_.find(end);
    return take(found == std::string::npos ? read_.size() : found + end.size());
  }
  std::string read_to_end() {
    while (receive()) {
    }
    return take(read_.size());
  }
  // The server has closed in good order, and read_to_end() did not just lose its patience.
  [[nodiscard]] bool ended() const { return ended_; }
  // One response with a Content-Length, head and body.
  std::string read_response() {
    std::string head = read_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    while (read_.size() < length && receive()) {
    }
    return head + take(std::min(length, read_.size()));
  }

 private:
  bool receive() {
    char bytes[65536];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count > 0) read_.append(bytes, static_cast<std::size_t>(count));
    ended_ = count == 0;
    return count > 0;
  }
  std::string take(std::size_t count) {
    std::string out = read_.substr(0, count);
    read_.erase(0, count);
    return out;
  }

  int fd_;
  bool connected_ = false;
  bool ended_ = false;
  std::string read_;
};

}  // namespace dcportals::rpc
