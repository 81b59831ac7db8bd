// See digest_api.h.
#include "daemon/digest_api.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <memory>
#include <string_view>
#include <utility>

#include "rpc/method_spec.h"
#include "rpc/object_reader.h"
#include "rpc/topology_digest.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using topology::Topology;

struct Source {
  const Topology& topology;
  WiredPorts wired;
};
using Visit = std::function<void(const Uuid& id, const rpc::Digest& digest)>;

void each_network(const Source& source, const Visit& visit) {
  for (const auto& id : source.topology.network_ids()) visit(id.uuid(), rpc::digest_of(*source.topology.network(id)));
}

void each_subnet(const Source& source, const Visit& visit) {
  for (const auto& [id, subnet] : source.topology.subnets()) visit(id.uuid(), rpc::digest_of(subnet));
}

void each_port(const Source& source, const Visit& visit) {
  for (const auto& id : source.topology.port_ids()) visit(id.uuid(), rpc::digest_of(*source.topology.port(id)));
}

void each_router(const Source& source, const Visit& visit) {
  for (const auto& [id, router] : source.topology.routers()) visit(id.uuid(), rpc::digest_of(router));
}

bool is_wired_at(const Source& source, const topology::PortId& id, const topology::HostName& host) {
  const auto hosts = source.wired.hosts_of(id);
  return std::ranges::find(hosts, host) != hosts.end();
}

void each_wired_port(const Source& source, const Visit& visit) {
  for (const auto& id : source.topology.port_ids()) {
    const auto& bound = source.topology.port(id)->host_hint;
    if (bound && is_wired_at(source, id, *bound)) visit(id.uuid(), rpc::digest_of(rpc::WiredPort{id}));
  }
}

// Each visits in the order of ids.
struct Kind {
  std::string_view name;
  void (*each)(const Source& source, const Visit& visit);
};
constexpr Kind kPortStatus = {"port_status", each_wired_port};
constexpr Kind kKinds[] = {
    {"network", each_network}, {"subnet", each_subnet}, {"port", each_port}, {"router", each_router}, kPortStatus};

json::object class_digest(const Kind& kind, const Source& source) {
  std::size_t count = 0;
  rpc::Digest total;
  kind.each(source, [&](const Uuid&, const rpc::Digest& digest) {
    ++count;
    total ^= digest;
  });
  return {{"count", count}, {"digest", total.to_string()}};
}

json::object digest_get(const Source& source) {
  json::object out;
  for (const Kind& kind : kKinds) out[kind.name] = class_digest(kind, source);
  out[kPortStatus.name].get_object()["settled"] = source.wired.settled();
  return out;
}

json::array digest_list(const Source& source, const json::object& params) {
  const auto name = rpc::ObjectReader(params).required<std::string>("kind");
  json::array out;
  // The declaration's choices are these names: rpc has refused any other.
  std::ranges::find(kKinds, name, &Kind::name)->each(source, [&](const Uuid& id, const rpc::Digest& digest) {
    out.push_back(json::object{{"id", id.to_string()}, {"digest", digest.to_string()}});
  });
  return out;
}

}  // namespace

void register_digest_api(rpc::Dispatcher& dispatcher, const Topology& topology, WiredPorts wired) {
  const auto source = std::make_shared<const Source>(topology, std::move(wired));
  rpc::bind(dispatcher, "digest.get", [source](const json::object&, const rpc::Reply& reply) { reply(digest_get(*source)); });
  rpc::bind(dispatcher, "digest.list",
            [source](const json::object& params, const rpc::Reply& reply) { reply(digest_list(*source, params)); });
}

}  // namespace dcportals::daemon
