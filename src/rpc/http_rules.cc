#include "rpc/http_rules.h"

#include <algorithm>
#include <cstddef>

namespace dcportals::rpc {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_json(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  if (!equal_ignoring_case(trimmed(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trimmed(content_type.substr(semicolon + 1));
  return equal_ignoring_case(parameter, "charset=utf-8") || equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

}  // namespace

std::optional<HttpRefusal> check_head(const RequestHead& head, const std::optional<std::string>& bearer_token) {
  if (!head.origin.empty()) return HttpRefusal{403, "web pages have no business here"};
  if (bearer_token && !is_authorized(head.authorization, *bearer_token)) {
    return HttpRefusal{401, "the bearer token is missing or wrong", "WWW-Authenticate", "Bearer realm=\"dcportals\""};
  }
  if (head.target != "/" && head.target != "/rpc") return HttpRefusal{404, "the API is at / and /rpc"};
  if (head.method != "POST") return HttpRefusal{405, "JSON-RPC takes POST", "Allow", "POST"};
  if (!is_json(head.content_type)) return HttpRefusal{415, "Content-Type must be application/json, in UTF-8"};
  if (!head.content_encoding.empty() && !equal_ignoring_case(head.content_encoding, "identity")) {
    return HttpRefusal{415, "compressed bodies are not read", "Accept-Encoding", "identity"};
  }
  if (!head.expect.empty() && !equal_ignoring_case(head.expect, "100-continue"))
    return HttpRefusal{417, "only 100-continue can be expected"};
  return std::nullopt;
}

bool is_authorized(std::string_view authorization, std::string_view token) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return false;
  const std::string_view given = trimmed(authorization.substr(kScheme.size()));
  std::size_t difference = given.size() ^ token.size();
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char other = i < given.size() ? given[i] : '\0';
    difference |= static_cast<unsigned char>(other ^ token[i]);
  }
  return difference == 0;
}

bool is_usable_token(std::string_view token) {
  return !token.empty() && std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace dcportals::rpc
