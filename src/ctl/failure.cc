#include "ctl/failure.h"

namespace dcportals::ctl {
namespace {

ExitCode exit_code_of(rpc::ErrorCode code) {
  switch (code) {
    case rpc::ErrorCode::kNotFound:
      return ExitCode::kNotFound;
    case rpc::ErrorCode::kInvalidParams:
    case rpc::ErrorCode::kInvalid:
    case rpc::ErrorCode::kConflict:
    case rpc::ErrorCode::kInUse:
    case rpc::ErrorCode::kStale:
    case rpc::ErrorCode::kExhausted:
      return ExitCode::kRefused;
    case rpc::ErrorCode::kTimeout:
      return ExitCode::kNotSo;
    case rpc::ErrorCode::kParse:
    case rpc::ErrorCode::kInvalidRequest:
    case rpc::ErrorCode::kMethodNotFound:
    case rpc::ErrorCode::kInternal:
    case rpc::ErrorCode::kBusy:
      return ExitCode::kFailed;
  }
  return ExitCode::kFailed;  // a newer daemon's code
}

std::string hint_of(rpc::ErrorCode code) {
  switch (code) {
    case rpc::ErrorCode::kMethodNotFound:
      return "The daemon is older than this dcportalctl.";
    case rpc::ErrorCode::kStale:
      return "Somebody changed the object meanwhile. Look at it and try again.";
    case rpc::ErrorCode::kInternal:
      return "The daemon's log says more.";
    default:
      return {};
  }
}

std::string hint_without_answer(const std::string& text) {
  const auto says = [&](const char* words) { return text.find(words) != std::string::npos; };
  if (says("HTTP 401")) return "Give the API's token: --token-file FILE, DCPORTALS_TOKEN or DCPORTALS_TOKEN_FILE.";
  if (says("certificate is not trusted")) return "--ca-file FILE or DCPORTALS_CA_FILE names the CA that signed it.";
  if (says("server's certificate") || says("CA file") || says("speak TLS") || says("starts with https://")) return {};
  return "Does dcportald run there? --api URL or DCPORTALS_API says where it listens.";
}

// "id: network ... is in use": where the sentence has a subject of its own, the parameter's name before it only puzzles.
std::string text_for_people(const rpc::ClientError& error) {
  const bool has_subject = error.rpc->code == rpc::ErrorCode::kNotFound || error.rpc->code == rpc::ErrorCode::kInUse;
  const std::string prefix = error.rpc->field + ": ";
  return has_subject && error.text.starts_with(prefix) ? error.text.substr(prefix.size()) : error.text;
}

}  // namespace

Failure to_failure(const rpc::ClientError& error) {
  if (error.rpc) {
    const rpc::RpcError& rpc = *error.rpc;
    return {exit_code_of(rpc.code), text_for_people(error), hint_of(rpc.code), std::string(rpc::reason_of(rpc.code)), rpc.field};
  }
  return {ExitCode::kUnreachable, error.text, hint_without_answer(error.text)};
}

}  // namespace dcportals::ctl
