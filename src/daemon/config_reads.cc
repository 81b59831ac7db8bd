#include "daemon/config_reads.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>
#include <optional>
#include <utility>

#include "daemon/config_view.h"
#include "rpc/method_spec.h"
#include "rpc/object_reader.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using topology::Topology;

// The optional filters of the list methods, of which each method declares its own.
struct Filter {
  explicit Filter(const json::object& params) {
    rpc::ObjectReader reader(params);
    if (auto id = reader.optional<std::string>("tenant_id")) tenant_id = topology::TenantId{std::move(*id)};
    network_id = reader.optional<topology::NetworkId>("network_id");
    if (auto name = reader.optional<std::string>("host")) host = topology::HostName{std::move(*name)};
  }
  template <class Object>
  [[nodiscard]] bool accepts(const Object& object) const {
    if constexpr (requires { object.tenant_id; }) {
      if (tenant_id && *tenant_id != object.tenant_id) return false;
    }
    if constexpr (requires { object.network_id; }) {
      if (network_id && *network_id != object.network_id) return false;
    }
    return true;
  }
  std::optional<topology::TenantId> tenant_id;
  std::optional<topology::NetworkId> network_id;
  std::optional<topology::HostName> host;
};

// One struct a kind of object: `find` looks it up, `each` visits, in the order of ids, at least those that the filter accepts.
struct Tenants {
  static constexpr const char* kName = "tenant";
  using Id = std::string;
  static const topology::Tenant* find(const Topology& topology, const Id& id) { return topology.tenant(topology::TenantId{id}); }
  static void each(const Topology& topology, const Filter&, auto visit) {
    for (const auto& [id, tenant] : topology.tenants()) visit(tenant);
  }
};

struct Networks {
  static constexpr const char* kName = "network";
  using Id = topology::NetworkId;
  static const topology::Network* find(const Topology& topology, const Id& id) { return topology.network(id); }
  static void each(const Topology& topology, const Filter&, auto visit) {
    for (const Id& id : topology.network_ids()) visit(*topology.network(id));
  }
};

struct Subnets {
  static constexpr const char* kName = "subnet";
  using Id = topology::SubnetId;
  static const topology::Subnet* find(const Topology& topology, const Id& id) { return topology.subnet(id); }
  static void each(const Topology& topology, const Filter&, auto visit) {
    for (const auto& [id, subnet] : topology.subnets()) visit(subnet);
  }
};

struct Ports {
  static constexpr const char* kName = "port";
  using Id = topology::PortId;
  static const topology::Port* find(const Topology& topology, const Id& id) { return topology.port(id); }
  static void each(const Topology& topology, const Filter& filter, auto visit) {
    const auto visit_ids = [&](const auto& ids) {
      for (const Id& id : ids) visit(*topology.port(id));
    };
    if (filter.host) return visit_ids(topology.ports_sited_at(*filter.host));
    if (filter.network_id) return visit_ids(topology.ports_of(*filter.network_id));
    visit_ids(topology.port_ids());
  }
};

struct Routers {
  static constexpr const char* kName = "router";
  using Id = topology::RouterId;
  static const topology::Router* find(const Topology& topology, const Id& id) { return topology.router(id); }
  static void each(const Topology& topology, const Filter&, auto visit) {
    for (const auto& [id, router] : topology.routers()) visit(router);
  }
};

template <class Kind, class Show>
void register_kind(rpc::Dispatcher& dispatcher, const Topology& topology, Show show_one) {
  rpc::bind(dispatcher, fmt::format("{}.get", Kind::kName),
            [&topology, show_one](const json::object& params, const rpc::Reply& reply) {
              const auto id = rpc::ObjectReader(params).required<typename Kind::Id>("id");
              if (const auto* object = Kind::find(topology, id)) return reply(show_one(*object));
              reply(std::unexpected(
                  rpc::RpcError{rpc::ErrorCode::kNotFound, fmt::format("id: there is no {} {}", Kind::kName, id), "id"}));
            });
  rpc::bind(dispatcher, fmt::format("{}.list", Kind::kName),
            [&topology, show_one](const json::object& params, const rpc::Reply& reply) {
              const Filter filter(params);
              json::array out;
              Kind::each(topology, filter, [&](const auto& object) {
                if (filter.accepts(object)) out.push_back(show_one(object));
              });
              reply(std::move(out));
            });
}

}  // namespace

void register_config_reads(rpc::Dispatcher& dispatcher, const Topology& topology, const flowgen::Policy& policy, Details details) {
  const auto plain = [&topology](const auto& object) { return show(topology, object); };
  register_kind<Tenants>(dispatcher, topology, plain);
  register_kind<Networks>(dispatcher, topology,
                          [&topology, policy, details = std::move(details.network)](const topology::Network& network) {
                            json::object out = show(topology, policy, network);
                            if (details) details(network, out["computed"].get_object());
                            return out;
                          });
  register_kind<Subnets>(dispatcher, topology, plain);
  register_kind<Routers>(dispatcher, topology, plain);
  register_kind<Ports>(dispatcher, topology, [&topology, details = std::move(details.port)](const topology::Port& port) {
    json::object out = show(topology, port);
    if (details) details(port, out["computed"].get_object());
    return out;
  });
  rpc::bind(dispatcher, "fabric.get",
            [&topology, policy](const json::object&, const rpc::Reply& reply) { reply(show_fabric(topology, policy)); });
}

}  // namespace dcportals::daemon
