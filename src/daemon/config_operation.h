// One put, delete or configure of the configuration API, decoded and ready to be planned.
//
// config_api.cc uses it for the single methods and for the operations of topology.apply alike. Values, any thread until planned.
#pragma once

#include <boost/json/fwd.hpp>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "rpc/error.h"
#include "topology/planner.h"

namespace dcportals::daemon {

// Plans the change. true: it changes something.
using PlanStep = std::function<std::expected<bool, topology::Rejection>(topology::Planner&)>;

struct OperationMethod {
  std::string_view name;     // "port.put"
  std::string_view outcome;  // what the API calls the plan's answer: "changed" or "deleted"
  // `path` is where the params stand in the request, for errors: "operations[17].params", or empty.
  std::expected<PlanStep, rpc::RpcError> (*decode)(const boost::json::object& params, const std::string& path);
};
[[nodiscard]] std::span<const OperationMethod> operation_methods();
// nullptr: the method is none of these.
[[nodiscard]] const OperationMethod* find_operation(std::string_view method);

// The planner's refusal with its field's path led from the start of the request.
[[nodiscard]] topology::Rejection placed(topology::Rejection rejection, const std::string& path);

}  // namespace dcportals::daemon
