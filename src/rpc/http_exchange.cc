#include "rpc/http_exchange.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "rpc/http_stream.h"
#include "rpc/tls_trust.h"

namespace dcportals::rpc {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// A list of every port of a large cloud is some tens of MiB.
constexpr std::size_t kMaxReplyBytes = std::size_t{1} << 30;

using Result = std::expected<HttpReply, std::string>;

std::unexpected<std::string> failed(const char* step, const boost::system::error_code& error) {
  return std::unexpected(fmt::format("cannot {}: {}", step, error.message()));
}

http::request<http::string_body> build(const HttpPost& post) {
  http::request<http::string_body> request(http::verb::post, post.target, 11);
  request.set(http::field::host, fmt::format("{}:{}", post.host, post.port));
  request.set(http::field::content_type, "application/json");
  if (post.bearer_token) request.set(http::field::authorization, "Bearer " + *post.bearer_token);
  request.keep_alive(false);
  request.body() = post.body;
  request.prepare_payload();
  return request;
}

asio::awaitable<Result> exchange(const HttpPost& post) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  auto [resolve_error, endpoints] = co_await resolver.async_resolve(post.host, std::to_string(post.port), kAwait);
  if (resolve_error) co_return failed("find the host", resolve_error);
  HttpStream stream{tcp::socket(executor)};
  auto [connect_error, endpoint] = co_await asio::async_connect(stream.socket(), endpoints, kAwait);
  if (connect_error) co_return failed("connect", connect_error);
  if (post.tls) {
    if (auto untrusted = co_await shake_hands(stream, post.host, post.ca_file)) co_return std::unexpected(std::move(*untrusted));
  }
  const auto request = build(post);
  // A server that refuses early may close before it has read everything; what it said is then still to be read.
  auto [write_error, written] = co_await http::async_write(stream, request, kAwait);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxReplyBytes);
  auto [read_error, read] = co_await http::async_read(stream, buffer, parser, kAwait);
  if (read_error) co_return write_error ? failed("send the request", write_error) : failed("read the answer", read_error);
  co_return HttpReply{parser.get().result_int(), std::move(parser.get().body())};
}

}  // namespace

Result post(const HttpPost& request) {
  asio::io_context io;
  std::optional<Result> result;
  asio::co_spawn(io, exchange(request), [&](const std::exception_ptr& error, Result outcome) {
    if (error) std::rethrow_exception(error);
    result = std::move(outcome);
  });
  io.run_for(request.timeout);
  if (!result)
    return std::unexpected(fmt::format("no answer within {} s", std::chrono::duration<double>(request.timeout).count()));
  return std::move(*result);
}

}  // namespace dcportals::rpc
