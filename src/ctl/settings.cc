#include "ctl/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "ctl/file.h"
#include "ctl/text.h"
#include "ctl/values.h"

namespace dcportals::ctl {
namespace {

// An empty variable counts as unset.
std::optional<std::string> variable(const Environment& environment, const char* name) {
  auto value = environment.variable(name);
  return value && !value->empty() ? value : std::nullopt;
}

// What an HTTP header may carry (RFC 6750 section 2.1 allows less).
Result<std::string> check_token(std::string token, const std::string& from) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!token.empty() && is_space(token.back())) token.pop_back();
  if (token.empty()) return fail(ExitCode::kFailed, fmt::format("{} has no token in it", from));
  if (std::ranges::any_of(token, [](char c) { return c <= ' ' || c > '~'; })) {
    return fail(ExitCode::kFailed, fmt::format("{} has spaces or control characters in the token", from));
  }
  return token;
}

Result<std::string> read_token(const std::string& path) {
  auto content = read_file(path);
  return content ? check_token(std::move(*content), printable(path)) : content;
}

Result<std::optional<std::string>> find_token(const Arguments& globals, const Environment& environment) {
  Result<std::string> token;
  if (const auto path = globals.optional("--token-file")) {
    token = read_token(*path);
  } else if (auto text = variable(environment, "DCPORTALS_TOKEN")) {
    token = check_token(std::move(*text), "DCPORTALS_TOKEN");
  } else if (const auto named = variable(environment, "DCPORTALS_TOKEN_FILE")) {
    token = read_token(*named);
  } else {
    return std::nullopt;
  }
  if (!token) return pass(token);
  return std::optional(std::move(*token));
}

}  // namespace

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(seconds * 1000));
}

Result<Settings> read_settings(const Arguments& globals, const Environment& environment) {
  Settings settings;
  const auto option = globals.optional("--api");
  const auto url = option ? option : variable(environment, "DCPORTALS_API");
  auto api = rpc::ApiUrl::parse(url.value_or("http://127.0.0.1"));
  if (!api) return fail(ExitCode::kUsage, fmt::format("{}: {}", option ? "--api" : "DCPORTALS_API", printable(api.error())));
  settings.api = std::move(*api);
  auto token = find_token(globals, environment);
  if (!token) return pass(token);
  settings.token = std::move(*token);
  const auto ca_file = globals.optional("--ca-file");
  if (ca_file && !settings.api.tls) {
    return fail(ExitCode::kUsage, fmt::format("--ca-file is for https, and the daemon's URL is {}", settings.api.to_string()));
  }
  settings.ca_file = (ca_file ? ca_file : variable(environment, "DCPORTALS_CA_FILE")).value_or("");
  if (const auto timeout = globals.optional("--timeout")) {
    settings.timeout = to_milliseconds(parse_seconds(*timeout).value_or(0));
  }
  return settings;
}

Look read_look(const Arguments& globals, const Environment& environment) {
  Look look;
  look.color = environment.out_is_terminal && !globals.has("--no-color") && !variable(environment, "NO_COLOR") &&
               environment.variable("TERM") != "dumb";
  if (environment.out_is_terminal) look.width = environment.terminal_width;
  if (const auto columns = variable(environment, "COLUMNS")) {
    std::size_t width = 0;
    const auto [end, error] = std::from_chars(columns->data(), columns->data() + columns->size(), width);
    if (error == std::errc{} && end == columns->data() + columns->size()) look.width = width;
  }
  return look;
}

}  // namespace dcportals::ctl
