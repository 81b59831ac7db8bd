#include "flowgen/on_demand.h"

#include <algorithm>
#include <utility>

#include "flowgen/peer.h"
#include "flowgen/view.h"

namespace dcportals::flowgen {
namespace {

using pipeline::Rule;

openflow::Flow with_timeout(const View& view, pipeline::FlowBuilder&& flow) {
  return flow.idle_timeout(view.policy.idle_timeout).build();
}

AddressFlows flows_of(const View& view, const topology::Port& port, bool active, const topology::TenantAddress& address) {
  AddressFlows out{address, {}, {}, {}};
  const bool serving = active && serves(view.topology, port, address.ip);
  if (const auto of_port = view.local(port.id); serving && of_port) out.forward_local = with_timeout(view, forward_local(view, port, address, *of_port));
  const auto fabric = view.fabric(port.id, view.host, address);
  if (!fabric) return out;
  if (serving) out.forward_remote = with_timeout(view, forward_remote(view, port, address, *fabric));
  out.restore_source = with_timeout(view, restore_source(view, port, address, *fabric));
  return out;
}

bool is_flood(const openflow::Flow& flow) {
  const auto content = pipeline::parse_cookie(flow.cookie);
  return content && (content->rule == Rule::kRewriteFlood || content->rule == Rule::kRewriteDirected || content->rule == Rule::kRewriteUnspecified);
}

}  // namespace

OnDemandFlows on_demand_flows(const Place& home, const topology::PortId& id) {
  OnDemandFlows out;
  const View view(home);
  const topology::Port* port = view.topology.port(id);
  if (port == nullptr || !view.topology.is_sited(id, view.host) || !port->admin_state_up) return out;
  if (!is_reactive(view.topology, view.policy, port->network_id)) return out;
  const bool active = view.topology.active_site(id)->host == view.host;
  for (const topology::TenantAddress& address : port->tenant_addresses()) out.addresses.push_back(flows_of(view, *port, active, address));
  for (openflow::Entry& entry : compile_port(home, id)) {
    if (auto* flow = std::get_if<openflow::Flow>(&entry); flow != nullptr && is_flood(*flow)) out.flood.push_back(std::move(*flow));
  }
  if (view.topology.router_of(id) == nullptr || !active) return out;
  if (const auto of_port = view.local(id)) out.router_local = with_timeout(view, forward_router_local(view, *port, *of_port));
  if (const auto mac = wire_mac_of_router(view.topology, *port, view.host)) out.router_remote = with_timeout(view, forward_router_remote(view, *port, *mac));
  return out;
}

}  // namespace dcportals::flowgen
