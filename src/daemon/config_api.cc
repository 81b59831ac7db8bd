#include "daemon/config_api.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "daemon/config_operation.h"
#include "daemon/config_reads.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using rpc::Reply;
using rpc::RpcError;
using topology::Planner;
using topology::Rejection;
using topology::Topology;

// Runs the plan as one change and answers with the result that it left, or with its refusal.
using Result = std::shared_ptr<json::object>;
void submit(Transactor& transactor, Transactor::Plan plan, Result result, Reply reply) {
  transactor.submit(std::move(plan), [result = std::move(result), reply = std::move(reply)](std::expected<void, Rejection> done) {
    if (!done) return reply(std::unexpected(rpc::to_rpc_error(done.error())));
    reply(*result);
  });
}

void run_operation(const OperationMethod& method, Transactor& transactor, const json::object& params, Reply reply) {
  auto step = method.decode(params, {});
  if (!step) return reply(std::unexpected(std::move(step).error()));
  auto result = std::make_shared<json::object>();
  auto plan = [&method, step = std::move(*step), result](Planner& planner) -> std::expected<void, Rejection> {
    const auto outcome = step(planner);
    if (!outcome) return std::unexpected(placed(outcome.error(), {}));
    (*result)[method.outcome] = *outcome;
    return {};
  };
  submit(transactor, std::move(plan), result, std::move(reply));
}

using Steps = std::vector<PlanStep>;

std::expected<Steps, RpcError> decode_steps(const json::object& params) {
  rpc::ObjectReader reader(params);
  Steps steps;
  reader.objects("operations", [&](rpc::ObjectReader& operation) {
    const auto name = operation.required<std::string>("method");
    const json::object* inner = operation.required_object("params");
    if (!operation.ok()) return;
    const OperationMethod* method = find_operation(name);
    if (method == nullptr) return operation.mistyped("method", "a put, delete or configure such as \"port.put\"");
    auto step = method->decode(*inner, operation.path("params"));
    if (!step) return operation.adopt(std::move(step).error());
    steps.push_back(std::move(*step));
  });
  if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error());
  return steps;
}

void apply_all(Transactor& transactor, const json::object& params, Reply reply) {
  auto decoded = decode_steps(params);
  if (!decoded) return reply(std::unexpected(std::move(decoded).error()));
  const auto steps = std::make_shared<const Steps>(std::move(*decoded));
  auto result = std::make_shared<json::object>();
  auto plan = [steps, result](Planner& planner) -> std::expected<void, Rejection> {
    std::size_t changed = 0;
    for (std::size_t i = 0; i < steps->size(); ++i) {
      const auto outcome = (*steps)[i](planner);
      if (!outcome) return std::unexpected(placed(outcome.error(), fmt::format("operations[{}].params", i)));
      if (*outcome) ++changed;
    }
    *result = {{"operations", steps->size()}, {"changed", changed}};
    return {};
  };
  submit(transactor, std::move(plan), result, std::move(reply));
}

void register_changes(rpc::Dispatcher& dispatcher, Transactor& transactor) {
  for (const OperationMethod& method : operation_methods()) {
    rpc::bind(dispatcher, method.name, [&method, &transactor](const json::object& params, Reply reply) {
      run_operation(method, transactor, params, std::move(reply));
    });
  }
  rpc::bind(dispatcher, "topology.apply",
            [&transactor](const json::object& params, Reply reply) { apply_all(transactor, params, std::move(reply)); });
}

}  // namespace

void register_config_api(rpc::Dispatcher& dispatcher, const Topology& topology, const flowgen::Policy& policy, Transactor& transactor,
                         Details details) {
  register_config_reads(dispatcher, topology, policy, std::move(details));
  register_changes(dispatcher, transactor);
}

}  // namespace dcportals::daemon
