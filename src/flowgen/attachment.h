// The flows of a network that goes on outside, at a host that is attached to its physical network: between the network's ports here and the
// outside, frames pass unchanged. See compile.h; doc/architecture.md, "The outside".
#pragma once

#include "flowgen/view.h"

namespace dcportals::flowgen {

// The network's own: what comes in, and what goes out because no port of the network has it. Nothing where it is not attached.
void append_attachment(const View& view, const topology::Network& network, Sink& sink);

// A port's: its MAC address is not to be looked for outside, nor to come from there. Nothing where its network is not attached.
void append_member(const View& view, const topology::Port& port, Sink& sink);

}  // namespace dcportals::flowgen
