// What decisions look up: hosts, networks, and ports at their sites, as immutable values with their flow mods encoded.
//
// Made by SnapshotBuilder, shared by all snapshots between two changes of the object. Plain values without pointers to each other, so that a
// change of one is a change of one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/byte_io.h"
#include "openflow/types.h"
#include "topology/model.h"

namespace dcportals::decision {

struct HostRecord {
  Dpid dpid;
  MacAddress mac;                          // of the uplink, as the wire knows the host
  std::optional<openflow::OfPort> uplink;  // absent: the switch has not said
  friend bool operator==(const HostRecord&, const HostRecord&) = default;
};

struct NetworkRecord {
  topology::NetworkNumber number;
  std::vector<Dpid> members;             // hosts that carry ports of the network, sorted
  std::vector<Dpid> router_hosts;        // those of them that carry router ports, sorted, each once
  std::vector<Ipv4Prefix> subnets;       // those that have a directed-broadcast address
  friend bool operator==(const NetworkRecord&, const NetworkRecord&) = default;
};

// Part of PortRecord::messages: an encoded flow mod, or none where size is 0.
struct Piece {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
  friend bool operator==(const Piece&, const Piece&) = default;
};

struct AddressRecord {
  topology::TenantAddress address;
  std::optional<topology::MappingKey> key;  // at this site
  bool serves = false;                      // traffic to the address goes to this port, at this site
  Piece forward_local;                      // for this site's switch
  Piece forward_remote;                     // for every other
  Piece restore_source;                     // for every other
  Piece rewrite_flood;                      // for this site's switch; several messages
  friend bool operator==(const AddressRecord&, const AddressRecord&) = default;
};

// A port at one of its sites. While it migrates there are two.
struct PortRecord {
  topology::PortNumber number;
  topology::NetworkNumber network;
  Dpid dpid;
  std::optional<openflow::OfPort> of_port;  // absent: the switch has not said yet
  MacAddress mac;
  bool up = false;       // admin_state_up
  bool secured = true;   // port_security_enabled
  bool router = false;   // a Router object lists it
  bool dhcp_server = false;
  bool active = false;   // traffic to the port goes to this site
  std::vector<AddressRecord> addresses;
  Piece forward_router_local;   // for this site's switch
  Piece forward_router_remote;  // for every other
  Piece rewrite_unspecified;    // for this site's switch: a DHCP client's broadcast
  Bytes messages;
  friend bool operator==(const PortRecord&, const PortRecord&) = default;

  // Empty for no piece.
  [[nodiscard]] ByteSpan bytes(Piece piece) const { return ByteSpan(messages).subspan(piece.offset, piece.size); }
  // The address with exactly this MAC and IP; nullptr: not the port's.
  [[nodiscard]] const AddressRecord* find(const topology::TenantAddress& address) const {
    for (const AddressRecord& a : addresses) {
      if (a.address == address) return &a;
    }
    return nullptr;
  }
};

}  // namespace dcportals::decision
