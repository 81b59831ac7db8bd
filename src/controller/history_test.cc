// The controller through random histories: whatever happens in whatever order, no frame crosses networks, and in the end the switches have
// what a compilation from scratch gives.
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "controller/controller.h"
#include "flowtable/switch_tables.h"
#include "packet/build.h"
#include "testing/simulation.h"

namespace dcportals::controller {
namespace {

using namespace dcportals::testing;

class RandomHistory : public ::testing::TestWithParam<unsigned> {};

constexpr unsigned kHosts = 4;

// Somebody deletes, changes or adds with ovs-ofctl. Not so that a frame could leak: no controller can stop that.
void edit_by_hand(Simulation& sim, std::mt19937& random, unsigned host) {
  auto& table = sim.fabric.hosts[host_name(host)].table;
  const auto entries = table.entries();
  if (entries.empty()) return;
  openflow::Entry entry = entries[random() % entries.size()];
  table.erase(openflow::key_of(entry));
  if (auto* flow = std::get_if<openflow::Flow>(&entry); flow != nullptr && random() % 2 == 0) {
    flow->instructions = {};
    flow->key.priority = static_cast<std::uint16_t>(flow->key.priority + random() % 2);
    table.put(entry);
  }
}

enum class Repairs { kNone, kAllowed };

// Where a port is plugged, if anywhere: only one place at a time in this history, but for migrations. Without repairs nobody edits a switch's
// tables, nor are they read again.
void random_event(Simulation& sim, std::mt19937& random, unsigned& next_port, unsigned& next_of_port, Repairs repairs) {
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const std::vector<topology::PortId> ports = sim.scenario.topology.port_ids();
  const unsigned host = 1 + pick(kHosts);
  switch (pick(19)) {
    case 0:
    case 1: {  // a new port, its address perhaps that of an erased one
      auto port = Scenario::make_port(next_port++, 1 + pick(3), "fa:16:3e:00:00:00", {fmt::format("10.0.0.{}", 1 + pick(5))});
      port.mac_address = MacAddress(0xfa163e000000 + 1 + pick(5));
      if (pick(3) == 0) port.allowed_address_pairs = {{*parse_ip_address("10.0.0.9"), MacAddress(0xfa163e000000 + 4 + pick(3))}};
      topology::Planner planner(sim.scenario.topology);
      if (!planner.put(port)) break;  // MAC or IP taken in that network
      const auto changes = planner.finish();
      sim.transact([&](topology::Planner& p) { return p.put(port); });
      sim.plug(host, port.id, next_of_port++);
      break;
    }
    case 2:
      if (!ports.empty()) {
        const topology::PortId erased = ports[pick(static_cast<unsigned>(ports.size()))];
        if (sim.scenario.topology.router_of(erased) != nullptr) break;
        sim.transact([&](topology::Planner& p) { return p.erase(erased); });
      }
      break;
    case 3:
    case 4:
      if (!ports.empty()) sim.plug(host, ports[pick(static_cast<unsigned>(ports.size()))], next_of_port++);
      break;
    case 5:
    case 6: {
      const auto& plugged = sim.ports(host);
      if (plugged.size() > 1) sim.unplug(host, std::next(plugged.begin(), 1 + pick(static_cast<unsigned>(plugged.size()) - 1))->first.value());
      break;
    }
    case 7: sim.disconnect(host); break;
    case 8:
    case 9:
      if (!sim.connected(host)) sim.connect(host);
      break;
    case 10:
      if (pick(10) == 0) sim.restart_controller();
      break;
    case 11:
      if (repairs == Repairs::kNone) break;
      if (!sim.connected(host) && pick(3) == 0) sim.fabric.hosts[host_name(host)].table = {};
      sim.now += std::chrono::seconds(1);
      sim.tick();
      break;
    case 12: {  // a network is made reactive or proactive
      using enum topology::ForwardingMode;
      const auto mode = std::array{kProactive, kReactive, kAuto}[pick(3)];
      sim.transact([&](topology::Planner& p) { return p.set_mode(network_id(1 + pick(3)), mode); });
      break;
    }
    case 13: {  // a router takes a port, or lets go of it
      topology::Router router;
      router.id = id<topology::RouterId>(1 + pick(2));
      router.tenant_id = {"tenant"};
      if (!ports.empty() && pick(3) > 0) router.port_ids.push_back(ports[pick(static_cast<unsigned>(ports.size()))]);
      if (!router.port_ids.empty() && sim.scenario.topology.router_of(router.port_ids[0]) != nullptr) break;
      sim.transact([&](topology::Planner& p) { return p.put(router); });
      break;
    }
    case 14:
      if (repairs == Repairs::kAllowed) edit_by_hand(sim, random, host);
      break;
    case 15:
      if (repairs == Repairs::kNone) break;
      sim.now += std::chrono::minutes(2);  // tables are read again
      sim.tick();
      break;
    case 16: {  // a network goes on outside, or no more; network 3 never does
      topology::Network network = *sim.scenario.topology.network(network_id(1 + pick(2)));
      network.physical_network.reset();
      const char* name = pick(2) == 0 ? "public" : "storage";
      if (pick(3) > 0 && sim.scenario.topology.network_by_physical_network(name) == nullptr) network.physical_network = name;
      sim.transact([&](topology::Planner& p) { return p.put(network); });
      break;
    }
    case 17:  // a host is attached, perhaps twice
      sim.plug(host, pick(2) == 0 ? "phy-public" : "phy-storage", next_of_port++);
      break;
    case 18:
      if (ports.empty()) break;
      sim.transact([&](topology::Planner& p) {  // a port goes down or up
        topology::Port port = *sim.scenario.topology.port(ports[pick(static_cast<unsigned>(ports.size()))]);
        port.admin_state_up = !port.admin_state_up;
        return p.put(port);
      });
      break;
    default: break;
  }
}

// The physical network that an OpenFlow port attaches; empty: it is no attachment.
std::string attached_by(const std::string& name) {
  return name.starts_with("phy-") ? name.substr(4) : "";
}

// Frames of the outside reach, and are reached by, the ports of the network that goes on there. Once nothing is on its way, and where the
// switch is connected: what a network was, a switch that has not been told otherwise still does.
void expect_attachments_are_networks_own(Simulation& sim) {
  const auto& topology = sim.scenario.topology;
  for (unsigned host = 1; host <= kHosts; ++host) {
    if (!sim.connected(host)) continue;
    for (const auto& [of_port, name] : sim.ports(host)) {
      const topology::Port* sender = topology.port_by_device(name);
      const topology::Network* network = sender != nullptr ? topology.network(sender->network_id)
                                                           : topology.network_by_physical_network(attached_by(name));
      if (sender == nullptr && attached_by(name).empty()) continue;
      const packet::Endpoint outside{MacAddress(0x020000000099), Ipv4Address(0xc6336407)};
      const packet::Endpoint from = sender == nullptr ? outside : packet::Endpoint{sender->mac_address, sender->tenant_addresses().at(0).ip};
      for (unsigned last = 0; last <= 6; ++last) {
        const packet::Endpoint to = last == 0 ? outside : packet::Endpoint{MacAddress(0xfa163e000000 + last), Ipv4Address(0x0a000000 + last)};
        for (const Bytes& frame : {packet::build_icmp_echo(from, to, 1, {}), packet::build_arp_request(from, to.ip)}) {
          for (const Delivery& d : sim.fabric.send(host_name(host), of_port, frame).deliveries) {
            const auto there = static_cast<unsigned>(std::stoul(d.host.text.substr(2)));
            if (!sim.connected(there)) continue;
            const std::string& tap = sim.ports(there).at(d.of_port);
            const topology::Port* receiver = topology.port_by_device(tap);
            ASSERT_NE(network, nullptr) << name << " -> " << tap;
            if (receiver == nullptr) {
              ASSERT_EQ(network->physical_network, attached_by(tap)) << name << " -> " << tap;
            } else {
              ASSERT_EQ(receiver->network_id, network->id) << name << " -> " << tap;
            }
          }
        }
      }
    }
  }
}

// Every frame that any plugged port may send to any other: it must not reach a port of another network, at any moment.
void expect_no_leak(Simulation& sim) {
  const auto& topology = sim.scenario.topology;
  for (unsigned from = 1; from <= kHosts; ++from) {
    for (const auto& [of_port, name] : sim.ports(from)) {
      const topology::Port* sender = topology.port_by_device(name);
      if (sender == nullptr) continue;
      for (unsigned last = 1; last <= 5; ++last) {
        for (unsigned mac = 1; mac <= 5; ++mac) {
          const packet::Endpoint to{MacAddress(0xfa163e000000 + mac), Ipv4Address(0x0a000000 + last)};
          const auto frame = packet::build_icmp_echo({sender->mac_address, sender->tenant_addresses().at(0).ip}, to, 1, {});
          for (const Delivery& d : sim.fabric.send(host_name(from), of_port, frame).deliveries) {
            const unsigned host = static_cast<unsigned>(std::stoul(d.host.text.substr(2)));
            const auto tap = sim.ports(host).find(d.of_port);
            if (tap == sim.ports(host).end()) continue;
            const topology::Port* receiver = topology.port_by_device(tap->second);
            if (receiver == nullptr) {
              ASSERT_TRUE(attached_by(tap->second).empty() || sender->network_id != network_id(3)) << "never an attached network";
              continue;
            }
            ASSERT_EQ(receiver->network_id, sender->network_id);
          }
        }
      }
    }
  }
}

void expect_as_from_scratch(const Simulation& sim, unsigned host) {
  const auto& installed = sim.fabric.hosts.at(host_name(host)).table;
  const flowtable::SwitchTables desired(sim.controller->desired_entries(host_name(host)));
  const auto difference = flowtable::difference(installed, desired);
  EXPECT_TRUE(difference.empty()) << "host " << host;
  for (const auto& entry : difference.put) ADD_FAILURE() << "missing: " << format(entry);
  for (const auto& key : difference.erase) ADD_FAILURE() << "too much: " << format(*installed.find(key));
  EXPECT_TRUE(sim.controller->is_synced(host_name(host)));
}

TEST_P(RandomHistory, EachChangeGivesWhatCompilingFromScratchGives) {
  std::mt19937 random(GetParam());
  Simulation sim(kHosts, "240.0.0.0/26", 3);
  for (unsigned n = 1; n <= 3; ++n) sim.scenario.network(n);
  unsigned next_port = 100, next_of_port = 2;
  for (int i = 0; i < 300 && !HasFailure(); ++i) {
    random_event(sim, random, next_port, next_of_port, Repairs::kNone);
    sim.settle();
    for (unsigned host = 1; host <= kHosts; ++host) {
      if (sim.connected(host)) expect_as_from_scratch(sim, host);
    }
    if (i % 10 == 0) expect_attachments_are_networks_own(sim);
  }
}

TEST_P(RandomHistory, NoFrameCrossesNetworksAndEditsByHandAreRepaired) {
  std::mt19937 random(GetParam());
  Simulation sim(kHosts, "240.0.0.0/26", 3);  // 7 keys a host: reuse is certain, exhaustion too
  for (unsigned n = 1; n <= 3; ++n) sim.scenario.network(n);
  unsigned next_port = 100, next_of_port = 2;
  for (int i = 0; i < 400; ++i) {
    random_event(sim, random, next_port, next_of_port, Repairs::kAllowed);
    for (unsigned steps = static_cast<unsigned>(random() % 6); steps > 0; --steps) sim.step(random);
    if (i % 5 == 0) expect_no_leak(sim);
    if (HasFatalFailure()) return;
  }
  for (unsigned host = 1; host <= kHosts; ++host) {
    if (!sim.connected(host)) sim.connect(host);
  }
  sim.settle();
  for (int i = 0; i < 3; ++i) {  // what was edited by hand is found; a reading during other changes says nothing and comes again
    sim.now += std::chrono::minutes(2);
    sim.tick();
    sim.settle();
  }
  expect_no_leak(sim);
  expect_attachments_are_networks_own(sim);
  for (unsigned host = 1; host <= kHosts; ++host) expect_as_from_scratch(sim, host);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, ::testing::Range(1U, 21U));

}  // namespace
}  // namespace dcportals::controller
