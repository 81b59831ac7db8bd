// Snapshots after edits: what was refreshed piecemeal equals what is built from scratch, and what did not change is not published.
#include <gtest/gtest.h>

#include <random>

#include "decision/test_world.h"

namespace dcportals::decision {
namespace {

using testing::host_name;
using testing::network_id;
using testing::port_id;

TEST(SnapshotTest, NothingChangedIsNothingPublished) {
  TwoNetworks world;
  SnapshotBuilder builder(world.s.topology.key_pool());
  builder.refresh_all(world.world());
  const auto first = builder.publish();
  ASSERT_NE(first, nullptr);
  builder.refresh_all(world.world());
  EXPECT_EQ(builder.publish(), nullptr);
  builder.refresh_port(world.world(), port_id(11));
  EXPECT_EQ(builder.publish(), nullptr);
  EXPECT_TRUE(same_content(*first, *world.from_scratch()));
}

TEST(SnapshotTest, AnOldSnapshotStaysAsItWas) {
  TwoNetworks world;
  SnapshotBuilder builder(world.s.topology.key_pool());
  builder.refresh_all(world.world());
  const auto before = builder.publish();
  const auto copy = world.from_scratch();
  world.plug(1, {13, 14, 17, 21});
  builder.refresh_port(world.world(), port_id(11));
  const auto after = builder.publish();
  ASSERT_NE(after, nullptr);
  EXPECT_TRUE(same_content(*before, *copy));
  EXPECT_FALSE(same_content(*after, *copy));
  EXPECT_NE(before->port_at({Dpid{1}, of_port(11)}), nullptr);
  EXPECT_EQ(after->port_at({Dpid{1}, of_port(11)}), nullptr);
}

TEST(SnapshotTest, WhileAPortMigratesBothSitesAskAndTheActiveOneIsTheDestination) {
  TwoNetworks world;
  world.plug(3, {18, 19, 11});
  const auto snapshot = world.from_scratch();
  ASSERT_NE(snapshot->port_at({Dpid{1}, of_port(11)}), nullptr);
  const PortRecord* there = snapshot->port_at({Dpid{3}, of_port(11)});
  ASSERT_NE(there, nullptr);
  EXPECT_TRUE(there->active);
  const AddressAtSite* destination = snapshot->destination({there->network, TwoNetworks::vm(11).ip});
  ASSERT_NE(destination, nullptr);
  EXPECT_EQ(destination->port.get(), there);
  EXPECT_NE(snapshot->owner({world.on_wire(11, 1).ip}), nullptr) << "frames under way are still known";
}

TEST(SnapshotTest, AutoNetworksBecomeReactiveByTheirSize) {
  TwoNetworks world;
  world.policy.mode = topology::ForwardingMode::kAuto;
  world.policy.auto_ports = 3;
  SnapshotBuilder builder(world.s.topology.key_pool());
  builder.refresh_all(world.world());
  const auto before = builder.publish();
  EXPECT_EQ(before->port_at({Dpid{1}, of_port(21)}), nullptr);
  world.s.port(23, 2, "fa:16:3e:00:00:33", "10.0.0.33");
  builder.refresh_port(world.world(), port_id(23));
  const auto after = builder.publish();
  ASSERT_NE(after, nullptr);
  EXPECT_NE(after->port_at({Dpid{1}, of_port(21)}), nullptr) << "the others came with it";
}

// Random edits as the daemon would make them.
class Editor {
 public:
  Editor() {
    for (unsigned n = 1; n <= 3; ++n) world_.s.network(n);
    for (unsigned n = 1; n <= 4; ++n) world_.host(n);
    builder_.refresh_all(world_.world());
    snapshot_ = builder_.publish();
  }

  void step() {
    const unsigned port = 1 + pick(20), host = 1 + pick(4);
    switch (last_ = pick(9); last_) {
      case 0:
      case 1: describe(port); break;
      case 2: run([&](topology::Planner& p) { return p.erase(port_id(port)); }); break;
      case 3:
      case 4: plug(host); break;
      case 5: set_router(port); break;
      case 6: set_mode(1 + pick(3)); break;
      case 7: replug_uplink(host); break;
      default: free_keys(); break;
    }
    if (auto next = builder_.publish()) snapshot_ = next;
  }
  [[nodiscard]] unsigned last() const { return last_; }
  [[nodiscard]] bool equals_from_scratch() const { return same_content(*snapshot_, *world_.from_scratch()); }

 private:
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }

  template <class Plan>
  void run(Plan plan) {
    topology::Changes changes;
    try {
      changes = world_.s.plan(plan);
    } catch (const std::runtime_error&) {
      return;  // the rules refuse it
    }
    const Due due = due_after(world_.s.topology, changes);
    world_.s.apply(changes);
    builder_.refresh(world_.world(), due);
  }

  void describe(unsigned n) {
    const std::string ip = fmt::format("10.0.0.{}", 1 + pick(24));
    topology::Port port = testing::Scenario::make_port(n, 1 + n % 3, fmt::format("fa:16:3e:00:00:{:02x}", n).c_str(), {ip});
    port.admin_state_up = pick(6) != 0;
    port.port_security_enabled = pick(4) != 0;
    if (pick(2) == 0) port.allowed_address_pairs = {{*parse_ip_address(fmt::format("10.0.0.{}", 20 + pick(8))), {}}};
    run([&](topology::Planner& p) { return p.put(port); });
  }
  void plug(unsigned host) {
    std::vector<topology::PortId> ids;
    flowgen::Wiring& wiring = world_.wirings[host_name(host)];
    const auto before = wiring.ports;
    wiring.ports.clear();
    for (unsigned n = 1; n <= 20; ++n) {
      if (pick(3) != 0) continue;
      ids.push_back(port_id(n));
      wiring.ports[ids.back()] = openflow::OfPort{10 + pick(3) * 100 + n};
    }
    run([&](topology::Planner& p) { return p.site(host_name(host), ids); });
    for (const auto& [id, of_port] : before) builder_.refresh_port(world_.world(), id);
    for (const topology::PortId& id : ids) builder_.refresh_port(world_.world(), id);
  }
  void set_router(unsigned n) {
    const auto id = testing::id<topology::RouterId>(1 + pick(2));
    if (pick(3) == 0) return run([&](topology::Planner& p) { return p.erase(id); });
    topology::Router router{id, {"tenant"}, "", {port_id(n)}, {}};
    run([&](topology::Planner& p) { return p.put(router); });
  }
  void set_mode(unsigned n) {
    topology::Network network = *world_.s.topology.network(network_id(n));
    network.mode = static_cast<topology::ForwardingMode>(pick(3));
    const topology::Changes changes{topology::PutNetwork{network}};
    const Due due = due_after(world_.s.topology, changes);
    world_.s.apply(changes);
    builder_.refresh(world_.world(), due);
  }
  void replug_uplink(unsigned n) {
    world_.wirings[host_name(n)].uplink = pick(3) == 0 ? std::nullopt : std::optional(openflow::OfPort{1 + pick(2)});
    run([&](topology::Planner& p) { return p.see_host(host_name(n), Dpid{n}, MacAddress(0x020000000000ULL + n + pick(2) * 16)); });
    builder_.refresh_host(world_.world(), host_name(n));
  }
  void free_keys() {
    std::vector<topology::MappingKey> resting;
    for (const auto& [key, assignment] : world_.s.topology.keys()) {
      if (assignment.resting) resting.push_back(key);
    }
    run([&](topology::Planner& p) -> std::expected<void, topology::Rejection> {
      for (const topology::MappingKey& key : resting) p.free_key(key);
      return {};
    });
  }

  unsigned last_ = 0;
  std::mt19937 random_{20261123};
  TestWorld world_;
  SnapshotBuilder builder_{world_.s.topology.key_pool()};
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST(SnapshotTest, IncrementalEqualsFromScratchAfterEveryEdit) {
  Editor editor;
  for (int i = 0; i < 2000; ++i) {
    editor.step();
    ASSERT_TRUE(editor.equals_from_scratch()) << "step " << i << ", edit " << editor.last();
  }
}

}  // namespace
}  // namespace dcportals::decision
