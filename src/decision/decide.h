// One packet-in, one decision: the paper's section 3.7, as a pure function of the snapshot.
//
// Nothing that the frame or the switch says is believed: the sender's addresses must be the asking port's own, the destination must be in the
// sender's network, up, sited and reachable, and the frame sound. The switch's pipeline checks the same before it asks; here it is checked
// again, because what a decision installs outlives the packet.
#pragma once

#include <cstdint>

#include "decision/ask.h"
#include "decision/reason.h"
#include "decision/snapshot.h"

namespace dcportals::decision {

enum class Kind : std::uint8_t {
  kDrop,
  kArpReply,   // section 3.7.1: answered from here
  kLocal,      // 3.7.2: to a port of the same host
  kRemote,     // 3.7.3: to a port of another host
  kRestore,    // 3.7.3 at the receiver: a frame from the wire whose sender its host does not know
  kBroadcast,  // 3.7.4: to all hosts with ports of the network
  kExternal,   // 3.7.5: to or from the outside, through a router's port
};
inline constexpr std::size_t kKinds = 7;
// "remote"; "drop".
[[nodiscard]] std::string_view to_string(Kind kind);

// Who talks to whom: packets with an equal flow get the same flows, so one decision stands for all of them.
struct Pair {
  std::uint32_t source = 0;       // mapping key
  std::uint32_t destination = 0;  // mapping key; of a router its port's number; of a broadcast 0, of a DHCP client's 1
  Kind kind = Kind::kDrop;
  friend bool operator==(const Pair&, const Pair&) = default;
};

// Spans are into the snapshot. Flows are installed in this order: receiver's, acknowledged; sender's; then the packet goes.
struct Decision {
  Kind kind = Kind::kDrop;
  Reason reason;                            // of kDrop
  Pair pair;                                // of decisions with a receiver's flow
  ByteSpan receiver_flow;                   // empty: none
  Dpid receiver;                            // whose flow that is
  const NetworkRecord* everyone = nullptr;  // kBroadcast: the flow is of all its members but the asking switch, instead of `receiver`
  ByteSpan sender_flow;                     // of the asking switch; empty: none
  MacAddress answer;                        // kArpReply: the MAC address asked for
};

[[nodiscard]] Decision decide(const Snapshot& snapshot, Dpid at, const Ask& ask);

}  // namespace dcportals::decision
