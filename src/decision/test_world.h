// Test support: a small fabric with a snapshot of it, and asks as its switches would make them.
//
// Port n is plugged as OpenFlow port 100 + n; OpenFlow port 1 is the uplink. Everything is reactive.
#pragma once

#include <map>
#include <memory>

#include "decision/decide.h"
#include "decision/snapshot_builder.h"
#include "openflow/codec.h"
#include "packet/build.h"
#include "testing/scenario.h"

namespace dcportals::decision {

inline constexpr openflow::OfPort kUplink{1};
inline openflow::OfPort of_port(unsigned n) { return openflow::OfPort{100 + n}; }

// Hosts with their wiring, over a Scenario.
class TestWorld {
 public:
  TestWorld() { policy.mode = topology::ForwardingMode::kReactive; }

  testing::Scenario s;
  flowgen::Policy policy;
  std::map<topology::HostName, flowgen::Wiring> wirings;

  void host(unsigned n) {
    s.host(n);
    wirings[testing::host_name(n)].uplink = kUplink;
    wirings[testing::host_name(n)].uplinks = {kUplink};
  }
  // Exactly these ports are plugged at the host.
  void plug(unsigned n, const std::vector<unsigned>& ports) {
    std::vector<topology::PortId> ids;
    flowgen::Wiring& wiring = wirings[testing::host_name(n)];
    wiring.ports.clear();
    for (const unsigned port : ports) {
      ids.push_back(testing::port_id(port));
      wiring.ports[ids.back()] = of_port(port);
    }
    s.site(n, ids);
  }
  void router(unsigned n, const std::vector<unsigned>& ports) {
    topology::Router router{testing::id<topology::RouterId>(n), {"tenant"}, "", {}, {}};
    for (const unsigned port : ports) router.port_ids.push_back(testing::port_id(port));
    s.run([&](topology::Planner& p) { return p.put(router); });
  }
  void change(unsigned port, const std::function<void(topology::Port&)>& edit) {
    topology::Port changed = *s.topology.port(testing::port_id(port));
    edit(changed);
    s.port(changed);
  }

  [[nodiscard]] World world() const {
    return {s.topology, policy, [this](const topology::HostName& name) {
              const auto found = wirings.find(name);
              return found == wirings.end() ? nullptr : &found->second;
            }};
  }
  [[nodiscard]] std::shared_ptr<const Snapshot> from_scratch() const {
    SnapshotBuilder builder(s.topology.key_pool());
    builder.refresh_all(world());
    return builder.publish();
  }

  [[nodiscard]] std::uint64_t metadata(unsigned network) const { return s.topology.network(testing::network_id(network))->number.value(); }
  // How the wire names the port at the host.
  [[nodiscard]] packet::Endpoint on_wire(unsigned port, unsigned host) const {
    for (const auto& key : s.topology.keys_of(testing::port_id(port))) {
      if (key.host == testing::host_name(host)) return {testing::host_mac(host), key.key.address};
    }
    throw std::logic_error("no key");
  }
};

inline packet::Endpoint endpoint(const char* mac, const char* ip) { return {*MacAddress::parse(mac), *Ipv4Address::parse(ip)}; }

// A packet-in as Open vSwitch sends it for our controller action.
inline Bytes packet_in(AskClass ask, openflow::OfPort in_port, std::optional<std::uint64_t> metadata, const Bytes& frame) {
  openflow::PacketIn in;
  in.match.set(openflow::Field::kInPort, in_port);
  if (metadata) in.match.set(openflow::Field::kMetadata, *metadata);
  in.data = frame;
  in.total_len = static_cast<std::uint16_t>(frame.size());
  in.userdata = {static_cast<std::uint8_t>(ask)};
  return openflow::encode(in, openflow::Xid{0});
}

// Network 1 with ports 11 and 13 (host 1), 12 (host 2), 14 without port security (host 1), 15 down (host 2), 16 nowhere, 17 with a second MAC
// (host 1), 18 and the router's port 19 (host 3). Network 2 with ports 21 and 22, which have the addresses of 11 and 12, at hosts 1 and 2.
// Host 4 is empty.
class TwoNetworks : public TestWorld {
 public:
  TwoNetworks() {
    s.network(1);
    s.network(2);
    for (unsigned n = 1; n <= 9; ++n) add(10 + n, 1, n);
    for (unsigned n = 1; n <= 2; ++n) add(20 + n, 2, n);
    change(14, [](topology::Port& p) { p.port_security_enabled = false; });
    change(15, [](topology::Port& p) { p.admin_state_up = false; });
    change(17, [](topology::Port& p) {
      p.allowed_address_pairs = {{*parse_ip_address("10.0.0.100"), *MacAddress::parse("00:00:5e:00:01:01")}};
    });
    router(1, {19});
    for (unsigned n = 1; n <= 4; ++n) host(n);
    plug(1, {11, 13, 14, 17, 21});
    plug(2, {12, 15, 22});
    plug(3, {18, 19});
  }
  // How VMs know port 10 * network + n.
  static packet::Endpoint vm(unsigned n) { return {MacAddress(0xfa163e000000ULL + n % 10), Ipv4Address(0x0a000000U + n % 10)}; }

 private:
  void add(unsigned port, unsigned network, unsigned n) { s.port(port, network, vm(n).mac.to_string().c_str(), vm(n).ip.to_string().c_str()); }
};

}  // namespace dcportals::decision
