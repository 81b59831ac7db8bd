// The cloud that benchmarks run on: 1,000 hosts with 20 ports each, in 1,000 networks of 20 ports, everything plugged and reactive.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

#include "decision/snapshot_builder.h"
#include "packet/build.h"
#include "testing/scenario.h"

namespace dcportals::bench {

inline constexpr unsigned kHosts = 1000, kPortsPerHost = 20, kPortsPerNetwork = 20;
inline constexpr unsigned kPorts = kHosts * kPortsPerHost, kNetworks = kPorts / kPortsPerNetwork;
inline constexpr openflow::OfPort kUplink{1};

// Port n (from 1) is in network (n - 1) / 20 + 1, on a host of its own within the network. Hosts whose numbers are equal modulo 50 share
// networks, all others have none in common.
inline constexpr unsigned kHostStep = kHosts / kPortsPerNetwork;
inline unsigned network_of(unsigned port) { return (port - 1) / kPortsPerNetwork + 1; }
inline unsigned host_of(unsigned port) { return ((port - 1) % kPortsPerNetwork * kHostStep + network_of(port) - 1) % kHosts + 1; }
// The n-th port (from 0) of a host.
inline unsigned port_at(unsigned host, unsigned n) {
  const unsigned network = (host - 1 + kHosts - n * kHostStep) % kHosts;  // from 0: host_of() solved for it
  return network * kPortsPerNetwork + n + 1;
}
inline packet::Endpoint address_of(unsigned port) {
  return {MacAddress(0xfa163e000000ULL + port), Ipv4Address(0x0a000001U + (port - 1) % kPortsPerNetwork)};
}
// Unique on its host, because it has one port of each place in a network.
inline openflow::OfPort of_port(unsigned port) { return openflow::OfPort{2 + (port - 1) % kPortsPerNetwork}; }

class Cloud {
 public:
  Cloud() {
    policy.mode = topology::ForwardingMode::kReactive;
    describe();
    std::vector<std::vector<topology::PortId>> plugged(kHosts + 1);
    for (unsigned n = 1; n <= kPorts; ++n) {
      plugged[host_of(n)].push_back(testing::port_id(n));
      wirings[testing::host_name(host_of(n))].ports[testing::port_id(n)] = of_port(n);
    }
    for (unsigned n = 1; n <= kHosts; ++n) {
      scenario.host(n);
      wirings[testing::host_name(n)].uplink = kUplink;
      wirings[testing::host_name(n)].uplinks = {kUplink};
      scenario.site(n, plugged[n]);
    }
  }

  testing::Scenario scenario;
  flowgen::Policy policy;
  std::map<topology::HostName, flowgen::Wiring> wirings;

  [[nodiscard]] decision::World world() const {
    return {scenario.topology, policy, [this](const topology::HostName& name) { return &wirings.at(name); }};
  }

 private:
  void describe() {
    scenario.run([](topology::Planner& planner) -> std::expected<void, topology::Rejection> {
      for (unsigned n = 1; n <= kNetworks; ++n) {
        (void)planner.put(topology::Network{testing::network_id(n), {"tenant"}, "", {}, {}});
        (void)planner.put(topology::Subnet{testing::subnet_id(n), testing::network_id(n), {"tenant"}, "", *parse_ip_prefix("10.0.0.0/24"), {}, {}});
      }
      for (unsigned n = 1; n <= kPorts; ++n) {
        const packet::Endpoint vm = address_of(n);
        if (auto put = planner.put(testing::Scenario::make_port(n, network_of(n), vm.mac.to_string().c_str(), {vm.ip.to_string()})); !put) {
          return std::unexpected(put.error());
        }
      }
      return {};
    });
  }
};

}  // namespace dcportals::bench
