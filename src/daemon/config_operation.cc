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

using Mode = std::optional<topology::ForwardingMode>;

Mode read_mode(ObjectReader& reader) {
  const auto text = reader.optional<std::string>("mode");
  if (!text) return std::nullopt;
  const Mode mode = topology::parse_forwarding_mode(*text);
  if (!mode) reader.mistyped("mode", "proactive, reactive or auto");
  return mode;
}

// Absent: not chosen anew; there but empty: the choice is taken back.
template <class T>
using Choice = std::optional<std::optional<T>>;

Step configure_network(const json::object& params, const std::string& path) {
  ObjectReader reader(params, path);
  const auto id = reader.required<topology::NetworkId>("id");
  Choice<topology::ForwardingMode> mode;
  Choice<std::uint64_t> rate;
  if (reader.has("mode")) mode = read_mode(reader);
  if (reader.has("broadcast_rate")) rate = reader.optional<std::uint64_t>("broadcast_rate");
  if (!mode && !rate) reader.fail(rpc::ErrorCode::kInvalidParams, "mode", "is missing, and so is broadcast_rate");
  if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error());
  return [id, mode, rate](Planner& planner) -> Planner::Result<bool> {
    bool changed = false;
    if (mode) {
      auto set = planner.set_mode(id, *mode);
      if (!set) return set;
      changed = *set;
    }
    if (rate) {
      auto set = planner.set_broadcast_rate(id, *rate);
      if (!set) return set;
      changed = changed || *set;
    }
    return changed;
  };
}

Step configure_fabric(const json::object& params, const std::string& path) {
  ObjectReader reader(params, path);
  if (!reader.has("mode")) reader.fail(rpc::ErrorCode::kInvalidParams, "mode", "is missing");
  const Mode mode = read_mode(reader);
  if (auto read = reader.finish(); !read) return std::unexpected(std::move(read).error());
  return [mode](Planner& planner) { return planner.put(topology::Settings{mode}); };
}

constexpr OperationMethod kMethods[] = {
    {"tenant.put", "changed", put<rpc::decode_tenant>},   {"tenant.delete", "deleted", erase_tenant},
    {"network.put", "changed", put<rpc::decode_network>}, {"network.delete", "deleted", erase<topology::NetworkId>},
    {"subnet.put", "changed", put<rpc::decode_subnet>},   {"subnet.delete", "deleted", erase<topology::SubnetId>},
    {"port.put", "changed", put<rpc::decode_port>},       {"port.delete", "deleted", erase<topology::PortId>},
    {"router.put", "changed", put<rpc::decode_router>},   {"router.delete", "deleted", erase<topology::RouterId>},
    {"network.configure", "changed", configure_network},  {"fabric.configure", "changed", configure_fabric},
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
