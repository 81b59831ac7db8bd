// The objects that dcportals keeps: what OpenStack describes and what switches report, as plain values.
//
// Tenants, networks, subnets, ports and routers come from Neutron over the API; hosts, sites and mapping keys come from the
// switches. `store` persists these values, `rpc` gives them a JSON form, `flowgen` compiles them. Source of the words: the
// paper's figure 2, where a port is a *Destination*, and section 3.6 for mapping keys. No behaviour but small predicates; safe to
// copy.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dpid.h"
#include "base/ip_address.h"
#include "base/mac_address.h"
#include "base/strong_id.h"
#include "base/uuid.h"

namespace dcportals::topology {

// A Keystone project id. Neutron does not require a UUID, so any non-empty text of at most 255 characters is one.
struct TenantId {
  std::string text;
  friend auto operator<=>(const TenantId&, const TenantId&) = default;
};

// A hypervisor's name: the description of its switch (OpenFlow 1.3 section 7.3.5.1, dp_desc), Neutron's binding:host_id.
struct HostName {
  std::string text;
  friend auto operator<=>(const HostName&, const HostName&) = default;
};

using NetworkId = UuidId<struct NetworkIdTag>;
using SubnetId = UuidId<struct SubnetIdTag>;
using PortId = UuidId<struct PortIdTag>;
using RouterId = UuidId<struct RouterIdTag>;

// Numbers that stand for an object inside a switch (metadata, cookies). Given once, never given again, 1 and up.
using NetworkNumber = StrongId<struct NetworkNumberTag, std::uint32_t>;
using PortNumber = StrongId<struct PortNumberTag, std::uint32_t>;
// The greatest network number: switches know a network's groups by number << 8 | part, in 32 bits (OpenFlow 1.3 section 7.3.4.3, group_id).
inline constexpr NetworkNumber kMaxNetworkNumber{0xff'ffff};
// A host's place in the key pool, 0 and up. Free again when the host is deleted; given again once its keys have rested, sooner
// only when there is no other.
using HostIndex = StrongId<struct HostIndexTag, std::uint32_t>;

// Neutron's revision_number: grows with every change of one object. Absent where the caller has none (dcportalctl).
using RevisionNumber = std::uint64_t;

using dcportals::Dpid;

// What stands in the IP fields of a frame on the wire in place of a tenant's IP address (paper section 3.6).
struct MappingKey {
  Ipv4Address address;
  friend auto operator<=>(const MappingKey&, const MappingKey&) = default;
};

// How a VM knows an interface. Never on the wire between hosts.
struct TenantAddress {
  MacAddress mac;
  Ipv4Address ip;
  friend auto operator<=>(const TenantAddress&, const TenantAddress&) = default;
};

// How the physical network knows an interface. Never seen by a VM.
struct FabricAddress {
  MacAddress host_mac;
  MappingKey key;
  friend auto operator<=>(const FabricAddress&, const FabricAddress&) = default;
};

struct Tenant {
  TenantId id;
  std::string name;
  friend bool operator==(const Tenant&, const Tenant&) = default;
};

// When the flows that lead to a network's ports are installed: when the topology changes, or when a packet asks for them, or whichever fits
// the network's size (doc/architecture.md, "Modes").
enum class ForwardingMode : std::uint8_t { kProactive, kReactive, kAuto };
// "proactive", "reactive", "auto": the words of the API, the store and the configuration.
[[nodiscard]] std::string_view to_string(ForwardingMode mode);
[[nodiscard]] std::optional<ForwardingMode> parse_forwarding_mode(std::string_view text);

// Of Network::broadcast_rate, in frames a second: over the greatest, no limit would be noticed.
inline constexpr std::uint32_t kMinBroadcastRate = 1;
inline constexpr std::uint32_t kMaxBroadcastRate = 1'000'000;

struct Network {
  NetworkId id;
  TenantId tenant_id;
  std::string name;
  std::optional<RevisionNumber> revision_number;
  NetworkNumber number;  // given by the topology, not by the caller
  // Set by operators, unknown to Neutron: Planner::put keeps them.
  std::optional<ForwardingMode> mode = {};           // absent: the fabric's
  std::optional<std::uint32_t> broadcast_rate = {};  // broadcast and multicast frames a second of each port; absent: the fabric's
  // Neutron's provider:physical_network of a flat network: the network goes on outside, at the hosts that have an attachment to it
  // (doc/architecture.md, "The outside"). One network has it at a time. Absent: a tenant's network, which ends at its ports.
  std::optional<std::string> physical_network = {};
  friend bool operator==(const Network&, const Network&) = default;
};

struct Subnet {
  SubnetId id;
  NetworkId network_id;
  TenantId tenant_id;
  std::string name;
  IpPrefix cidr;
  std::optional<IpAddress> gateway_ip;
  std::optional<RevisionNumber> revision_number;
  friend bool operator==(const Subnet&, const Subnet&) = default;
};

struct FixedIp {
  SubnetId subnet_id;
  IpAddress ip_address;
  friend bool operator==(const FixedIp&, const FixedIp&) = default;
};

// An address besides its fixed IPs that a port may send from. Only single addresses can be carried (docs: architecture, mapping
// keys).
struct AllowedAddressPair {
  IpAddress ip_address;
  std::optional<MacAddress> mac_address;  // the port's own when absent
  friend bool operator==(const AllowedAddressPair&, const AllowedAddressPair&) = default;
};

// How the OpenFlow port of a Neutron port may be called: one of these and the port's device suffix. A VM's or a DHCP agent's is tap
// (neutron_lib.constants.TAP_DEVICE_PREFIX), a router's qr- (inside) or qg- (gateway) (neutron.agent.l3.namespaces), a distributed router's
// sg- (SNAT_INT_DEV_PREFIX), a highly available one's ha- (neutron.agent.l3.ha_router).
inline constexpr std::array<std::string_view, 5> kDevicePrefixes = {"tap", "qr-", "qg-", "sg-", "ha-"};
// Neutron cuts device names after 14 characters (neutron_lib.constants.DEVICE_NAME_MAX_LEN), of which each prefix has 3.
inline constexpr std::size_t kDeviceSuffixLength = 11;

// The first characters of the port's id.
[[nodiscard]] inline std::string device_suffix_of(const PortId& id) {
  return id.to_string().substr(0, kDeviceSuffixLength);
}
// The suffix in an OpenFlow port's name; nullopt when it is not called as a Neutron port is.
[[nodiscard]] std::optional<std::string_view> device_suffix_of(std::string_view device_name);

struct Port {
  PortId id;
  NetworkId network_id;
  TenantId tenant_id;
  std::string name;
  MacAddress mac_address;
  std::vector<FixedIp> fixed_ips;
  std::vector<AllowedAddressPair> allowed_address_pairs;
  bool port_security_enabled = true;
  bool admin_state_up = true;
  std::string device_owner;  // a tenant can set this: shown to people, never trusted (CVE-2015-5240)
  std::string device_id;
  std::optional<HostName> host_hint;  // Neutron's binding:host_id; the switches' reports are the truth
  std::optional<RevisionNumber> revision_number;
  PortNumber number;  // given by the topology, not by the caller
  // The port of a DHCP agent: may answer DHCP clients. The caller's verdict; device_owner does not give it.
  bool dhcp_server = false;
  friend bool operator==(const Port&, const Port&) = default;

  // What every name of its OpenFlow port ends in.
  [[nodiscard]] std::string device_suffix() const { return device_suffix_of(id); }
  // The name of its OpenFlow port when a VM has it.
  [[nodiscard]] std::string tap_name() const { return std::string(kDevicePrefixes.front()) + device_suffix(); }
  // Every IPv4 (MAC, IP) that the port may send from, fixed IPs first, in the order given, each once.
  [[nodiscard]] std::vector<TenantAddress> tenant_addresses() const;
};

// A Neutron router. Ports are trusted as a router's because they are listed here, and for no other reason.
struct Router {
  RouterId id;
  TenantId tenant_id;
  std::string name;
  std::vector<PortId> port_ids;
  std::optional<RevisionNumber> revision_number;
  friend bool operator==(const Router&, const Router&) = default;
};

// A hypervisor that has connected at least once. Kept over restarts, so that its ports' whereabouts survive them.
struct Host {
  HostName name;
  Dpid dpid;
  HostIndex index;
  std::optional<MacAddress> mac;  // the uplink's hardware address, as last reported; absent until an uplink was seen
  friend bool operator==(const Host&, const Host&) = default;
};

// "This host's switch has this port's device." A port has several while it migrates; see Topology::active_site.
struct Site {
  PortId port_id;
  HostName host;
  std::uint64_t since = 0;  // order of reports: the greater came later
  friend bool operator==(const Site&, const Site&) = default;
};

// A mapping key given to one address of one port on one host. Resting keys belong to nobody any more and must not be given again
// until every switch that may know them has acknowledged their removal.
struct KeyAssignment {
  MappingKey key;
  PortId port_id;
  HostName host;
  TenantAddress address;
  bool resting = false;
  friend bool operator==(const KeyAssignment&, const KeyAssignment&) = default;
};

// The next numbers to give. Persisted, so that a number is never given twice.
struct Counters {
  std::uint32_t next_network_number = 1;
  std::uint32_t next_port_number = 1;
  std::uint64_t next_site_since = 1;
  friend bool operator==(const Counters&, const Counters&) = default;
};

// What operators set for the whole fabric at run time, in place of the configuration's defaults.
struct Settings {
  std::optional<ForwardingMode> mode = {};
  friend bool operator==(const Settings&, const Settings&) = default;
};

// The last revision of a deleted object: an older put that arrives after the delete is stale, not a new object.
struct Tombstone {
  Uuid id;
  RevisionNumber revision_number = 0;
  friend bool operator==(const Tombstone&, const Tombstone&) = default;
};

}  // namespace dcportals::topology

template <>
struct std::hash<dcportals::topology::TenantId> {
  std::size_t operator()(const dcportals::topology::TenantId& id) const noexcept { return std::hash<std::string>{}(id.text); }
};
template <>
struct std::hash<dcportals::topology::HostName> {
  std::size_t operator()(const dcportals::topology::HostName& name) const noexcept { return std::hash<std::string>{}(name.text); }
};
template <>
struct std::hash<dcportals::topology::MappingKey> {
  std::size_t operator()(const dcportals::topology::MappingKey& key) const noexcept {
    return std::hash<dcportals::Ipv4Address>{}(key.address);
  }
};
