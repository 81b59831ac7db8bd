// Test support: topologies written down briefly.
//
// A Scenario owns a Topology and runs planners on it as the daemon would, so tests only reach states that the rules allow. Names are small
// numbers: network 1, port 12 and so on become UUIDs that end in them.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "topology/planner.h"
#include "topology/topology.h"

namespace dcportals::testing {

template <class Id>
Id id(unsigned n) {
  // The first 8 digits differ too, because tap names are made of them.
  return *Id::parse(fmt::format("{:08x}-0000-4000-8000-{:012x}", n, n));
}
inline topology::NetworkId network_id(unsigned n) { return id<topology::NetworkId>(n); }
inline topology::SubnetId subnet_id(unsigned n) { return id<topology::SubnetId>(n); }
inline topology::PortId port_id(unsigned n) { return id<topology::PortId>(n); }
inline topology::HostName host_name(unsigned n) { return {fmt::format("hv{}", n)}; }
inline MacAddress host_mac(unsigned n) { return MacAddress(0x0200'0000'0000ULL + n); }

class Scenario {
 public:
  explicit Scenario(const char* pool = "240.0.0.0/4", std::optional<unsigned> host_bits = std::nullopt)
      : topology(*topology::KeyPool::make(*Ipv4Prefix::parse(pool), host_bits)) {}

  topology::Topology topology;

  // Plans on the topology; the changes are returned, not applied. Throws on a rejection, with its text.
  template <class Plan>
  topology::Changes plan(Plan what) {
    topology::Planner planner(topology);
    const auto result = what(planner);
    if (!result) throw std::runtime_error(fmt::format("{}: {}", result.error().field, result.error().text));
    return planner.finish();
  }
  void apply(const topology::Changes& changes) {
    for (const auto& change : changes) topology.apply(change);
  }
  template <class Plan>
  void run(Plan what) {
    apply(plan(what));
  }

  // A network with one subnet, both numbered n.
  void network(unsigned n, const char* cidr = "10.0.0.0/24") {
    run([&](topology::Planner& p) { return p.put(topology::Network{network_id(n), {"tenant"}, "", {}, {}}); });
    run([&](topology::Planner& p) {
      return p.put(topology::Subnet{subnet_id(n), network_id(n), {"tenant"}, "", *parse_ip_prefix(cidr), {}, {}});
    });
  }

  // Network n goes on outside, or, without a name, does so no more.
  void physical_network(unsigned n, std::optional<std::string> name) {
    topology::Network network = *topology.network(network_id(n));
    network.physical_network = std::move(name);
    run([&](topology::Planner& p) { return p.put(network); });
  }

  static topology::Port make_port(unsigned n, unsigned network, const char* mac, const std::vector<std::string>& ips) {
    topology::Port port;
    port.id = port_id(n);
    port.network_id = network_id(network);
    port.tenant_id = {"tenant"};
    port.mac_address = *MacAddress::parse(mac);
    for (const std::string& ip : ips) port.fixed_ips.push_back({subnet_id(network), *parse_ip_address(ip)});
    return port;
  }
  void port(const topology::Port& port) {
    run([&](topology::Planner& p) { return p.put(port); });
  }
  void port(unsigned n, unsigned network, const char* mac, const char* ip) { port(make_port(n, network, mac, {ip})); }

  void host(unsigned n) {
    run([&](topology::Planner& p) { return p.see_host(host_name(n), Dpid{n}, host_mac(n)); });
  }
  void site(unsigned host, const std::vector<topology::PortId>& ports) {
    run([&](topology::Planner& p) { return p.site(host_name(host), ports); });
  }
};

}  // namespace dcportals::testing
