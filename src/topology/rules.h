// The rules about one object: may it be put into, or erased from, this topology?
//
// Each check looks at the topology as it is and names the first thing that is wrong; none changes anything. The planner asks
// before its first step, so a refused request needs no clearing up. `kept` is the object's former value, nullptr if it is new.
// Used by Planner alone.
#pragma once

#include <optional>

#include "topology/rejection.h"
#include "topology/topology.h"

namespace dcportals::topology {

using Verdict = std::optional<Rejection>;  // nullopt: nothing against it

// Limits on what one object may hold. Neutron's columns have 255 characters; the list limit only keeps a mad request from costing
// much.
inline constexpr std::size_t kMaxCharacters = 255;
inline constexpr std::size_t kMaxListLength = 1024;
// Databases keep signed 64-bit numbers.
inline constexpr RevisionNumber kMaxRevision = 0x7fff'ffff'ffff'ffffULL;

[[nodiscard]] Verdict check_put(const Topology& topology, const Tenant& tenant);
[[nodiscard]] Verdict check_put(const Topology& topology, const Network& network, const Network* kept);
[[nodiscard]] Verdict check_put(const Topology& topology, const Subnet& subnet, const Subnet* kept);
[[nodiscard]] Verdict check_put(const Topology& topology, const Port& port, const Port* kept);
[[nodiscard]] Verdict check_put(const Topology& topology, const Router& router, const Router* kept);

[[nodiscard]] Verdict check_erase(const Topology& topology, const Tenant& tenant);
[[nodiscard]] Verdict check_erase(const Topology& topology, const Network& network);
[[nodiscard]] Verdict check_erase(const Topology& topology, const Subnet& subnet);
[[nodiscard]] Verdict check_erase(const Topology& topology, const Port& port);
[[nodiscard]] Verdict check_erase(const Topology& topology, const Router& router);
[[nodiscard]] Verdict check_erase(const Topology& topology, const Host& host);

// A put is stale when it is older than the kept object or not newer than the delete; a delete when it is older than the kept
// object.
[[nodiscard]] Verdict check_put_revision(const Topology& topology, const Uuid& id, std::optional<RevisionNumber> revision,
                                         std::optional<RevisionNumber> kept);
[[nodiscard]] Verdict check_erase_revision(std::optional<RevisionNumber> revision, std::optional<RevisionNumber> kept);

// Text that people read: at most 255 characters, no NUL (which databases and C programs cut at).
[[nodiscard]] Verdict check_text(const std::string& field, const std::string& text);
// Text that names something: also not empty and without control characters.
[[nodiscard]] Verdict check_identifier(const std::string& field, const std::string& text);
// Not zero, not a group address.
[[nodiscard]] Verdict check_mac(const std::string& field, MacAddress mac);
// No part of it is in the key pool or means something other than one interface: 0/8, loopback, multicast, broadcast.
[[nodiscard]] Verdict check_usable(const std::string& field, const IpPrefix& prefix, const KeyPool& pool);
[[nodiscard]] Verdict check_usable(const std::string& field, const IpAddress& address, const KeyPool& pool);

// Whether the prefix holds the address; false across families.
[[nodiscard]] bool contains(const IpPrefix& prefix, const IpAddress& address);
// Whether the address is the IPv4 prefix's network or directed-broadcast address; prefixes longer than /30 have neither (RFC
// 3021).
[[nodiscard]] bool is_edge_of(const IpPrefix& prefix, const IpAddress& address);

}  // namespace dcportals::topology
