// Does TLS keep out whom it should, on both sides, and does a server that speaks it stay within its limits? Certificates are made
// here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "rpc/client.h"
#include "rpc/http_server.h"
#include "rpc/http_test_client.h"
#include "rpc/json_rpc.h"
#include "rpc/tls_identity.h"
#include "testing/certificates.h"

namespace dcportals::rpc {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using dcportals::testing::CertificateFiles;
using dcportals::testing::TestCa;
using ::testing::HasSubstr;

constexpr std::string_view kHttpRequest = "POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

std::string write_file(const TestCa& ca, const std::string& name, std::string_view text) {
  const std::string path = ca.directory() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

// What is wrong with a pair of files: "certificate: ..." or "key: ...".
std::string error_of(const std::string& certificate, const std::string& key) {
  const auto loaded = TlsIdentity::load(certificate, key);
  if (loaded) return "";
  return (loaded.error().file == TlsFileError::File::kKey ? "key: " : "certificate: ") + loaded.error().text;
}

TEST(TlsIdentity, SaysWhichFileIsWrongAndWhy) {
  TestCa ca;
  const CertificateFiles good = ca.issue("DNS:localhost"), other = ca.issue("DNS:localhost");
  const std::string text = write_file(ca, "text", "no PEM\n");
  EXPECT_EQ(error_of(good.certificate, good.key), "");
  EXPECT_EQ(error_of("/nowhere", good.key), "certificate: /nowhere: No such file or directory");
  EXPECT_EQ(error_of(good.certificate, "/nowhere"), "key: /nowhere: No such file or directory");
  EXPECT_EQ(error_of(ca.directory(), good.key), "certificate: " + ca.directory() + ": Is a directory");
  EXPECT_THAT(error_of(text, good.key), HasSubstr("certificate: " + text + ": holds no usable certificate in PEM form"));
  EXPECT_THAT(error_of(good.certificate, text), HasSubstr("key: " + text + ": holds no private key in PEM form"));
  EXPECT_THAT(error_of(good.key, good.key), HasSubstr("certificate: " + good.key + ": holds no usable certificate"));
  EXPECT_THAT(error_of(good.certificate, good.certificate), HasSubstr("key: " + good.certificate + ": holds no private key"));
  EXPECT_EQ(error_of(good.certificate, other.key),
            "key: " + other.key + ": is not the key of the certificate in " + good.certificate);
}

TEST(TlsIdentity, KnowsWhenItExpires) {
  TestCa ca;
  const CertificateFiles files = ca.issue("DNS:localhost", 0, 1000);
  const auto left = (*TlsIdentity::load(files.certificate, files.key))->expiry() - std::chrono::system_clock::now();
  EXPECT_GT(left, 990s);
  EXPECT_LE(left, 1000s);
}

TEST(TlsIdentity, IsWhatKeepsATokenSecretElsewhereThanOnTheLoopback) {
  TestCa ca;
  const CertificateFiles files = ca.issue("DNS:localhost");
  const auto identity = *TlsIdentity::load(files.certificate, files.key);
  const auto in_clear = [](const char* address, std::optional<std::string> token, std::shared_ptr<TlsIdentity> tls) {
    HttpOptions options;
    options.address = address;
    options.bearer_token = std::move(token);
    options.tls = std::move(tls);
    return sends_token_in_clear(options);
  };
  EXPECT_TRUE(in_clear("0.0.0.0", "secret", nullptr));
  EXPECT_TRUE(in_clear("2001:db8::1", "secret", nullptr));
  EXPECT_FALSE(in_clear("0.0.0.0", "secret", identity));
  EXPECT_FALSE(in_clear("127.0.0.1", "secret", nullptr));
  EXPECT_FALSE(in_clear("::1", "secret", nullptr));
  EXPECT_FALSE(in_clear("0.0.0.0", std::nullopt, nullptr));
}

class TlsTest : public ::testing::Test {
 protected:
  ~TlsTest() override { finish(); }

  // With the certificate, or plain HTTP where there is none.
  void serve(const std::optional<CertificateFiles>& files, HttpOptions options = {}) {
    options.port = 0;
    options.drain_timeout = 10s;
    if (files) options.tls = *TlsIdentity::load(files->certificate, files->key);
    dispatcher_.add("echo", [](const json::object& params, const Reply& reply) { reply(params); });
    server_ = *HttpServer::listen(io_, options, [this](const std::string& body, std::function<void(std::string)> answer) {
      dispatcher_.handle(body, std::move(answer));
    });
    thread_ = std::thread([this] { io_.run(); });
  }
  // What a call from a client ends in: "" or its error, without the URL.
  std::string call(const std::string& host, const std::string& ca_file, bool tls = true) {
    const ApiUrl url{.host = host, .port = server_->port(), .target = "/", .tls = tls};
    const json::object params{{"text", std::string(100'000, 'x')}};
    const auto answer = Client(url, "token", 10s, ca_file).call("echo", params);
    if (!answer) return answer.error().text.substr(url.to_string().size());
    EXPECT_EQ(*answer, params);
    return "";
  }
  // After every connection has ended.
  HttpCounters finish() {
    if (thread_.joinable()) {
      boost::asio::post(io_, [this] { server_->stop(); });
      thread_.join();
    }
    return server_ ? server_->counters() : HttpCounters{};
  }

  TestCa ca_;
  boost::asio::io_context io_;
  Dispatcher dispatcher_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST_F(TlsTest, TrustsTheCasCertificateForTheName) {
  serve(ca_.issue("DNS:localhost,IP:127.0.0.1"));
  EXPECT_EQ(call("localhost", ca_.file()), "");
  EXPECT_EQ(call("127.0.0.1", ca_.file()), "");
  EXPECT_EQ(finish().requests, 2U);
}

TEST_F(TlsTest, TrustsNobodyElse) {
  const TestCa other("another CA");
  serve(ca_.issue("DNS:localhost"));
  EXPECT_THAT(call("localhost", other.file()),
              HasSubstr(": the server's certificate is not trusted by the CA file " + other.file()));
  EXPECT_THAT(call("localhost", ""), HasSubstr(": the server's certificate is not trusted by the system's CA certificates"));
  EXPECT_EQ(call("localhost", "/nowhere"), ": cannot read the CA file /nowhere: No such file or directory");
  const std::string empty = write_file(ca_, "empty", "");
  EXPECT_EQ(call("localhost", empty), ": the CA file " + empty + " holds no certificate in PEM form");
  const HttpCounters counters = finish();
  EXPECT_EQ(counters.requests, 0U) << "nobody may send a token before";
  EXPECT_GE(counters.failed_handshakes, 2U);
}

TEST_F(TlsTest, ACertificateIsForItsNamesOnly) {
  serve(ca_.issue("DNS:dcportald.example,IP:127.0.0.2"));
  EXPECT_EQ(call("localhost", ca_.file()), ": the server's certificate is not for localhost");
  EXPECT_EQ(call("127.0.0.1", ca_.file()), ": the server's certificate is not for 127.0.0.1");
  EXPECT_EQ(finish().requests, 0U);
}

TEST_F(TlsTest, ACertificateHasItsTime) {
  serve(ca_.issue("DNS:localhost", -7200, -3600));
  EXPECT_EQ(call("localhost", ca_.file()), ": the server's certificate has expired");
}

TEST_F(TlsTest, ACertificateThatIsNotValidYet) {
  serve(ca_.issue("DNS:localhost", 3600, 7200));
  EXPECT_EQ(call("localhost", ca_.file()), ": the server's certificate is not valid yet: is the clock right?");
}

TEST_F(TlsTest, PlainHttpIsToldToSpeakTls) {
  serve(ca_.issue("DNS:localhost"));
  EXPECT_THAT(call("localhost", "", false), HasSubstr("HTTP 400: TLS is spoken here: the API's URL starts with https://"));
  EXPECT_EQ(finish().requests, 0U);
}

TEST_F(TlsTest, APlainServerIsNotTakenForTls) {
  serve(std::nullopt);
  EXPECT_EQ(call("localhost", ca_.file()), ": the server does not speak TLS there: is it plain HTTP, and the URL http://?");
  EXPECT_EQ(call("localhost", "", false), "");
}

TEST_F(TlsTest, GivesUpOnASlowHandshake) {
  HttpOptions options;
  options.head_timeout = 20ms;
  serve(ca_.issue("DNS:localhost"), options);
  RawClient client(server_->port());
  client.send("\x16\x03\x01");
  EXPECT_EQ(client.read_to_end(), "");
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(finish().timeouts, 1U);
}

TEST_F(TlsTest, ClosesConnectionsThatSayNothing) {
  HttpOptions options;
  options.idle_timeout = 20ms;
  serve(ca_.issue("DNS:localhost"), options);
  RawClient silent(server_->port());
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(finish().timeouts, 0U);
}

TEST_F(TlsTest, MakesRoomByClosingOneThatSaidNothing) {
  HttpOptions options;
  options.max_connections = 1;
  serve(ca_.issue("DNS:localhost"), options);
  RawClient silent(server_->port());
  EXPECT_EQ(call("localhost", ca_.file()), "");
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_TRUE(silent.ended());
  EXPECT_EQ(finish().evicted, 1U);
}

TEST_F(TlsTest, NonsenseIsNoHandshake) {
  serve(ca_.issue("DNS:localhost"));
  RawClient client(server_->port());
  client.send(std::string("\x16\x03\x01\x00\x05hello", 10));
  (void)client.read_to_end();
  EXPECT_TRUE(client.ended());
  RawClient plain(server_->port());
  plain.send(kHttpRequest);
  EXPECT_THAT(plain.read_response(), HasSubstr("400 Bad Request"));
  const HttpCounters counters = finish();
  EXPECT_EQ(counters.failed_handshakes, 1U);
  EXPECT_EQ(counters.refused, 1U);
  EXPECT_EQ(counters.requests, 0U);
}

TEST_F(TlsTest, StopsWhileClientsAreSilent) {
  serve(ca_.issue("DNS:localhost"));
  const RawClient silent(server_->port());
  EXPECT_EQ(call("localhost", ca_.file()), "");
  finish();  // must come back long before the idle timeout
}

}  // namespace
}  // namespace dcportals::rpc
