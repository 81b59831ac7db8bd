// Question: what does a cloud of 1,000 hosts with 20 ports each, in networks of 20 ports, cost the controller?
//
// Prints, in CPU seconds of one core: building the topology; compiling one port at one host; compiling every host from scratch; every switch
// connecting empty and getting all its flows (with switches that acknowledge at once and keep nothing); one more port described and plugged:
// time and messages.
// For orientation, OVN 23.03 on this kind of machine at the same size: 11 s cold, 1 GB, 1.5 s for one added port.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "controller/controller.h"
#include "testing/scenario.h"

namespace {

using namespace dcportals;
using namespace dcportals::testing;
using Clock = std::chrono::steady_clock;

constexpr unsigned kHosts = 1000, kPortsPerHost = 20, kNetworks = 1000, kPortsPerNetwork = 20;
constexpr unsigned kPorts = kHosts * kPortsPerHost;
static_assert(kPorts == kNetworks * kPortsPerNetwork);

// Of this thread's processor, so that a busy machine does not show: nothing here waits for anything.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double seconds_since(double start) { return cpu_seconds() - start; }

// What is in use: memory that was freed is given back first.
double resident_mib() {
  malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  long total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

void print(const char* what, const std::string& figure) { fmt::print("{:<58} {}\n", what, figure); }

// Port n (from 1) is in network (n - 1) / 20 + 1, on a host of its own within the network, spread over the cloud.
unsigned network_of(unsigned port) { return (port - 1) / kPortsPerNetwork + 1; }
unsigned host_of(unsigned port) { return ((port - 1) % kPortsPerNetwork * (kHosts / kPortsPerNetwork) + network_of(port) - 1) % kHosts + 1; }

topology::Port port_of(unsigned n) {
  topology::Port port = Scenario::make_port(n, network_of(n), "fa:16:3e:00:00:01", {fmt::format("10.0.0.{}", 1 + (n - 1) % kPortsPerNetwork)});
  port.mac_address = MacAddress(0xfa163e000000 + n);
  return port;
}

void build(Scenario& scenario) {
  scenario.run([](topology::Planner& planner) -> std::expected<void, topology::Rejection> {
    for (unsigned n = 1; n <= kNetworks; ++n) {
      (void)planner.put(topology::Network{network_id(n), {"tenant"}, "", {}, {}});
      (void)planner.put(topology::Subnet{subnet_id(n), network_id(n), {"tenant"}, "", *parse_ip_prefix("10.0.0.0/24"), {}, {}});
    }
    for (unsigned n = 1; n <= kPorts; ++n) {
      if (auto put = planner.put(port_of(n)); !put) return std::unexpected(put.error());
    }
    return {};
  });
}

// Switches that say what they have plugged, acknowledge at once and keep nothing.
class Switches {
 public:
  Switches(Scenario& scenario, controller::Controller& controller) : scenario_(scenario), controller_(controller) {
    for (unsigned n = 1; n <= kPorts; ++n) taps_[host_of(n)].push_back(port_of(n).tap_name());
  }

  void connect(unsigned host) { perform(controller_.on_up(Dpid{host})); }
  void plug(unsigned host, const std::string& tap) {
    taps_[host].push_back(tap);
    const openflow::OfPort number{static_cast<std::uint32_t>(taps_[host].size() + 1)};
    perform(controller_.on_port_status(Dpid{host}, {openflow::PortReason::kAdd, describe(host, number, tap)}));
  }
  template <class Plan>
  void transact(Plan plan) {
    perform(controller_.apply(scenario_.plan(plan), Clock::now()));
  }
  void drain() {
    while (!queue_.empty()) {
      controller::Effect effect = std::move(queue_.front());
      queue_.pop_front();
      std::visit([this](auto& e) { act(e); }, effect);
    }
  }

  std::size_t messages = 0, bundles = 0;

 private:
  void perform(controller::Effects effects) { std::ranges::move(effects, std::back_inserter(queue_)); }

  static openflow::PortDescription describe(unsigned host, openflow::OfPort number, const std::string& name) {
    openflow::PortDescription port;
    port.port_no = number;
    port.name = name;
    port.hw_addr = host_mac(host);
    return port;
  }

  void act(const controller::Introduce& e) {
    const auto host = static_cast<unsigned>(e.dpid.value());
    openflow::DescriptionReply description;
    description.datapath = host_name(host).text;
    std::vector<openflow::PortDescription> ports{describe(host, openflow::OfPort{1}, "uplink0")};
    for (std::uint32_t i = 0; i < taps_[host].size(); ++i) ports.push_back(describe(host, openflow::OfPort{i + 2}, taps_[host][i]));
    perform(controller_.on_introduced(e.dpid, description, ports));
  }
  void act(const controller::Report& e) {
    transact([&](topology::Planner& planner) { return controller_.plan_report(planner, e.dpid); });
    perform(controller_.on_reported(e.dpid, std::nullopt));
  }
  void act(const controller::ReadTables& e) { perform(controller_.on_installed(e.dpid, {}, Clock::now())); }
  void act(const controller::SendBundle& e) {
    messages += e.messages.size();
    ++bundles;
    perform(controller_.on_bundle_result(e.dpid, e.tag, {}));
  }
  void act(const controller::Send&) {}
  void act(const controller::Disconnect& e) { fmt::print("unexpected: {}\n", e.reason); }
  void act(const controller::FreeKeys&) {}
  void act(const controller::Publish&) {}
  void act(const controller::Repaired&) {}

  Scenario& scenario_;
  controller::Controller& controller_;
  std::map<unsigned, std::vector<std::string>> taps_;
  std::deque<controller::Effect> queue_;
};

void measure_one_port(const Scenario& scenario) {
  const topology::HostName host = host_name(host_of(1));
  const flowgen::Policy policy;
  flowgen::Wiring wiring{openflow::OfPort{1}, {openflow::OfPort{1}}, {}};
  const flowgen::Wiring elsewhere = wiring;
  wiring.ports[port_id(1)] = openflow::OfPort{2};
  constexpr unsigned kRounds = 20'000;
  std::size_t flows = 0;
  const auto start = cpu_seconds();
  for (unsigned i = 0; i < kRounds; ++i) flows += flowgen::compile_port({scenario.topology, policy, host, wiring}, port_id(1)).size();
  print("compile a port where it is plugged", fmt::format("{:.1f} us, {} flows", seconds_since(start) / kRounds * 1e6, flows / kRounds));
  const topology::HostName peer = host_name(host_of(2));
  flows = 0;
  const auto again = cpu_seconds();
  for (unsigned i = 0; i < kRounds; ++i) flows += flowgen::compile_port({scenario.topology, policy, peer, elsewhere}, port_id(1)).size();
  print("compile a port at a host of its network", fmt::format("{:.1f} us, {} flows", seconds_since(again) / kRounds * 1e6, flows / kRounds));
}

void measure_one_more(Scenario& scenario, Switches& switches) {
  const unsigned n = kPorts + 1;
  topology::Port port = Scenario::make_port(n, 1, "fa:16:3e:ff:ff:ff", {"10.0.0.200"});
  const std::size_t messages = switches.messages, bundles = switches.bundles;
  const auto start = cpu_seconds();
  switches.transact([&](topology::Planner& planner) { return planner.put(port); });
  switches.plug(host_of(1), port.tap_name());
  switches.drain();
  print("one port described and plugged", fmt::format("{:.3f} ms, {} flow mods in {} bundles to {} hosts", seconds_since(start) * 1e3,
                                                      switches.messages - messages, switches.bundles - bundles,
                                                      scenario.topology.hosts_of(network_id(1)).size()));
}

}  // namespace

int main() {
  const double empty = resident_mib();
  auto start = cpu_seconds();
  Scenario scenario;
  build(scenario);
  print("plan and apply 1,000 networks, 20,000 ports", fmt::format("{:.2f} s", seconds_since(start)));
  print("memory of that topology", fmt::format("{:.0f} MiB", resident_mib() - empty));

  controller::Controller controller(scenario.topology, {}, Clock::now());
  Switches switches(scenario, controller);
  start = cpu_seconds();
  for (unsigned host = 1; host <= kHosts; ++host) switches.connect(host);
  switches.drain();
  const double cold = seconds_since(start);
  print("1,000 empty switches connect and get all flows", fmt::format("{:.2f} s, {} flow mods in {} bundles, {:.0f} flows/s", cold, switches.messages,
                                                                     switches.bundles, static_cast<double>(switches.messages) / cold));
  print("memory with all hosts, sites and keys", fmt::format("{:.0f} MiB", resident_mib() - empty));

  start = cpu_seconds();
  std::size_t flows = 0;
  for (unsigned host = 1; host <= kHosts; ++host) flows += controller.desired_entries(host_name(host)).size();
  const double full = seconds_since(start);
  print("compile every host from scratch", fmt::format("{:.2f} s, {} flows, {:.0f} flows/s, {} a host", full, flows, static_cast<double>(flows) / full,
                                                      flows / kHosts));
  measure_one_port(scenario);
  measure_one_more(scenario, switches);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  print("peak memory of this program", fmt::format("{:.0f} MiB", static_cast<double>(usage.ru_maxrss) / 1024));
  return 0;
}
