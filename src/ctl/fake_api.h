// A daemon for tests: the real HTTP server and dispatcher on a free loopback port, with handlers that a test gives, and a way to
// run `dcportalctl` against it.
//
// Calls are checked against their declarations, as the daemon checks them, and remembered. The server has a thread of its own;
// give handlers before the first run().
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "ctl/run.h"
#include "rpc/http_server.h"
#include "rpc/json_rpc.h"
#include "rpc/method_spec.h"

namespace dcportals::ctl {

struct Ran {
  ExitCode code;
  std::string out;
  std::string err;
};

using Variables = std::map<std::string, std::string>;

// Runs without a daemon, too.
inline Ran run_words(std::vector<std::string> words, const Variables& variables = {}, const std::string& input = {}) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code = run({.words = std::move(words),
                             .variable = [&](const char* name) -> std::optional<std::string> {
                               const auto found = variables.find(name);
                               return found != variables.end() ? std::optional(found->second) : std::nullopt;
                             },
                             .in = in,
                             .out = out,
                             .err = err});
  return {code, out.str(), err.str()};
}

class FakeApi {
 public:
  using Result = std::expected<boost::json::value, rpc::RpcError>;
  using Handler = std::function<Result(const boost::json::object& params)>;

  explicit FakeApi(std::optional<std::string> token = std::nullopt, std::shared_ptr<rpc::TlsIdentity> tls = nullptr) {
    rpc::HttpOptions options;
    options.port = 0;
    options.bearer_token = std::move(token);
    options.tls = std::move(tls);
    server_ = *rpc::HttpServer::listen(io_, options, [this](const std::string& body, std::function<void(std::string)> answer) {
      dispatcher_.handle(body, std::move(answer));
    });
    url_ = std::string(options.tls ? "https" : "http") + "://127.0.0.1:" + std::to_string(server_->port());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~FakeApi() {
    boost::asio::post(io_, [this] { server_.reset(); });
    thread_.join();
  }
  FakeApi(const FakeApi&) = delete;
  FakeApi& operator=(const FakeApi&) = delete;

  void on(const std::string& method, Handler handler) {
    on_later(method, [handler = std::move(handler)](const boost::json::object& params, const rpc::Reply& reply) {
      reply(handler(params));
    });
  }
  // Answers when it likes, on the server's thread.
  void on_later(const std::string& method, rpc::Handler handler) {
    rpc::bind(dispatcher_, method,
              [this, method, handler = std::move(handler)](const boost::json::object& params, const rpc::Reply& reply) {
                {
                  const std::scoped_lock lock(mutex_);
                  calls_.push_back(method + ' ' + boost::json::serialize(params));
                }
                handler(params, reply);
              });
  }
  // Always the same answer.
  void on(const std::string& method, std::string_view answer) {
    on(method, [value = boost::json::parse(answer)](const boost::json::object&) { return value; });
  }
  void refuse(const std::string& method, rpc::ErrorCode code, const std::string& text) {
    on(method, [=](const boost::json::object&) { return std::unexpected(rpc::RpcError{code, text, {}}); });
  }

  [[nodiscard]] const std::string& url() const { return url_; }
  Ran run(std::vector<std::string> words, Variables variables = {}, const std::string& input = {}) {
    variables.emplace("DCPORTALS_API", url_);
    return run_words(std::move(words), variables, input);
  }
  // "method params", since the last take.
  std::vector<std::string> take_calls() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(calls_, {});
  }

 private:
  boost::asio::io_context io_;
  rpc::Dispatcher dispatcher_;
  std::unique_ptr<rpc::HttpServer> server_;
  std::string url_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> calls_;
};

}  // namespace dcportals::ctl
