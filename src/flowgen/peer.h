// The flows at a host by which the VMs of a port's network reach that port, and hear from it over the wire.
#pragma once

#include "flowgen/view.h"

namespace dcportals::flowgen {

void append_peer(const View& view, const topology::Port& port, Sink& sink);

// The single flows, for whoever installs them one by one.
[[nodiscard]] pipeline::FlowBuilder forward_local(const View& view, const topology::Port& port, const topology::TenantAddress& address,
                                                  openflow::OfPort of_port);
[[nodiscard]] pipeline::FlowBuilder forward_remote(const View& view, const topology::Port& port, const topology::TenantAddress& address,
                                                   const topology::FabricAddress& fabric);
[[nodiscard]] pipeline::FlowBuilder restore_source(const View& view, const topology::Port& port, const topology::TenantAddress& address,
                                                   const topology::FabricAddress& fabric);
[[nodiscard]] pipeline::FlowBuilder forward_router_local(const View& view, const topology::Port& router, openflow::OfPort of_port);
[[nodiscard]] pipeline::FlowBuilder forward_router_remote(const View& view, const topology::Port& router, MacAddress wire_mac);

}  // namespace dcportals::flowgen
