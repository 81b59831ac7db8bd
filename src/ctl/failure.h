// Why a command did not do what it was asked: an exit code, a sentence for the operator, and what to do about it.
//
// Every part of `ctl` that can fail returns one; `output` prints it. Values only, any thread.
#pragma once

#include <expected>
#include <string>

#include "ctl/exit_code.h"
#include "rpc/client.h"

namespace dcportals::ctl {

struct Failure {
  ExitCode code = ExitCode::kFailed;
  std::string text;
  std::string hint = {};    // may have several lines; empty: nothing to add
  std::string reason = {};  // the API's word for it ("stale"); empty: not from the API
  std::string field = {};   // the API's path of the offending parameter
};

template <class T>
using Result = std::expected<T, Failure>;

// What a command ends with.
using Outcome = Result<ExitCode>;

[[nodiscard]] inline std::unexpected<Failure> fail(ExitCode code, std::string text, std::string hint = {}) {
  return std::unexpected(Failure{code, std::move(text), std::move(hint)});
}

// The failure of one step as that of the whole.
template <class T>
[[nodiscard]] std::unexpected<Failure> pass(Result<T>& failed) {
  return std::unexpected(std::move(failed.error()));
}

[[nodiscard]] Failure to_failure(const rpc::ClientError& error);

}  // namespace dcportals::ctl
