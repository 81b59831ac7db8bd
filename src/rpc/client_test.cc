// Does a call come through, and does every way of failing have a text that says what happened?
#include "rpc/client.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/value.hpp>
#include <thread>

#include "rpc/http_server.h"
#include "rpc/json_rpc.h"

namespace dcportals::rpc {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    dispatcher_.add("echo", [](const json::object& params, const Reply& reply) { reply(params); });
    dispatcher_.add("refuse", [](const json::object&, const Reply& reply) {
      reply(std::unexpected(RpcError{ErrorCode::kConflict, "mac_address: port 7 has it", "mac_address"}));
    });
    dispatcher_.add("never", [this](const json::object&, const Reply& reply) { held_ = reply; });
  }
  ~ClientTest() override {
    boost::asio::post(io_, [this] {
      held_ = nullptr;
      server_.reset();
    });
    if (thread_.joinable()) thread_.join();
  }
  // Serves `handler`, or the dispatcher where there is none.
  Client serve(std::optional<std::string> token, std::optional<std::string> used_token, HttpServer::Handler handler = {}) {
    HttpOptions options;
    options.port = 0;
    options.bearer_token = std::move(token);
    if (!handler) {
      handler = [this](const std::string& body, std::function<void(std::string)> answer) {
        dispatcher_.handle(body, std::move(answer));
      };
    }
    server_ = *HttpServer::listen(io_, options, std::move(handler));
    const ApiUrl url{.host = "127.0.0.1", .port = server_->port(), .target = "/rpc"};
    thread_ = std::thread([this] { io_.run(); });
    return {url, std::move(used_token), 10s};
  }
  static std::string text_of(const std::expected<json::value, ClientError>& answer) {
    return answer ? "no error" : answer.error().text;
  }

  boost::asio::io_context io_;
  Dispatcher dispatcher_;
  Reply held_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST_F(ClientTest, CallsGoThereAndBack) {
  Client client = serve("secret", "secret");
  const json::object params{{"name", "é"}, {"list", {1, 2}}};
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.call("echo", params);
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(*answer, params);
  }
}

TEST_F(ClientTest, ErrorsOfMethodsComeWhole) {
  Client client = serve(std::nullopt, std::nullopt);
  const auto answer = client.call("refuse", {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().text, "mac_address: port 7 has it (conflict)");
  EXPECT_EQ(answer.error().rpc, (RpcError{ErrorCode::kConflict, "mac_address: port 7 has it", "mac_address"}));
}

TEST_F(ClientTest, ARefusalShowsItsStatus) {
  Client client = serve("secret", "wrong");
  const auto answer = client.call("echo", {});
  EXPECT_NE(text_of(answer).find("HTTP 401: the bearer token is missing or wrong"), std::string::npos) << text_of(answer);
  EXPECT_FALSE(answer.error().rpc);
}

TEST_F(ClientTest, WaitsNoLongerThanTold) {
  Client client = serve(std::nullopt, std::nullopt);
  client.set_timeout(30ms);
  EXPECT_NE(text_of(client.call("never", {})).find("no answer within 0.03 s"), std::string::npos);
}

TEST_F(ClientTest, WhatIsNoJsonRpcIsSaid) {
  std::string answer;
  Client client =
      serve(std::nullopt, std::nullopt, [&](const std::string&, const std::function<void(std::string)>& give) { give(answer); });
  for (const char* wrong : {"<html>", "[]", "{}", R"({"error": 5})", R"({"a":1,"a":2})"}) {
    answer = wrong;
    EXPECT_NE(text_of(client.call("echo", {})).find("answered what is not JSON"), std::string::npos) << wrong;
  }
}

TEST(Client, NobodyListening) {
  Client client(ApiUrl{.host = "127.0.0.1", .port = 1, .target = "/"}, std::nullopt, 10s);
  const auto answer = client.call("echo", {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().text, "http://127.0.0.1:1: cannot connect: Connection refused");
}

TEST(ApiUrl, ReadsUrls) {
  EXPECT_EQ(ApiUrl::parse("http://127.0.0.1")->to_string(), "http://127.0.0.1:8696");
  EXPECT_EQ(ApiUrl::parse("http://host:80/")->to_string(), "http://host:80");
  EXPECT_EQ(ApiUrl::parse("http://[::1]:9/rpc")->to_string(), "http://[::1]:9/rpc");
  EXPECT_EQ(ApiUrl::parse("http://[::1]")->host, "::1");
  EXPECT_FALSE(ApiUrl::parse("http://host")->tls);
  EXPECT_TRUE(ApiUrl::parse("https://host")->tls);
  EXPECT_EQ(ApiUrl::parse("https://[::1]/rpc")->to_string(), "https://[::1]:8696/rpc");
  for (const char* wrong : {"", "host", "ftp://host", "https://", "http://", "http://:80", "http://host:", "http://host:0",
                            "http://host:65536", "http://host:8x", "http://[::1"}) {
    EXPECT_FALSE(ApiUrl::parse(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace dcportals::rpc
