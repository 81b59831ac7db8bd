#include "daemon/config_view.h"

#include <boost/json/value.hpp>
#include <utility>

#include "rpc/topology_json.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using topology::ForwardingMode;
using topology::Topology;

json::value mode_text(std::optional<ForwardingMode> mode) {
  return mode ? json::value(json::string(topology::to_string(*mode))) : json::value();
}

json::object show_address(const topology::HostName& host, const topology::TenantAddress& address) {
  return {{"host", host.text}, {"ip_address", address.ip.to_string()}, {"mac_address", address.mac.to_string()}};
}

json::array mapping_keys(const Topology& topology, const topology::PortId& id) {
  json::array out;
  for (const auto& assignment : topology.keys_of(id)) {
    json::object key = show_address(assignment.host, assignment.address);
    key["key"] = assignment.key.address.to_string();
    out.push_back(std::move(key));
  }
  return out;
}

json::object computed(const Topology& topology, const topology::Port& port) {
  json::array hosts;
  json::array without_key;
  for (const topology::Site& site : topology.sites_of(port.id)) {
    hosts.push_back(json::string(site.host.text));
    for (const auto& address : topology.addresses_without_key(port.id, site.host)) {
      without_key.push_back(show_address(site.host, address));
    }
  }
  json::object out{{"number", port.number.value()},
                   {"tap", port.tap_name()},
                   {"host", nullptr},
                   {"hosts", std::move(hosts)},
                   {"mapping_keys", mapping_keys(topology, port.id)},
                   {"without_key", std::move(without_key)},
                   {"router_id", nullptr}};
  if (const auto* active = topology.active_site(port.id)) out["host"] = active->host.text;
  if (const auto* router = topology.router_of(port.id)) out["router_id"] = router->id.to_string();
  return out;
}

}  // namespace

json::object show(const Topology&, const topology::Tenant& tenant) {
  return rpc::encode(tenant);
}
json::object show(const Topology&, const topology::Subnet& subnet) {
  return rpc::encode(subnet);
}
json::object show(const Topology&, const topology::Router& router) {
  return rpc::encode(router);
}

json::object show(const Topology& topology, const flowgen::Policy& policy, const topology::Network& network) {
  json::object out = rpc::encode(network);
  out["mode"] = mode_text(network.mode);
  out["broadcast_rate"] = network.broadcast_rate ? json::value(*network.broadcast_rate) : json::value();
  const bool reactive = flowgen::is_reactive(topology, policy, network.id);
  out["computed"] = json::object{{"number", network.number.value()},
                                 {"mode", mode_text(reactive ? ForwardingMode::kReactive : ForwardingMode::kProactive)},
                                 {"broadcast_rate", network.broadcast_rate.value_or(policy.broadcast_rate)}};
  return out;
}

json::object show_fabric(const Topology& topology, const flowgen::Policy& policy) {
  std::size_t reactive = 0;
  for (const topology::NetworkId& id : topology.network_ids()) {
    if (flowgen::is_reactive(topology, policy, id)) ++reactive;
  }
  const auto chosen = topology.settings().mode;
  return {{"mode", mode_text(chosen)},
          {"computed", json::object{{"configured_mode", mode_text(policy.mode)},
                                    {"mode", mode_text(chosen.value_or(policy.mode))},
                                    {"auto_ports", policy.auto_ports},
                                    {"broadcast_rate", policy.broadcast_rate},
                                    {"idle_timeout_seconds", policy.idle_timeout},
                                    {"proactive_networks", topology.network_count() - reactive},
                                    {"reactive_networks", reactive}}}};
}

json::object show(const Topology& topology, const topology::Port& port) {
  json::object out = rpc::encode(port);
  out["computed"] = computed(topology, port);
  return out;
}

}  // namespace dcportals::daemon
