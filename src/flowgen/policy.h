// What an operator may choose about forwarding: the configuration's [forwarding] and [protection], as values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "topology/topology.h"

namespace dcportals::flowgen {

// A meter's rate and burst, in packets (a second).
struct RateLimit {
  std::uint32_t rate = 0;
  std::uint32_t burst = 0;
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

struct Policy {
  // For networks that say nothing themselves.
  topology::ForwardingMode mode = topology::ForwardingMode::kProactive;
  // With kAuto, a network of at least so many ports is reactive.
  std::size_t auto_ports = 200;
  // Of flows that a packet asked for: seconds without traffic until the switch forgets them.
  std::uint16_t idle_timeout = 60;
  // What one port may ask the controller.
  RateLimit arp_requests{50, 100};
  RateLimit first_packets{500, 1000};
  // What the wire may ask the controller, for one host.
  RateLimit wire_packets{2000, 4000};
  // Broadcast and multicast frames of one port, for networks that say nothing themselves.
  std::uint32_t broadcast_rate = 500;
  // The same of a physical network, at each host that is attached to it.
  RateLimit outside_broadcasts{5000, 10000};
  friend bool operator==(const Policy&, const Policy&) = default;
};

// Whether flows towards the network's ports wait until a packet asks for them. Never those of a network that goes on outside: what no flow of a
// port takes goes there, and asks nobody.
[[nodiscard]] bool is_reactive(const topology::Topology& topology, const Policy& policy, const topology::NetworkId& network);

}  // namespace dcportals::flowgen
