#include "decision/decide.h"

#include <algorithm>
#include <array>

#include "packet/headers.h"

namespace dcportals::decision {
namespace {

using packet::Headers;
using pipeline::DropReason;
using topology::MappingKey;
using topology::TenantAddress;

constexpr std::uint16_t kArpRequest = 1;
constexpr std::uint16_t kDhcpClientPort = 68, kDhcpServerPort = 67;  // RFC 2131 section 4.1

Decision drop(Reason reason) {
  Decision out;
  out.reason = reason;
  return out;
}

// RFC 1112 section 6.4: below 01:00:5e and a zero bit. Any group's: flows cannot compare it with the IP address, and what a packet meets does
// not depend on whether another has asked before. Receivers get the MAC that is the group's own.
bool is_multicast_mac(MacAddress mac) {
  return (mac.value() & 0xffff'ff80'0000ULL) == 0x0100'5e00'0000ULL;
}

// Decides about one frame. Every step that refuses returns the drop; the steps below it rely on what it has checked.
class Decider {
 public:
  Decider(const Snapshot& snapshot, const HostRecord& host, const Ask& ask, const Headers& frame)
      : snapshot_(snapshot), host_(host), ask_(ask), frame_(frame) {}

  [[nodiscard]] Decision from_wire() const;
  [[nodiscard]] Decision from_port(const PortRecord& port) const;

 private:
  // What the frame must be to be carried at all.
  [[nodiscard]] Reason unsound(AskClass ask) const;

  [[nodiscard]] Decision arp(const PortRecord& port) const;
  [[nodiscard]] Decision forward(const PortRecord& port) const;
  [[nodiscard]] Decision to_router(const PortRecord& port, const AddressRecord* source) const;
  [[nodiscard]] Decision to_port(const PortRecord& port, const AddressRecord* source, const PortRecord& there,
                                 const AddressRecord& destination) const;
  [[nodiscard]] Decision flood(const PortRecord& port) const;

  // The sender's address: nullptr with no reason where the port may send from anything.
  struct Source {
    const AddressRecord* address = nullptr;
    Reason refused;
  };
  [[nodiscard]] Source source_of(const PortRecord& port) const;
  [[nodiscard]] Reason arp_refused(const PortRecord& port) const;
  [[nodiscard]] bool is_dhcp_client(const PortRecord& port) const;
  [[nodiscard]] bool is_dhcp_server() const;
  [[nodiscard]] bool is_group_of(const NetworkRecord& network) const;
  [[nodiscard]] bool is_router_here(const AddressAtSite* sender) const;
  [[nodiscard]] bool wire_destination_is_here(const PortRecord& sender) const;

  const Snapshot& snapshot_;
  const HostRecord& host_;
  const Ask& ask_;
  const Headers& frame_;
};

bool owns_mac(const PortRecord& port, MacAddress mac) {
  return mac == port.mac || std::ranges::any_of(port.addresses, [&](const AddressRecord& a) { return a.address.mac == mac; });
}

Decision to_receiver(Kind kind, const PortRecord& port, const AddressRecord& source, std::uint32_t destination, Dpid receiver) {
  Decision out;
  out.kind = kind;
  out.pair = {source.key->address.value(), destination, kind};
  out.receiver_flow = port.bytes(source.restore_source);
  out.receiver = receiver;
  return out;
}

Decision to_sender(Kind kind, ByteSpan flow) {
  Decision out;
  out.kind = kind;
  out.sender_flow = flow;
  return out;
}

// Whether another host can be told who sends.
bool is_carried(const AddressRecord* source) {
  return source != nullptr && source->key && source->restore_source.size != 0;
}

Reason Decider::unsound(AskClass ask) const {
  if (frame_.vlan_tci) return DropReason::kVlanTagged;
  const bool is_arp = ask == AskClass::kArp;
  if (frame_.eth_type == packet::kEtherTypeIpv6) return DropReason::kIpv6NotCarried;
  if (frame_.eth_type != (is_arp ? packet::kEtherTypeArp : packet::kEtherTypeIpv4)) return DropReason::kEtherTypeNotCarried;
  if (is_arp ? !frame_.arp : !frame_.ipv4) return OwnReason::kMalformed;
  if (!is_arp && frame_.ipv4->protocol == 0) return DropReason::kIpProtocolZero;
  return {};
}

Decision Decider::from_port(const PortRecord& port) const {
  if (!port.up) return drop(DropReason::kAdminDown);
  if (ask_.metadata && *ask_.metadata != port.network.value()) return drop(OwnReason::kOutdated);
  if (const Reason reason = unsound(ask_.ask_class); reason != Reason()) return drop(reason);
  // A group is nobody's source (IEEE 802.3 section 3.2.3), with port security or without.
  if (frame_.eth_src.is_group()) return drop(DropReason::kSpoofedEthSource);
  switch (ask_.ask_class) {
    case AskClass::kArp: return arp(port);
    case AskClass::kForward: return forward(port);
    case AskClass::kFlood: return flood(port);
    case AskClass::kWire: break;
  }
  return drop(DropReason::kUnknownWireSource);
}

// The same rules as the pipeline's port_security and responder (src/flowgen/local_port.cc).
Reason Decider::arp_refused(const PortRecord& port) const {
  const Headers::Arp& arp = *frame_.arp;
  if (arp.operation != kArpRequest) return DropReason::kArpNotARequest;
  const auto targets = [&](const AddressRecord& a) { return a.address.ip == arp.target_ip; };
  const bool own_target = std::ranges::any_of(port.addresses, targets);
  if (port.secured || port.router) {
    if (!owns_mac(port, frame_.eth_src)) return DropReason::kSpoofedEthSource;
    if (arp.sender_mac != frame_.eth_src) return DropReason::kSpoofedArpSha;
    const bool probe = arp.sender_ip.value() == 0;  // RFC 5227 section 2.1.1
    const bool of_router = port.router && frame_.eth_src == port.mac;
    if (!probe && !of_router && port.find({arp.sender_mac, arp.sender_ip}) == nullptr) return DropReason::kSpoofedArpSpa;
  }
  return own_target ? Reason(DropReason::kArpForOwnAddress) : Reason();
}

Decision Decider::arp(const PortRecord& port) const {
  if (const Reason reason = arp_refused(port); reason != Reason()) return drop(reason);
  const AddressAtSite* target = snapshot_.destination({port.network, frame_.arp->target_ip});
  if (target == nullptr) return drop(DropReason::kArpUnknownTarget);
  const AddressRecord& a = target->address();
  const bool here = target->port->dpid == host_.dpid;
  // Whoever cannot be reached is not answered for either.
  const bool reachable = here ? a.forward_local.size != 0 : a.forward_remote.size != 0 && host_.uplink;
  if (!reachable) return drop(DropReason::kArpUnknownTarget);
  Decision out;
  out.kind = Kind::kArpReply;
  out.answer = a.address.mac;
  return out;
}

Decider::Source Decider::source_of(const PortRecord& port) const {
  Source out;
  out.address = port.find({frame_.eth_src, frame_.ipv4->source});
  if (!port.router && !port.dhcp_server && is_dhcp_server()) {
    out.refused = DropReason::kForgedDhcpServer;
  } else if (port.router && snapshot_.key_pool().contains(MappingKey{frame_.ipv4->source})) {
    out.refused = DropReason::kSourceIsAKey;
  } else if (out.address != nullptr || (!port.secured && !port.router)) {
    return out;
  } else if (!owns_mac(port, frame_.eth_src)) {
    out.refused = DropReason::kSpoofedEthSource;
  } else if (!port.router || frame_.eth_src != port.mac) {
    out.refused = DropReason::kSpoofedIpSource;
  }
  return out;
}

Decision Decider::forward(const PortRecord& port) const {
  if (frame_.eth_dst.is_group()) return drop(DropReason::kGroupNotCarried);
  const Source source = source_of(port);
  if (source.refused != Reason()) return drop(source.refused);
  const Ipv4Address to = frame_.ipv4->destination;
  if (to.is_multicast() || to.is_limited_broadcast()) return drop(DropReason::kGroupNotCarried);
  if (snapshot_.key_pool().contains(MappingKey{to})) return drop(DropReason::kDestinationIsAKey);
  const AddressAtSite* found = snapshot_.destination({port.network, to});
  if (found != nullptr && found->port->number != port.number) {
    const PortRecord& there = *found->port;
    const AddressRecord* destination = there.find({frame_.eth_dst, to});
    if (destination != nullptr && destination->serves) return to_port(port, source.address, there, *destination);
  }
  return to_router(port, source.address);
}

Decision Decider::to_port(const PortRecord& port, const AddressRecord* source, const PortRecord& there, const AddressRecord& destination) const {
  const ByteSpan local = there.bytes(destination.forward_local);
  if (there.dpid == host_.dpid) return local.empty() ? drop(DropReason::kUnknownDestination) : to_sender(Kind::kLocal, local);
  const ByteSpan remote = there.bytes(destination.forward_remote);
  if (remote.empty() || !host_.uplink) return drop(DropReason::kUnknownDestination);
  // From the outside: the receiver restores the router's MAC without being told who sends.
  if (source == nullptr && port.router) return to_sender(Kind::kExternal, remote);
  if (!is_carried(source) || !destination.key) return drop(DropReason::kSourceHasNoKey);
  Decision out = to_receiver(Kind::kRemote, port, *source, destination.key->address.value(), there.dpid);
  out.sender_flow = remote;
  return out;
}

Decision Decider::to_router(const PortRecord& port, const AddressRecord* source) const {
  const PortRecord* router = snapshot_.router({port.network, frame_.eth_dst});
  if (router == nullptr || router->number == port.number) return drop(DropReason::kUnknownDestination);
  if (router->dpid == host_.dpid) {
    const ByteSpan local = router->bytes(router->forward_router_local);
    return local.empty() ? drop(DropReason::kUnknownDestination) : to_sender(Kind::kExternal, local);
  }
  const ByteSpan remote = router->bytes(router->forward_router_remote);
  if (remote.empty() || !host_.uplink) return drop(DropReason::kUnknownDestination);
  if (!is_carried(source)) return drop(DropReason::kSourceHasNoKey);
  Decision out = to_receiver(Kind::kExternal, port, *source, router->number.value(), router->dpid);
  out.sender_flow = remote;
  return out;
}

bool Decider::is_dhcp_client(const PortRecord& port) const {
  return frame_.eth_src == port.mac && frame_.ipv4->source.value() == 0 && frame_.ipv4->destination.is_limited_broadcast() && frame_.ports &&
         frame_.ipv4->protocol == packet::kProtocolUdp && frame_.ports->source == kDhcpClientPort && frame_.ports->destination == kDhcpServerPort;
}

bool Decider::is_dhcp_server() const {
  return frame_.ports && frame_.ipv4->protocol == packet::kProtocolUdp && frame_.ports->source == kDhcpServerPort &&
         frame_.ports->destination == kDhcpClientPort;
}

bool Decider::is_group_of(const NetworkRecord& network) const {
  const Ipv4Address to = frame_.ipv4->destination;
  if (to.is_multicast()) return is_multicast_mac(frame_.eth_dst);
  const auto directed = [&](Ipv4Prefix subnet) { return subnet.last() == to && subnet.contains(frame_.ipv4->source); };
  return frame_.eth_dst.is_broadcast() && (to.is_limited_broadcast() || std::ranges::any_of(network.subnets, directed));
}

Decision Decider::flood(const PortRecord& port) const {
  const NetworkRecord* network = snapshot_.network(port.network);
  if (network == nullptr || !is_group_of(*network)) return drop(DropReason::kGroupNotCarried);
  Source source = source_of(port);
  ByteSpan flow;
  if (is_dhcp_client(port)) {
    const auto own = std::ranges::find(port.addresses, port.mac, [](const AddressRecord& a) { return a.address.mac; });
    source = {own == port.addresses.end() ? nullptr : &*own, {}};
    flow = port.bytes(port.rewrite_unspecified);
  } else if (source.address != nullptr) {
    flow = port.bytes(source.address->rewrite_flood);
  }
  if (source.refused != Reason()) return drop(source.refused);
  if (flow.empty()) return drop(DropReason::kSourceHasNoKey);
  // Without a key, or without a way out, there are copies for the local ports only.
  if (!is_carried(source.address) || !host_.uplink) return to_sender(Kind::kBroadcast, flow);
  Decision out = to_receiver(Kind::kBroadcast, port, *source.address, is_dhcp_client(port) ? 1 : 0, {});
  out.everyone = network;
  out.sender_flow = flow;
  return out;
}

// Whether a frame with this sender is for this host: for one of its ports in the sender's network, or for all of them.
bool Decider::wire_destination_is_here(const PortRecord& sender) const {
  const MappingKey to{frame_.ipv4->destination};
  const topology::KeyPool& pool = snapshot_.key_pool();
  if (const AddressAtSite* destination = snapshot_.owner(to)) {
    return destination->port->network == sender.network && destination->port->dpid == host_.dpid;
  }
  const NetworkRecord* network = snapshot_.network(sender.network);
  if (network == nullptr || !std::ranges::binary_search(network->members, host_.dpid)) return false;
  const bool everyone = to == pool.broadcast_key() || to == pool.unspecified_key() || to.address.is_limited_broadcast() || to.address.is_multicast();
  if (everyone || pool.contains(to)) return everyone;
  return std::ranges::binary_search(network->router_hosts, host_.dpid);
}

// A network's routers that the host's MAC does not stand for have their own on the wire.
bool Decider::is_router_here(const AddressAtSite* sender) const {
  if (sender == nullptr) return false;
  const PortRecord* router = snapshot_.router({sender->port->network, frame_.eth_dst});
  return router != nullptr && router->dpid == host_.dpid;
}

Decision Decider::from_wire() const {
  if (const Reason reason = unsound(AskClass::kWire); reason != Reason()) return drop(reason);
  const AddressAtSite* sender = snapshot_.owner(MappingKey{frame_.ipv4->source});
  if (frame_.eth_dst != host_.mac && !is_router_here(sender)) return drop(DropReason::kNotForThisHost);
  if (sender == nullptr || sender->port->dpid == host_.dpid) return drop(DropReason::kUnknownWireSource);
  const HostRecord* from = snapshot_.host(sender->port->dpid);
  if (from == nullptr || from->mac != frame_.eth_src) return drop(DropReason::kUnknownWireSource);
  const ByteSpan flow = sender->port->bytes(sender->address().restore_source);
  if (flow.empty()) return drop(DropReason::kUnknownWireSource);
  if (!wire_destination_is_here(*sender->port)) return drop(DropReason::kForeignWireDestination);
  return to_sender(Kind::kRestore, flow);
}

}  // namespace

std::string_view to_string(Kind kind) {
  static constexpr std::array<std::string_view, kKinds> kNames{"drop", "arp_reply", "local", "remote", "restore", "broadcast", "external"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Decision decide(const Snapshot& snapshot, Dpid at, const Ask& ask) {
  const HostRecord* host = snapshot.host(at);
  if (host == nullptr) return drop(OwnReason::kUnknownSwitch);
  if (ask.truncated) return drop(OwnReason::kTruncated);
  const auto frame = packet::parse_headers(ask.frame);
  if (!frame) return drop(OwnReason::kMalformed);
  const Decider decider(snapshot, *host, ask, *frame);
  const PortRecord* port = snapshot.port_at({at, ask.in_port});
  if (ask.ask_class == AskClass::kWire) return port == nullptr ? decider.from_wire() : drop(DropReason::kUnknownWireSource);
  return port == nullptr ? drop(DropReason::kUnknownPort) : decider.from_port(*port);
}

}  // namespace dcportals::decision
