// Why a request is refused: a code for programs, the offending field, and a text for an operator.
//
// Made by the rules (rules.h) and the planner, turned into an API error by `rpc`'s users.
#pragma once

#include <string>

namespace dcportals::topology {

enum class RejectCode {
  kInvalid,    // a value that can never be right
  kNotFound,   // an id that names nothing
  kConflict,   // clashes with another object: duplicate MAC, overlapping subnet
  kInUse,      // cannot be deleted: something refers to it
  kStale,      // an older revision than the one kept; not applied
  kExhausted,  // no mapping key, host index or number left
};

[[nodiscard]] const char* to_string(RejectCode code);

// Why a request was refused. `field` is the path of the offending parameter, e.g. "fixed_ips[1].ip_address"; empty if there is
// none.
struct Rejection {
  RejectCode code;
  std::string field;
  std::string text;
};

}  // namespace dcportals::topology
