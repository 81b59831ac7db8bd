#include "flowgen/compile.h"

#include <algorithm>
#include <iterator>

#include "flowgen/attachment.h"
#include "flowgen/local_port.h"
#include "flowgen/peer.h"
#include "flowgen/view.h"

namespace dcportals::flowgen {

using topology::HostName;
using topology::Port;
using topology::PortId;
using topology::Topology;

bool serves(const Topology& topology, const Port& port, Ipv4Address ip) {
  if (const Port* fixed = topology.port_by_fixed_ip(port.network_id, IpAddress{ip})) return fixed->id == port.id;
  const auto& claimants = topology.claimants(port.network_id, ip);
  const auto first = std::ranges::find_if(claimants, [&](const PortId& id) {
    return topology.active_site(id) != nullptr && topology.port(id)->admin_state_up;
  });
  return first == claimants.end() || *first == port.id;
}

std::optional<MacAddress> wire_mac_of_router(const Topology& topology, const Port& router, const HostName& at) {
  const topology::Host* host = topology.host(at);
  if (host == nullptr || !host->mac) return std::nullopt;
  const auto& routers = topology.router_ports_of(router.network_id);
  const auto first = std::ranges::find_if(routers, [&](const PortId& id) { return topology.is_sited(id, at) && topology.port(id)->admin_state_up; });
  return first == routers.end() || *first == router.id ? *host->mac : router.mac_address;
}

Entries compile_port(const Place& place, const PortId& id) {
  Entries out;
  const View view(place);
  const Port* port = view.topology.port(id);
  if (port == nullptr) return out;
  Sink sink(view, port->network_id, out);
  const auto of_port = view.local(id);
  if (of_port) append_local_port(view, *port, *of_port, sink);
  if (!view.topology.hosts_of(port->network_id).contains(view.host)) return out;
  if (port->admin_state_up) append_peer(view, *port, sink);
  append_member(view, *port, sink);
  return out;
}

Entries compile(const Place& place, const Owner& owner) {
  struct Visitor {
    const Place& place;
    Entries operator()(std::monostate) const { return compile_host(place); }
    Entries operator()(const topology::NetworkId& id) const { return compile_network(place, id); }
    Entries operator()(const PortId& id) const { return compile_port(place, id); }
  };
  return std::visit(Visitor{place}, owner);
}

Entries compile_all(const Place& place) {
  Entries out = compile_host(place);
  const auto append = [&](Entries entries) { std::ranges::move(entries, std::back_inserter(out)); };
  for (const topology::NetworkId& network : place.topology.networks_at(place.host)) {
    append(compile_network(place, network));
    for (const PortId& port : place.topology.ports_of(network)) append(compile_port(place, port));
  }
  return out;
}

bool is_on_demand(const openflow::Entry& entry) {
  const auto* flow = std::get_if<openflow::Flow>(&entry);
  return flow != nullptr && flow->idle_timeout != 0;
}

}  // namespace dcportals::flowgen
