// The flows at a host by which the VMs of a port's network reach that port, and hear from it over the wire.
#pragma once

#include "flowgen/view.h"

namespace dcportals::flowgen {

void append_peer(const View& view, const topology::Port& port, Flows& out);

}  // namespace dcportals::flowgen
