// The error codes of the API, declared once: JSON-RPC 2.0's own (specification section 5.1) and ours, from -32001 down.
//
// Dispatcher, decoders, handlers, client and doc/rpc.md all use this table. `reason` is the code as a word; a program may rely on
// either. Values only, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "topology/rejection.h"

namespace dcportals::rpc {

enum class ErrorCode : int {
  kParse = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternal = -32603,
  kInvalid = -32001,
  kNotFound = -32002,
  kConflict = -32003,
  kInUse = -32004,
  kStale = -32005,
  kExhausted = -32006,
  kBusy = -32007,
  kTimeout = -32008,
};

struct ErrorSpec {
  ErrorCode code;
  std::string_view reason;
  std::string_view meaning;
};

[[nodiscard]] std::span<const ErrorSpec> error_specs();
// The word of a code; "unknown" for one that is not in the table (a client may meet a newer server).
[[nodiscard]] std::string_view reason_of(ErrorCode code);

// Why a call failed. `field` is the path of the offending parameter, e.g. "fixed_ips[0].ip_address"; empty if there is none.
struct RpcError {
  ErrorCode code = ErrorCode::kInternal;
  std::string text;
  std::string field = {};
  friend bool operator==(const RpcError&, const RpcError&) = default;
};

// The error of a request that the topology refused; its text starts with the field, as those of the decoders do.
[[nodiscard]] RpcError to_rpc_error(const topology::Rejection& rejection);

}  // namespace dcportals::rpc
