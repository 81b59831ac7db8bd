#include "rpc/client.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "rpc/http_exchange.h"
#include "rpc/json_text.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxAnswerDepth = 32;
constexpr std::string_view kPlainScheme = "http://";
constexpr std::string_view kTlsScheme = "https://";

std::unexpected<ClientError> fail(std::string text) {
  return std::unexpected(ClientError{std::move(text), std::nullopt});
}

RpcError read_error(const json::object& error) {
  RpcError out;
  if (const json::value* code = error.if_contains("code"); code != nullptr && code->is_int64()) {
    out.code = static_cast<ErrorCode>(code->get_int64());
  }
  if (const json::value* message = error.if_contains("message"); message != nullptr && message->is_string()) {
    out.text = message->get_string();
  }
  const json::value* data = error.if_contains("data");
  const json::value* field = data != nullptr && data->is_object() ? data->get_object().if_contains("field") : nullptr;
  if (field != nullptr && field->is_string()) out.field = field->get_string();
  return out;
}

std::expected<json::value, ClientError> read_answer(const std::string& body, const std::string& where) {
  auto answer = parse_json(body, kMaxAnswerDepth);
  if (!answer) return fail(fmt::format("{} answered what is not JSON: {}", where, answer.error()));
  json::object* object = answer->if_object();
  if (object == nullptr) return fail(fmt::format("{} answered what is not JSON-RPC", where));
  if (json::value* result = object->if_contains("result")) return std::move(*result);
  const json::value* error = object->if_contains("error");
  if (error == nullptr || !error->is_object()) return fail(fmt::format("{} answered what is not JSON-RPC", where));
  RpcError rpc = read_error(error->get_object());
  std::string text = fmt::format("{} ({})", rpc.text, reason_of(rpc.code));
  return std::unexpected(ClientError{std::move(text), std::move(rpc)});
}

}  // namespace

std::expected<ApiUrl, std::string> ApiUrl::parse(std::string_view text) {
  ApiUrl url;
  url.tls = text.starts_with(kTlsScheme);
  if (!url.tls && !text.starts_with(kPlainScheme)) {
    return std::unexpected(fmt::format("\"{}\" does not start with http:// or https://", text));
  }
  std::string_view authority = text.substr(url.tls ? kTlsScheme.size() : kPlainScheme.size());
  if (const auto slash = authority.find('/'); slash != std::string_view::npos) {
    url.target = authority.substr(slash);
    authority = authority.substr(0, slash);
  }
  // An IPv6 address stands in brackets, so that its colons are not the port's.
  const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = authority.substr(0, colon);
  url.host = bracket == std::string_view::npos ? host : host.substr(1, bracket - 1);
  if (url.host.empty()) return std::unexpected(fmt::format("\"{}\" names no host", text));
  if (colon == std::string_view::npos) return url;
  const std::string_view port = authority.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) {
    return std::unexpected(fmt::format("\"{}\" has no port number from 1 to 65535 after its colon", text));
  }
  return url;
}

std::string ApiUrl::to_string() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}{}:{}{}", tls ? kTlsScheme : kPlainScheme, is_v6 ? "[" : "", host, is_v6 ? "]" : "", port,
                     target == "/" ? "" : target);
}

Client::Client(ApiUrl url, std::optional<std::string> bearer_token, std::chrono::milliseconds timeout, std::string ca_file)
    : url_(std::move(url)), bearer_token_(std::move(bearer_token)), timeout_(timeout), ca_file_(std::move(ca_file)) {}

std::expected<json::value, ClientError> Client::call(std::string_view method, const json::object& params) {
  const json::object request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
  auto reply = post({.host = url_.host,
                     .port = url_.port,
                     .target = url_.target,
                     .tls = url_.tls,
                     .ca_file = ca_file_,
                     .bearer_token = bearer_token_,
                     .body = json::serialize(request),
                     .timeout = timeout_});
  const std::string where = url_.to_string();
  if (!reply) return fail(fmt::format("{}: {}", where, reply.error()));
  if (reply->status != 200) {
    const auto line = reply->body.substr(0, reply->body.find('\n'));
    return fail(fmt::format("{} refused the request: HTTP {}: {}", where, reply->status, shorten(line, 200)));
  }
  return read_answer(reply->body, where);
}

}  // namespace dcportals::rpc
