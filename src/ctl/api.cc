#include "ctl/api.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>

namespace dcportals::ctl {

namespace json = boost::json;

Result<json::value> Api::call(std::string_view method, const json::object& params, std::chrono::milliseconds patience) {
  return wait(method, params, settings_.timeout.value_or(patience),
              [&] { return fmt::format("waiting for {} to answer {}", settings_.api.to_string(), method); });
}

Result<json::value> Api::wait(std::string_view method, const json::object& params, std::chrono::milliseconds timeout,
                              const std::function<std::string()>& describe) {
  rpc::Client client = quiet_client(timeout);
  const Progress progress(place_, describe);
  auto answer = client.call(method, params);
  if (!answer) return std::unexpected(to_failure(answer.error()));
  return std::move(*answer);
}

rpc::Client Api::quiet_client(std::chrono::milliseconds timeout) const {
  return {settings_.api, settings_.token, timeout, settings_.ca_file};
}

}  // namespace dcportals::ctl
