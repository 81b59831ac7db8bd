#include "daemon/config_operation.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <utility>

#include "rpc/object_reader.h"
#include "rpc/topology_json.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using rpc::ObjectReader;
using rpc::RpcError;
using topology::Planner;

using Step = std::expected<PlanStep, RpcError>;

template <auto decode>
Step put(const json::object& params, const std::string& path) {
  auto object = decode(params, path);
  if (!object) return std::unexpected(std::move(object).error());
  return [object = std::move(*object)](Planner& planner) { return planner.put(object); };
}

template <class Id>
Step erase(const json::object& params, const std::string& path) {
  ObjectReader reader(params, path);
  const auto id = reader.required<Id>("id");
  const auto revision = reader.optional<topology::RevisionNumber>("revision_number");
  if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error());
  return [id, revision](Planner& planner) { return planner.erase(id, revision); };
}

Step erase_tenant(const json::object& params, const std::string& path) {
  ObjectReader reader(params, path);
  const topology::TenantId id{reader.required<std::string>("id")};
  if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error());
  return [id](Planner& planner) { return planner.erase(id); };
}

constexpr OperationMethod kMethods[] = {
    {"tenant.put", "changed", put<rpc::decode_tenant>},   {"tenant.delete", "deleted", erase_tenant},
    {"network.put", "changed", put<rpc::decode_network>}, {"network.delete", "deleted", erase<topology::NetworkId>},
    {"subnet.put", "changed", put<rpc::decode_subnet>},   {"subnet.delete", "deleted", erase<topology::SubnetId>},
    {"port.put", "changed", put<rpc::decode_port>},       {"port.delete", "deleted", erase<topology::PortId>},
    {"router.put", "changed", put<rpc::decode_router>},   {"router.delete", "deleted", erase<topology::RouterId>},
};

}  // namespace

std::span<const OperationMethod> operation_methods() {
  return kMethods;
}

const OperationMethod* find_operation(std::string_view method) {
  const auto* found = std::ranges::find(kMethods, method, &OperationMethod::name);
  return found == std::end(kMethods) ? nullptr : found;
}

topology::Rejection placed(topology::Rejection rejection, const std::string& path) {
  if (path.empty()) return rejection;
  rejection.field = rejection.field.empty() ? path : fmt::format("{}.{}", path, rejection.field);
  return rejection;
}

}  // namespace dcportals::daemon
