// Does the server speak HTTP/1.1 rightly to good clients, and come to no harm from bad ones? Real sockets on 127.0.0.1, no
// sleeps: limits of time are options, and a test that meets one waits for the server to act on it.
#include "rpc/http_server.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>
#include <vector>

#include "rpc/http_test_client.h"

namespace dcportals::rpc {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

HttpOptions test_options() {
  HttpOptions options;
  options.port = 0;
  options.connections_per_second = 1e6;
  options.connection_burst = 1e6;
  options.drain_timeout = 10s;
  return options;
}

// The server on a thread of its own. A body "hold" is answered by release(), "long" with 64 MiB, others at once with "[body]",
// none with nothing.
class Served {
 public:
  explicit Served(HttpOptions options = test_options()) {
    auto server =
        HttpServer::listen(io_, std::move(options), [this](std::string body, const std::function<void(std::string)>& answer) {
          bodies_.push_back(body);
          if (body.starts_with("hold")) {
            held_ = answer;
            is_held_.set_value();
          } else if (body.starts_with("long")) {
            is_held_.set_value();
            answer(std::string(std::size_t{64} << 20, 'x'));
          } else {
            answer(body.empty() ? "" : "[" + body + "]");
          }
        });
    if (!server) throw std::runtime_error(server.error());
    server_ = std::move(*server);
    port_ = server_->port();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Served() {
    stop();
    join();
  }

  std::uint16_t port() const { return port_; }
  void wait_until_held() { is_held_.get_future().wait(); }
  void release() {
    asio::post(io_, [this] { std::exchange(held_, nullptr)("released"); });
  }
  void stop() {
    asio::post(io_, [this] { server_->stop(); });
  }
  // After the server has stopped and every session has ended.
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  HttpCounters counters() {
    stop();
    join();
    return server_->counters();
  }
  const std::vector<std::string>& bodies() const { return bodies_; }

 private:
  asio::io_context io_;
  std::unique_ptr<HttpServer> server_;
  std::uint16_t port_ = 0;
  std::vector<std::string> bodies_;
  std::function<void(std::string)> held_;
  std::promise<void> is_held_;
  std::thread thread_;
};

std::string post_of(std::string_view body, std::string_view headers = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

unsigned status_of(std::string_view response) {
  return response.size() < 12 ? 0 : static_cast<unsigned>(std::stoul(std::string(response.substr(9, 3))));
}

// The whole answer of a server that is sent `bytes` and then closes or waits.
std::string converse(const Served& served, std::string_view bytes) {
  RawClient client(served.port());
  client.send(bytes);
  client.send_end();
  return client.read_to_end();
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  const Served served;
  RawClient client(served.port());
  for (int i = 0; i < 3; ++i) {
    client.send(post_of("hello"));
    EXPECT_EQ(client.read_response(), "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n[hello]");
  }
  client.send(post_of(""));
  EXPECT_EQ(client.read_response(), "HTTP/1.1 204 No Content\r\n\r\n") << "nothing to answer";
  client.send(post_of("last", "Connection: close\r\n"));
  EXPECT_NE(client.read_to_end().find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpServer, SpeaksHttp10) {
  const Served served;
  RawClient client(served.port());
  client.send("POST /rpc HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n1");
  const std::string response = client.read_to_end();
  EXPECT_TRUE(response.starts_with("HTTP/1.0 200 OK\r\n")) << response;
  EXPECT_TRUE(response.ends_with("[1]"));
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  Served served;
  RawClient client(served.port());
  client.send(post_of("hold") + post_of("second") + post_of("third", "Connection: close\r\n"));
  served.wait_until_held();
  served.release();
  const std::string all = client.read_to_end();
  const auto first = all.find("released");
  const auto second = all.find("[second]");
  ASSERT_NE(first, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_LT(second, all.find("[third]"));
  served.stop();
  served.join();
  EXPECT_EQ(served.bodies(), (std::vector<std::string>{"hold", "second", "third"}));
}

TEST(HttpServer, ReadsChunkedBodies) {
  const Served served;
  const std::string head = "POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_TRUE(converse(served, head + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").ends_with("[abc]"));
  EXPECT_EQ(status_of(converse(served, head + "zz\r\nab\r\n")), 400U);
}

TEST(HttpServer, SaysContinueToThoseWhoExpectIt) {
  const Served served;
  RawClient client(served.port());
  const std::string request = post_of("big", "Expect: 100-continue\r\n");
  client.send(request.substr(0, request.size() - 3));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("big");
  EXPECT_TRUE(client.read_response().ends_with("[big]"));
}

TEST(HttpServer, RefusesByTheHead) {
  const Served served;
  const std::string json = "Content-Type: application/json\r\n";
  const std::string get = converse(served, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(get), 405U);
  EXPECT_NE(get.find("Allow: POST\r\n"), std::string::npos);
  const std::string head = converse(served, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(head), 405U);
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << "an answer to HEAD has no body";
  EXPECT_EQ(status_of(converse(served, "POST /x HTTP/1.1\r\n" + json + "\r\n")), 404U);
  EXPECT_EQ(status_of(converse(served, "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n1")), 415U);
  EXPECT_EQ(status_of(converse(served, post_of("1", "Origin: http://evil.example\r\n"))), 403U);
  EXPECT_EQ(status_of(converse(served, post_of("1", "Expect: more\r\n"))), 417U);
}

TEST(HttpServer, RefusesWhatIsNotHttp) {
  const Served served;
  for (const char* bytes :
       {"hello\r\n\r\n", "\r\n\r\n\r\n", "POST / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x01\x01",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "POST / HTTP/1.1\r\nbad header\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"}) {
    EXPECT_EQ(status_of(converse(served, bytes)), 400U) << bytes;
  }
}

TEST(HttpServer, EveryPrefixOfARequestIsSurvived) {
  Served served;
  const std::string request = post_of("abc", "Connection: close\r\n");
  for (std::size_t n = 0; n < request.size(); ++n) EXPECT_EQ(converse(served, request.substr(0, n)), "") << n;
  EXPECT_TRUE(converse(served, request).ends_with("[abc]"));
  EXPECT_EQ(served.counters().requests, 1U);
}

TEST(HttpServer, AsksForTheToken) {
  HttpOptions options = test_options();
  options.bearer_token = "secret";
  Served served(options);
  const std::string refused = converse(served, post_of("1"));
  EXPECT_EQ(status_of(refused), 401U);
  EXPECT_NE(refused.find("WWW-Authenticate: Bearer"), std::string::npos);
  EXPECT_EQ(status_of(converse(served, post_of("1", "Authorization: Bearer wrong!\r\n"))), 401U);
  EXPECT_EQ(status_of(converse(served, post_of("1", "Authorization: Bearer secret\r\n"))), 200U);
  EXPECT_EQ(served.counters().unauthorized, 2U);
}

TEST(HttpServer, LimitsTheSizeOfHeadAndBody) {
  HttpOptions options = test_options();
  options.max_body_bytes = 1000;
  options.max_header_bytes = 500;
  Served served(options);
  EXPECT_EQ(status_of(converse(served, post_of(std::string(1000, 'x')))), 200U);
  EXPECT_EQ(status_of(converse(served, post_of(std::string(1001, 'x')))), 413U);
  // The client sends everything before it reads: it must find the refusal, not a reset connection.
  EXPECT_EQ(status_of(converse(served, post_of(std::string(1'000'000, 'x')))), 413U);
  const std::string chunked = "POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n";
  EXPECT_EQ(status_of(converse(served, chunked + std::string(0xfff, 'x') + "\r\n0\r\n\r\n")), 413U);
  EXPECT_EQ(status_of(converse(served, post_of("1", "X: " + std::string(600, 'x') + "\r\n"))), 431U);
  EXPECT_EQ(status_of(converse(served, "POST /" + std::string(100'000, 'x'))), 431U);
  EXPECT_EQ(served.counters().requests, 1U);
}

TEST(HttpServer, LimitsTheBodiesOfAllRequestsTogether) {
  HttpOptions options = test_options();
  options.max_body_bytes = 100;
  options.max_total_body_bytes = 150;
  Served served(options);
  RawClient slow(served.port());
  const std::string request = post_of(std::string(100, 'x'), "Expect: 100-continue\r\n");
  slow.send(request.substr(0, request.size() - 100));
  slow.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(converse(served, post_of(std::string(51, 'y')))), 503U);
  EXPECT_EQ(status_of(converse(
                served, "POST / HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
            503U);
  EXPECT_EQ(status_of(converse(served, post_of(std::string(50, 'y')))), 200U);
  slow.send(std::string(100, 'x'));
  EXPECT_EQ(status_of(slow.read_response()), 200U);
  EXPECT_EQ(status_of(converse(served, post_of(std::string(100, 'z')))), 200U) << "the room is free again";
}

TEST(HttpServer, ClosesIdleConnections) {
  HttpOptions options = test_options();
  options.idle_timeout = 20ms;
  Served served(options);
  EXPECT_EQ(RawClient(served.port()).read_to_end(), "");
  EXPECT_EQ(served.counters().timeouts, 0U);
}

TEST(HttpServer, GivesUpOnASlowHead) {
  HttpOptions options = test_options();
  options.head_timeout = 20ms;
  Served served(options);
  RawClient client(served.port());
  client.send("POST / HTTP/1.1\r\nHost:");
  EXPECT_EQ(status_of(client.read_to_end()), 408U);
  EXPECT_EQ(served.counters().timeouts, 1U);
}

TEST(HttpServer, GivesUpOnASlowBody) {
  HttpOptions options = test_options();
  options.body_timeout = 20ms;
  Served served(options);
  RawClient client(served.port());
  const std::string request = post_of("1234567890");
  client.send(request.substr(0, request.size() - 1));
  EXPECT_EQ(status_of(client.read_to_end()), 408U);
  EXPECT_EQ(served.counters().timeouts, 1U);
}

TEST(HttpServer, GivesUpOnClientsThatDoNotRead) {
  HttpOptions options = test_options();
  options.write_timeout = 20ms;
  Served served(options);
  RawClient client(served.port());
  client.send(post_of("long"));
  served.wait_until_held();
  EXPECT_EQ(served.counters().timeouts, 1U) << "the server stops only when this session has ended";
  EXPECT_LT(client.read_to_end().size(), std::size_t{64} << 20);
}

TEST(HttpServer, MakesRoomByClosingTheLongestIdle) {
  HttpOptions options = test_options();
  options.max_connections = 2;
  Served served(options);
  RawClient first(served.port());
  first.send(post_of("1"));
  EXPECT_EQ(status_of(first.read_response()), 200U);
  RawClient second(served.port());
  second.send(post_of("2"));
  EXPECT_EQ(status_of(second.read_response()), 200U);
  RawClient third(served.port());
  third.send(post_of("3"));
  EXPECT_EQ(status_of(third.read_response()), 200U);
  EXPECT_EQ(first.read_to_end(), "") << "the first was idle longest";
  second.send(post_of("4"));
  EXPECT_EQ(status_of(second.read_response()), 200U);
  EXPECT_EQ(served.counters().evicted, 1U);
}

TEST(HttpServer, NewConnectionsWaitWhenNoneIsIdle) {
  HttpOptions options = test_options();
  options.max_connections = 1;
  Served served(options);
  RawClient busy(served.port());
  busy.send(post_of("hold"));
  served.wait_until_held();
  RawClient waiting(served.port());
  waiting.send(post_of("2"));
  served.release();
  EXPECT_TRUE(busy.read_response().ends_with("released"));
  EXPECT_TRUE(waiting.read_response().ends_with("[2]"));
  EXPECT_EQ(served.counters().accepted, 2U);
}

TEST(HttpServer, PacesNewConnections) {
  HttpOptions options = test_options();
  options.connections_per_second = 100;
  options.connection_burst = 1;
  Served served(options);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(status_of(converse(served, post_of("1"))), 200U);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 30ms) << "three intervals lie between four connections";
}

TEST(HttpServer, StopsGracefully) {
  Served served;
  RawClient idle(served.port());
  idle.send(post_of("1"));
  EXPECT_EQ(status_of(idle.read_response()), 200U);
  RawClient busy(served.port());
  busy.send(post_of("hold"));
  served.wait_until_held();
  served.stop();
  EXPECT_EQ(idle.read_to_end(), "") << "idle connections are closed at once";
  EXPECT_FALSE(RawClient(served.port()).connected());
  served.release();
  const std::string last = busy.read_to_end();
  EXPECT_TRUE(last.ends_with("released")) << last;
  EXPECT_NE(last.find("Connection: close"), std::string::npos);
  served.join();
}

TEST(HttpServer, ADestroyedLoopTakesHeldConnectionsWithIt) {
  std::function<void(std::string)> held;
  asio::io_context io;
  auto server = HttpServer::listen(io, test_options(), [&](const std::string&, std::function<void(std::string)> answer) {
    held = std::move(answer);
    io.stop();
  });
  ASSERT_TRUE(server);
  RawClient client((*server)->port());
  client.send(post_of("1"));
  io.run();
  EXPECT_TRUE(held);
  held = nullptr;
}

std::string listen_error(asio::io_context& io, std::string address, std::optional<std::string> token = std::nullopt,
                         std::uint16_t port = 0) {
  HttpOptions options;
  options.address = std::move(address);
  options.bearer_token = std::move(token);
  options.port = port;
  const auto server = HttpServer::listen(io, options, [](const std::string&, const std::function<void(std::string)>&) {});
  return server ? "" : server.error();
}

TEST(HttpServer, SaysWhyItCannotListen) {
  asio::io_context io;
  EXPECT_EQ(listen_error(io, "127.0.0.1"), "");
  EXPECT_EQ(listen_error(io, "127.1.2.3"), "");
  EXPECT_EQ(listen_error(io, "0.0.0.0", "secret"), "");
  EXPECT_NE(listen_error(io, "0.0.0.0").find("is not loopback"), std::string::npos);
  EXPECT_NE(listen_error(io, "::").find("is not loopback"), std::string::npos);
  EXPECT_NE(listen_error(io, "localhost").find("is not an IP address"), std::string::npos);
  EXPECT_NE(listen_error(io, "127.0.0.1", "").find("token"), std::string::npos);
  EXPECT_NE(listen_error(io, "192.0.2.1", "secret").find("cannot serve the API at 192.0.2.1:0"), std::string::npos);
  HttpOptions options = test_options();
  const auto first = HttpServer::listen(io, options, [](const std::string&, const std::function<void(std::string)>&) {});
  EXPECT_NE(listen_error(io, "127.0.0.1", std::nullopt, (*first)->port()).find("Address already in use"), std::string::npos);
}

}  // namespace
}  // namespace dcportals::rpc
