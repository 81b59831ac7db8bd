// Small topology objects for tests, here and in the modules above: numbered ids, valid defaults, one line each.
#pragma once

#include <fmt/format.h>

#include <string>

#include "topology/planner.h"
#include "topology/topology.h"

namespace dcportals::topology::test {

// Ids whose text ends in the number; the kinds differ in their first digits, and so do ports' tap names from one another.
inline Uuid make_uuid(const char* kind, unsigned n) {
  return *Uuid::parse(fmt::format("{:08x}-000{}-4000-8000-{:012x}", n, kind, n));
}
inline NetworkId network_id(unsigned n) {
  return NetworkId(make_uuid("1", n));
}
inline SubnetId subnet_id(unsigned n) {
  return SubnetId(make_uuid("2", n));
}
inline PortId port_id(unsigned n) {
  return PortId(make_uuid("3", n));
}
inline RouterId router_id(unsigned n) {
  return RouterId(make_uuid("4", n));
}

inline Ipv4Address ip4(const char* text) {
  return Ipv4Address::parse(text).value();
}
inline IpAddress ip(const char* text) {
  return parse_ip_address(text).value();
}
inline MacAddress mac(std::uint64_t n) {
  return MacAddress(0xfa163e000000ULL + n);
}
inline MacAddress host_mac(std::uint64_t n) {
  return MacAddress(0x020000000000ULL + n);
}
inline HostName host_name(unsigned n) {
  return HostName{fmt::format("host{}", n)};
}

inline KeyPool make_pool(const char* prefix = "240.0.0.0/4", std::optional<unsigned> host_bits = std::nullopt) {
  return KeyPool::make(*Ipv4Prefix::parse(prefix), host_bits).value();
}

inline Network make_network(unsigned n, const char* tenant = "t1") {
  return {network_id(n), TenantId{tenant}, fmt::format("net{}", n), std::nullopt, NetworkNumber()};
}

inline Subnet make_subnet(unsigned n, unsigned network, const char* cidr, const char* tenant = "t1") {
  return {subnet_id(n), network_id(network), TenantId{tenant}, fmt::format("subnet{}", n), parse_ip_prefix(cidr).value(),
          std::nullopt, std::nullopt};
}

// A port with MAC address mac(n).
inline Port make_port(unsigned n, unsigned network, const char* tenant = "t1") {
  Port port;
  port.id = port_id(n);
  port.network_id = network_id(network);
  port.tenant_id = TenantId{tenant};
  port.name = fmt::format("port{}", n);
  port.mac_address = mac(n);
  return port;
}

inline Port make_port(unsigned n, unsigned network, unsigned subnet, const char* address, const char* tenant = "t1") {
  Port port = make_port(n, network, tenant);
  port.fixed_ips.push_back({subnet_id(subnet), ip(address)});
  return port;
}

inline Router make_router(unsigned n, std::vector<PortId> ports, const char* tenant = "t1") {
  return {router_id(n), TenantId{tenant}, fmt::format("router{}", n), std::move(ports), std::nullopt};
}

// Plans what `plan` does with a planner and applies it: what the daemon does with each request.
template <class Plan>
Changes plan_and_apply(Topology& topology, Plan plan) {
  Planner planner(topology);
  plan(planner);
  Changes changes = planner.finish();
  for (const Change& change : changes) topology.apply(change);
  return changes;
}

// A planner's answer in short: "changed", "unchanged", or "<code> <field>" of a refusal.
inline std::string answer(const std::expected<bool, Rejection>& result) {
  if (result) return *result ? "changed" : "unchanged";
  return fmt::format("{} {}", to_string(result.error().code), result.error().field);
}

}  // namespace dcportals::topology::test
