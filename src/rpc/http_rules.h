// Which HTTP requests may reach the dispatcher: decided by the head alone, before a byte of the body is read.
//
// The rules keep out other methods and paths, callers without the token, and web pages: a page in an operator's browser can reach
// 127.0.0.1, but not without an Origin header, and without asking first not with this content type. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dcportals::rpc {

// Empty where the request has no such header.
struct RequestHead {
  std::string_view method = {};
  std::string_view target = {};
  std::string_view content_type = {};
  std::string_view content_encoding = {};
  std::string_view authorization = {};
  std::string_view origin = {};
  std::string_view expect = {};
};

struct HttpRefusal {
  unsigned status;
  std::string_view text;
  std::string_view header_name = {};  // one header that the status asks for
  std::string_view header_value = {};
};

[[nodiscard]] std::optional<HttpRefusal> check_head(const RequestHead& head, const std::optional<std::string>& bearer_token);

// True if `authorization` is "Bearer <token>". Takes a time that does not depend on where a wrong token differs.
[[nodiscard]] bool is_authorized(std::string_view authorization, std::string_view token);
// Visible ASCII, at least one character: what can stand in a header.
[[nodiscard]] bool is_usable_token(std::string_view token);

}  // namespace dcportals::rpc
