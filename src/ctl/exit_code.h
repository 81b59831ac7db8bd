// What `dcportalctl` tells the shell: one number for each way that a script would act on differently.
//
// Commands return one, `run` hands it to main; the table is printed in --help. Constant data, any thread.
#pragma once

#include <span>
#include <string_view>

namespace dcportals::ctl {

enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kUnreachable = 3,
  kNotFound = 4,
  kRefused = 5,
  kNotSo = 6,
};

struct ExitCodeSpec {
  ExitCode code;
  std::string_view meaning;
};

inline constexpr ExitCodeSpec kExitCodes[] = {
    {ExitCode::kOk, "done"},
    {ExitCode::kFailed, "another failure: of the daemon, of a file, too busy"},
    {ExitCode::kUsage, "the command line is wrong"},
    {ExitCode::kUnreachable, "the daemon cannot be reached, or does not let us in"},
    {ExitCode::kNotFound, "what was named does not exist"},
    {ExitCode::kRefused, "refused: invalid, a conflict, in use, ambiguous, stale, exhausted"},
    {ExitCode::kNotSo, "trace: dropped; wait: not synced in time"},
};

[[nodiscard]] constexpr std::span<const ExitCodeSpec> exit_codes() {
  return kExitCodes;
}

}  // namespace dcportals::ctl
