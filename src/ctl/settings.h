// Where the daemon is, how to talk to it and how to look: from the global options, then the environment, then defaults.
//
// Read once by `run` before the command runs. One thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ctl/command.h"
#include "ctl/environment.h"
#include "ctl/look.h"
#include "rpc/client.h"

namespace dcportals::ctl {

struct Settings {
  rpc::ApiUrl api;
  std::optional<std::string> token;
  std::string ca_file;                               // for https; empty: the CAs that the system trusts
  std::optional<std::chrono::milliseconds> timeout;  // absent: each command has its own
};

// Reads the token's file.
[[nodiscard]] Result<Settings> read_settings(const Arguments& globals, const Environment& environment);
[[nodiscard]] Look read_look(const Arguments& globals, const Environment& environment);
[[nodiscard]] std::chrono::milliseconds to_milliseconds(double seconds);

}  // namespace dcportals::ctl
