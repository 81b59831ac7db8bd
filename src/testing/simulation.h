// Test support: a controller, a topology on "disk" and emulated switches, with every event in a queue that the test drains in any
// order.
//
// What the daemon does with effects is done here with values: a bundle becomes a queued event that changes an emulated switch's
// table, a transaction is planned, applied and answered. So a random order of events is a random order of the real system's
// messages.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/controller.h"
#include "testing/fabric.h"

namespace dcportals::testing {

class Simulation {
 public:
  using Clock = controller::Clock;

  explicit Simulation(unsigned hosts, const char* pool = "240.0.0.0/4", std::optional<unsigned> host_bits = std::nullopt)
      : scenario(pool, host_bits) {
    controller.emplace(scenario.topology, options_, now);
    for (unsigned n = 1; n <= hosts; ++n) {
      fabric.hosts[host_name(n)];
      ports_[n][openflow::OfPort{1}] = "uplink0";
    }
  }

  Scenario scenario;
  Fabric fabric;
  std::optional<controller::Controller> controller;
  Clock::time_point now;

  // --- what happens in the world
  template <class Plan>
  void transact(Plan plan) {
    apply(scenario.plan(plan));
  }
  void connect(unsigned host) {
    connected_.insert(host);
    ++connection_[host];
    perform(controller->on_up(Dpid{host}));
  }
  void disconnect(unsigned host) {
    if (connected_.erase(host) == 0) return;
    ++connection_[host];
    perform(controller->on_down(Dpid{host}));
  }
  // The controller dies and comes back with what is on disk; switches keep their flows.
  void restart_controller() {
    for (const unsigned host : std::set(connected_)) {
      connected_.erase(host);
      ++connection_[host];
    }
    queue_.clear();
    controller.emplace(scenario.topology, options_, now);
  }
  void plug(unsigned host, const topology::PortId& port, unsigned of_port, std::string_view prefix = topology::kDevicePrefixes.front()) {
    plug(host, std::string(prefix) + topology::device_suffix_of(port), of_port);
  }
  void plug(unsigned host, const std::string& name, unsigned of_port) {
    ports_[host][openflow::OfPort{of_port}] = name;
    port_event(host, openflow::PortReason::kAdd, of_port, name);
  }
  void unplug(unsigned host, unsigned of_port) {
    const std::string name = ports_[host][openflow::OfPort{of_port}];
    ports_[host].erase(openflow::OfPort{of_port});
    port_event(host, openflow::PortReason::kDelete, of_port, name);
  }
  [[nodiscard]] const std::map<openflow::OfPort, std::string>& ports(unsigned host) { return ports_[host]; }
  [[nodiscard]] bool connected(unsigned host) const { return connected_.contains(host); }

  // --- draining
  [[nodiscard]] bool idle() const { return queue_.empty(); }
  // One queued event, of any host; events of one host stay in order.
  void step(std::mt19937& random) {
    std::vector<unsigned> ready;
    for (const auto& [host, events] : queue_) ready.push_back(host);
    if (ready.empty()) return;
    const unsigned host = ready[random() % ready.size()];
    auto& events = queue_[host];
    const auto event = std::move(events.front());
    events.pop_front();
    if (events.empty()) queue_.erase(host);
    event();
  }
  void settle() {
    std::mt19937 random(1);
    while (!idle()) step(random);
  }
  void tick() { perform(controller->on_tick(now)); }

  std::size_t flow_mods = 0;  // that switches have applied
  std::size_t repaired = 0;   // entries
  std::shared_ptr<const decision::Snapshot> snapshot;
  std::function<void(const topology::Changes&)> on_changes;  // called before the controller has them

 private:
  void apply(const topology::Changes& changes) {
    if (on_changes) on_changes(changes);
    perform(controller->apply(changes, now));
  }
  void perform(controller::Effects effects) {
    for (controller::Effect& effect : effects) {
      std::visit([this](auto& e) { act(e); }, effect);
    }
  }
  // Runs later, unless the connection it belongs to has ended by then.
  void later(Dpid dpid, std::function<void()> event) {
    const auto host = static_cast<unsigned>(dpid.value());
    queue_[host].push_back([this, host, connection = connection_[host], event = std::move(event)] {
      if (connection_[host] == connection) event();
    });
  }

  void act(const controller::Introduce& e) {
    later(e.dpid, [this, dpid = e.dpid] {
      const auto host = static_cast<unsigned>(dpid.value());
      openflow::DescriptionReply description;
      description.datapath = host_name(host).text;
      std::vector<openflow::PortDescription> ports;
      for (const auto& [number, name] : ports_[host]) ports.push_back(describe(host, number, name));
      perform(controller->on_introduced(dpid, description, ports));
    });
  }
  void act(const controller::Report& e) {
    later(e.dpid, [this, dpid = e.dpid] {
      std::optional<topology::Rejection> rejection;
      topology::Planner planner(scenario.topology);
      if (auto planned = controller->plan_report(planner, dpid); !planned) rejection = planned.error();
      const topology::Changes changes = planner.finish();
      if (!rejection) apply(changes);
      perform(controller->on_reported(dpid, rejection));
    });
  }
  void act(const controller::ReadTables& e) {
    later(e.dpid, [this, dpid = e.dpid] {
      controller::InstalledTables installed{{{}}, {{}}, {{}}};
      for (const openflow::Entry& entry : fabric.hosts[host_name(static_cast<unsigned>(dpid.value()))].table.entries())
        report(entry, installed);
      perform(controller->on_installed(dpid, installed, now));
    });
  }
  static void report(const openflow::Entry& entry, controller::InstalledTables& out) {
    if (const auto* group = std::get_if<openflow::Group>(&entry)) out.groups[0].groups.push_back(*group);
    if (const auto* meter = std::get_if<openflow::Meter>(&entry)) out.meters[0].meters.push_back(*meter);
    const auto* flow = std::get_if<openflow::Flow>(&entry);
    if (flow == nullptr) return;
    openflow::FlowStats stats;
    stats.table_id = flow->key.table;
    stats.priority = flow->key.priority;
    stats.match = flow->key.match;
    stats.cookie = flow->cookie;
    stats.instructions = flow->instructions;
    stats.idle_timeout = flow->idle_timeout;
    out.flows[0].flows.push_back(std::move(stats));
  }
  // Two events, because an acknowledgement can be late or lost after the switch has changed.
  void act(controller::SendBundle& e) {
    later(e.dpid, [this, dpid = e.dpid, messages = std::move(e.messages)] {
      auto& table = fabric.hosts[host_name(static_cast<unsigned>(dpid.value()))].table;
      for (const auto& message : messages) table.apply(message);
      flow_mods += messages.size();
    });
    later(e.dpid, [this, dpid = e.dpid, tag = e.tag] { perform(controller->on_bundle_result(dpid, tag, {})); });
  }
  void act(const controller::Send&) {}
  void act(const controller::Publish& e) { snapshot = e.snapshot; }
  void act(const controller::Repaired& e) { repaired += e.missing + e.changed + e.foreign; }
  void act(const controller::Disconnect& e) { disconnect(static_cast<unsigned>(e.dpid.value())); }
  void act(const controller::FreeKeys& e) {
    transact([&](topology::Planner& p) -> std::expected<void, topology::Rejection> {
      for (const auto& key : e.keys) p.free_key(key);
      return {};
    });
  }

  static openflow::PortDescription describe(unsigned host, openflow::OfPort number, const std::string& name) {
    openflow::PortDescription port;
    port.port_no = number;
    port.name = name;
    port.hw_addr = host_mac(host);
    return port;
  }
  void port_event(unsigned host, openflow::PortReason reason, unsigned of_port, const std::string& name) {
    if (!connected_.contains(host)) return;
    later(Dpid{host}, [this, host, status = openflow::PortStatus{reason, describe(host, openflow::OfPort{of_port}, name)}] {
      perform(controller->on_port_status(Dpid{host}, status));
    });
  }

  controller::Options options_{{"uplink*", {{"public", "phy-public"}, {"storage", "phy-storage"}}},
                               std::chrono::seconds(1),
                               std::chrono::seconds(60),
                               std::chrono::seconds(60),
                               flowgen::Policy{.auto_ports = 3}};  // so that networks cross it in a random history
  std::map<unsigned, std::deque<std::function<void()>>> queue_;
  std::map<unsigned, std::map<openflow::OfPort, std::string>> ports_;
  std::map<unsigned, unsigned> connection_;
  std::set<unsigned> connected_;
};

}  // namespace dcportals::testing
