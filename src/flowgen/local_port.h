// The flows of a port at the host that carries it: what it may send, and what reaches it from the wire.
#pragma once

#include "flowgen/view.h"

namespace dcportals::flowgen {

void append_local_port(const View& view, const topology::Port& port, openflow::OfPort of_port, Sink& sink);

}  // namespace dcportals::flowgen
