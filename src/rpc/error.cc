#include "rpc/error.h"

#include <algorithm>

namespace dcportals::rpc {
namespace {

constexpr ErrorSpec kErrors[] = {
    {ErrorCode::kParse, "parse",
     "Not JSON: syntax, invalid UTF-8, a name twice in one object, a number out of range, too deep, too long"},
    {ErrorCode::kInvalidRequest, "invalid_request", "JSON, but not a JSON-RPC 2.0 request, or a batch that is empty or too long"},
    {ErrorCode::kMethodNotFound, "method_not_found", "No method has this name"},
    {ErrorCode::kInvalidParams, "invalid_params", "A parameter is missing, unknown or not of its type"},
    {ErrorCode::kInternal, "internal", "A fault of the daemon; its log says more"},
    {ErrorCode::kInvalid, "invalid", "A value that can never be right, whatever else exists"},
    {ErrorCode::kNotFound, "not_found", "An id or a name that names nothing"},
    {ErrorCode::kConflict, "conflict", "Clashes with another object: an equal MAC address, an overlapping subnet"},
    {ErrorCode::kInUse, "in_use", "Cannot be deleted: something refers to it"},
    {ErrorCode::kStale, "stale", "An older revision than the one kept; not applied"},
    {ErrorCode::kExhausted, "exhausted", "No mapping key, host index or number is left"},
    {ErrorCode::kBusy, "busy", "Too much is waiting, the daemon is stopping, or a switch that must be asked is away; try again"},
    {ErrorCode::kTimeout, "timeout", "The time given was not enough; the text names what is missing"},
};

ErrorCode code_of(topology::RejectCode code) {
  switch (code) {
    case topology::RejectCode::kInvalid:
      return ErrorCode::kInvalid;
    case topology::RejectCode::kNotFound:
      return ErrorCode::kNotFound;
    case topology::RejectCode::kConflict:
      return ErrorCode::kConflict;
    case topology::RejectCode::kInUse:
      return ErrorCode::kInUse;
    case topology::RejectCode::kStale:
      return ErrorCode::kStale;
    case topology::RejectCode::kExhausted:
      return ErrorCode::kExhausted;
  }
  return ErrorCode::kInternal;
}

}  // namespace

std::span<const ErrorSpec> error_specs() {
  return kErrors;
}

std::string_view reason_of(ErrorCode code) {
  const auto* found = std::ranges::find(kErrors, code, &ErrorSpec::code);
  return found != std::end(kErrors) ? found->reason : "unknown";
}

RpcError to_rpc_error(const topology::Rejection& rejection) {
  const std::string& field = rejection.field;
  return {code_of(rejection.code), field.empty() ? rejection.text : field + ": " + rejection.text, field};
}

}  // namespace dcportals::rpc
