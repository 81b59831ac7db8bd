// Calls of the daemon's API as commands make them: failures ready to be shown, a progress line on long ones.
//
// Blocking; the commands' thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ctl/failure.h"
#include "ctl/progress.h"
#include "ctl/settings.h"

namespace dcportals::ctl {

class Api {
 public:
  Api(const Settings& settings, const ProgressPlace& place) : settings_(settings), place_(place) {}

  // Waits as long as --timeout says, or else `patience`.
  [[nodiscard]] Result<boost::json::value> call(std::string_view method, const boost::json::object& params,
                                                std::chrono::milliseconds patience = std::chrono::seconds(10));
  // For a call that waits in the daemon: `timeout` is for the whole call; `describe` says, from a thread of its own, what is
  // waited for.
  [[nodiscard]] Result<boost::json::value> wait(std::string_view method, const boost::json::object& params,
                                                std::chrono::milliseconds timeout, const std::function<std::string()>& describe);
  // A client of its own for another thread, which shows no progress.
  [[nodiscard]] rpc::Client quiet_client(std::chrono::milliseconds timeout) const;

 private:
  Settings settings_;
  ProgressPlace place_;
};

}  // namespace dcportals::ctl
