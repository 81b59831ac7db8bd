// Random operations over a few objects and very few keys: whatever is asked, the planner's promises and the topology's invariants
// hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "topology/planner.h"
#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using namespace test;

constexpr const char* kPhysicalNetworks[] = {"public", "storage"};

// Every answer that the indices give, as text. Equal topologies must give equal texts, however they came about.
std::string describe_indices(const Topology& topology) {
  std::string out;
  const auto line = [&](const auto&... parts) {
    ((out += fmt::format("{} ", parts)), ...);
    out += '\n';
  };
  for (const NetworkId& id : topology.network_ids()) {
    for (const PortId& port : topology.ports_of(id)) line("port of", id, port);
    for (const auto& [address, ports] : topology.pair_macs(id)) {
      for (const PortId& port : ports) line("pair mac", id, address, port);
    }
    for (const SubnetId& subnet : topology.subnets_of(id)) line("subnet of", id, subnet, topology.ports_using(subnet).size());
    for (const auto& [host, count] : topology.hosts_of(id)) line("host of", id, host.text, count);
    for (unsigned n = 0; n < 40; ++n) {
      if (const Port* port = topology.port_by_mac(id, mac(n))) line("mac", id, n, port->id);
      const IpAddress address = ip(fmt::format("10.0.0.{}", n).c_str());
      if (const Port* port = topology.port_by_fixed_ip(id, address)) line("ip", id, n, port->id);
      for (const PortId& claimant : topology.claimants(id, std::get<Ipv4Address>(address))) line("claimant", id, n, claimant);
    }
  }
  for (const PortId& id : topology.port_ids()) {
    const Router* router = topology.router_of(id);
    const Site* active = topology.active_site(id);
    line(id, router ? router->name : "-", active ? active->host.text : "-",
         topology.port_by_device("qr-" + topology.port(id)->device_suffix())->id);
    for (const KeyAssignment& key : topology.keys_of(id)) line("key", id, key.key.address);
  }
  for (const auto& [name, host] : topology.hosts()) {
    line(name.text, host.mac ? topology.host_by_mac(*host.mac)->name.text : "-", topology.host_by_dpid(host.dpid)->name.text,
         topology.host_by_index(host.index)->name.text);
    for (const PortId& id : topology.ports_sited_at(name)) line("sited", name.text, id);
    for (const NetworkId& id : topology.networks_at(name)) line("at", name.text, id);
  }
  for (const auto& [host, ports] : topology.short_of_keys()) {
    for (const PortId& id : ports) line("short", host.text, id);
  }
  for (const char* name : kPhysicalNetworks) {
    if (const Network* network = topology.network_by_physical_network(name)) line("physical", name, network->id);
  }
  for (const auto& [id, tenant] : topology.tenants()) line(id.text, topology.example_of(id).value_or("-"));
  return out;
}

// The same objects in a topology that never saw anything else.
Topology rebuild(const Topology& topology) {
  Topology out(topology.key_pool());
  out.apply(PutCounters{topology.counters()});
  out.apply(PutSettings{topology.settings()});
  for (const auto& [id, tenant] : topology.tenants()) out.apply(PutTenant{tenant});
  for (const NetworkId& id : topology.network_ids()) out.apply(PutNetwork{*topology.network(id)});
  for (const auto& [id, subnet] : topology.subnets()) out.apply(PutSubnet{subnet});
  for (const PortId& id : topology.port_ids()) out.apply(PutPort{*topology.port(id)});
  for (const auto& [id, router] : topology.routers()) out.apply(PutRouter{router});
  for (const auto& [name, host] : topology.hosts()) out.apply(PutHost{host});
  for (const PortId& id : topology.port_ids()) {
    for (const Site& site : topology.sites_of(id)) out.apply(PutSite{site});
  }
  for (const auto& [key, assigned] : topology.keys()) out.apply(PutKey{assigned});
  for (const auto& [id, tombstone] : topology.tombstones()) out.apply(PutTombstone{tombstone});
  return out;
}

// A key changes hands only by way of resting and being freed.
void check_key_changes(const Topology& before, const Changes& changes) {
  auto keys = before.keys();
  for (const Change& change : changes) {
    if (const auto* put = std::get_if<PutKey>(&change)) {
      const auto kept = keys.find(put->object.key);
      if (kept == keys.end()) {
        EXPECT_FALSE(put->object.resting);
      } else {
        KeyAssignment rested = kept->second;
        EXPECT_FALSE(rested.resting) << "a resting key was given";
        rested.resting = true;
        EXPECT_EQ(put->object, rested);
      }
      keys[put->object.key] = put->object;
    } else if (const auto* erase = std::get_if<EraseKey>(&change)) {
      EXPECT_TRUE(keys.at(erase->id).resting);
      keys.erase(erase->id);
    }
  }
}

// What operators have chosen.
struct Choices {
  struct OfNetwork {
    std::optional<ForwardingMode> mode;
    std::optional<std::uint32_t> broadcast_rate;
  };
  std::map<NetworkId, OfNetwork> networks;
  std::optional<ForwardingMode> mode;
};

// A choice stays until an operator chooses again or the network is erased, whatever others put.
void check_choices(const Topology& topology, const Choices& choices) {
  EXPECT_EQ(topology.settings().mode, choices.mode);
  for (const NetworkId& id : topology.network_ids()) {
    const auto chosen = choices.networks.find(id);
    EXPECT_EQ(topology.network(id)->mode, chosen == choices.networks.end() ? std::nullopt : chosen->second.mode);
    EXPECT_EQ(topology.network(id)->broadcast_rate, chosen == choices.networks.end() ? std::nullopt : chosen->second.broadcast_rate);
  }
}

// No two networks go on outside in the same place.
void check_physical_networks(const Topology& topology) {
  std::set<std::string> taken;
  for (const NetworkId& id : topology.network_ids()) {
    const Network& network = *topology.network(id);
    if (!network.physical_network) continue;
    EXPECT_TRUE(taken.insert(*network.physical_network).second);
    EXPECT_EQ(topology.network_by_physical_network(*network.physical_network)->id, id);
  }
}

void check_keys(const Topology& topology) {
  std::set<std::tuple<PortId, HostName, TenantAddress>> owners;
  for (const auto& [key, assigned] : topology.keys()) {
    EXPECT_TRUE(topology.key_pool().contains(key));
    EXPECT_NE(topology.key_pool().slot_of(key), 0U);
    if (assigned.resting) continue;
    EXPECT_TRUE(owners.emplace(assigned.port_id, assigned.host, assigned.address).second);
    EXPECT_EQ(topology.key_pool().host_of(key), topology.host(assigned.host)->index);
    const auto addresses = topology.port(assigned.port_id)->tenant_addresses();
    EXPECT_NE(std::ranges::find(addresses, assigned.address), addresses.end());
    EXPECT_TRUE(topology.sites_of(assigned.port_id).empty() || topology.is_sited(assigned.port_id, assigned.host));
  }
  for (const PortId& id : topology.port_ids()) {
    for (const Site& site : topology.sites_of(id)) {
      for (const TenantAddress& address : topology.port(id)->tenant_addresses()) {
        if (topology.key_of(id, site.host, address)) continue;
        // No key only where the host has none left.
        EXPECT_EQ(topology.free_key(*topology.host(site.host)), std::nullopt);
        EXPECT_TRUE(fault_of(topology, id).has_value());
      }
    }
  }
}

class RandomRequests {
 public:
  explicit RandomRequests(unsigned seed) : random_(seed) {}

  unsigned pick(unsigned count) { return std::uniform_int_distribution<unsigned>(0, count - 1)(random_); }
  std::optional<RevisionNumber> revision() { return pick(2) == 0 ? std::nullopt : std::optional<RevisionNumber>(pick(9)); }
  const char* tenant() { return pick(2) == 0 ? "t1" : "t2"; }

  Port port() {
    const unsigned number = pick(12);
    const unsigned subnet = pick(8) == 0 ? pick(3) : number % 3;
    Port port = make_port(number, subnet, tenant());
    port.mac_address = mac(pick(20));
    port.revision_number = revision();
    port.dhcp_server = pick(4) == 0;
    for (unsigned i = pick(3); i > 0; --i) {
      port.fixed_ips.push_back({subnet_id(pick(8) == 0 ? pick(4) : subnet), ip(fmt::format("10.0.0.{}", pick(32)).c_str())});
    }
    for (unsigned i = pick(3); i > 0; --i) {
      const auto own_mac = pick(3) == 0 ? std::optional(mac(pick(24))) : std::nullopt;
      port.allowed_address_pairs.push_back({ip(fmt::format("10.0.0.{}", pick(32)).c_str()), own_mac});
    }
    if (pick(3) == 0) port.host_hint = host_name(pick(4));
    return port;
  }

  void ask_for_object(Planner& planner) {
    switch (pick(13)) {
      case 0: {
        Network network = make_network(pick(3), tenant());
        network.revision_number = revision();
        if (pick(2) == 0) network.physical_network = kPhysicalNetworks[pick(2)];
        (void)planner.put(network);
        break;
      }
      case 1:
        (void)planner.put(make_subnet(pick(4), pick(3), pick(4) == 0 ? "10.0.0.0/28" : "10.0.0.0/24", tenant()));
        break;
      case 2:
        (void)planner.put(make_router(pick(2), {port_id(pick(12)), port_id(pick(12))}, tenant()));
        break;
      case 3: {
        const NetworkId id = network_id(pick(3));
        if (planner.erase(id, revision()).value_or(false)) choices.networks.erase(id);
        break;
      }
      case 4:
        (void)planner.erase(subnet_id(pick(4)), revision());
        break;
      case 5:
        (void)planner.erase(router_id(pick(2)), revision());
        break;
      case 6:
        (void)planner.erase(TenantId{tenant()});
        break;
      case 7:
        (void)planner.erase(port_id(pick(12)), revision());
        break;
      case 8:
      case 9:
      case 10:
        choose(planner);
        break;
      default:
        (void)planner.put(port());
        break;
    }
  }

  void choose(Planner& planner) {
    const NetworkId id = network_id(pick(4));
    const auto mode = pick(4) == 0 ? std::nullopt : std::optional(static_cast<ForwardingMode>(pick(3)));
    const auto rate = pick(3) == 0 ? std::nullopt : std::optional(pick(4));
    switch (pick(3)) {
      case 0:
        if (planner.set_mode(id, mode)) choices.networks[id].mode = mode;
        break;
      case 1:
        if (planner.set_broadcast_rate(id, rate)) choices.networks[id].broadcast_rate = rate;
        break;
      default:
        if (planner.put(Settings{mode})) choices.mode = mode;
        break;
    }
  }

  void report(Planner& planner, const Topology& topology) {
    switch (pick(8)) {
      case 0:
        (void)planner.see_host(host_name(pick(5)), Dpid(pick(6)), pick(2) == 0 ? std::nullopt : std::optional(host_mac(pick(6))));
        break;
      case 1:
        (void)planner.erase(host_name(pick(5)));
        break;
      case 2:
      case 3: {
        std::vector<MappingKey> keys;
        for (const auto& [key, assigned] : topology.keys()) keys.push_back(key);
        if (!keys.empty()) planner.free_key(keys[pick(static_cast<unsigned>(keys.size()))]);
        break;
      }
      default: {
        std::vector<PortId> ports;
        for (unsigned i = pick(8); i > 0; --i) ports.push_back(port_id(pick(12)));
        (void)planner.site(host_name(pick(5)), ports);
        break;
      }
    }
  }

  Choices choices;  // as they will be if what was asked is committed

 private:
  std::mt19937 random_;
};

// Applies the changes and checks them against what the planner had planned; then that their inverses restore what was.
void commit_and_check(Topology& topology, const Topology& before, Topology planned, const Changes& changes) {
  check_key_changes(before, changes);
  std::vector<Change> inverses;
  for (const Change& change : changes) inverses.push_back(topology.apply(change));
  // Given out by finish():
  planned.apply(PutCounters{topology.counters()});
  for (const Change& change : changes) {
    const auto* erase = std::get_if<EraseTenant>(&change);
    if (erase != nullptr && planned.tenant(erase->id) != nullptr && topology.tenant(erase->id) == nullptr) planned.apply(*erase);
  }
  EXPECT_TRUE(topology == planned);
  Topology undone = topology;
  for (auto it = inverses.rbegin(); it != inverses.rend(); ++it) undone.apply(*it);
  EXPECT_TRUE(undone == before);
  EXPECT_EQ(describe_indices(undone), describe_indices(before));
}

TEST(PlannerProperty, RandomRequestsKeepEveryPromise) {
  std::size_t committed = 0;
  std::size_t shortages = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    RandomRequests requests(seed);
    Topology topology(make_pool("240.0.0.0/28", 2));  // four hosts with three keys each
    plan_and_apply(topology, [](Planner& planner) {
      for (unsigned n = 0; n < 3; ++n) {
        EXPECT_TRUE(planner.put(make_network(n)));
        EXPECT_TRUE(planner.put(make_subnet(n, n, "10.0.0.0/24")));
        EXPECT_TRUE(planner.see_host(host_name(n), Dpid(n), host_mac(n)));
      }
    });
    for (int round = 0; round < 60; ++round) {
      const Topology before = topology;
      const Choices choices_before = requests.choices;
      Planner planner(topology);
      for (unsigned step = requests.pick(8); step > 0; --step) {
        if (requests.pick(2) == 0) {
          requests.ask_for_object(planner);
        } else {
          requests.report(planner, topology);
        }
      }
      const Topology planned = topology;
      const Changes changes = planner.finish();
      ASSERT_TRUE(topology == before);
      ASSERT_EQ(describe_indices(topology), describe_indices(before));
      if (requests.pick(5) == 0) {  // the store refused
        requests.choices = choices_before;
        continue;
      }
      commit_and_check(topology, before, planned, changes);
      check_keys(topology);
      check_choices(topology, requests.choices);
      check_physical_networks(topology);
      ASSERT_EQ(describe_indices(topology), describe_indices(rebuild(topology)));
      ASSERT_TRUE(topology == rebuild(topology));
      committed += changes.size();
      shortages += topology.short_of_keys().size();
      if (testing::Test::HasFailure()) return;
    }
  }
  // The requests were not all refused, and keys did run out.
  EXPECT_GT(committed, 1000U);
  EXPECT_GT(shortages, 100U);
}

// A cloud of the size that the design names, put in one request. The bound is lavish: it only tells linear from quadratic. It is of
// processor time, since a busy machine lets us wait.
TEST(PlannerProperty, TwentyThousandPortsTakeNoTime) {
  constexpr unsigned kNetworks = 1000;
  constexpr unsigned kPorts = 20'000;
  Topology topology(make_pool());
  const std::clock_t start = std::clock();
  Planner planner(topology);
  for (unsigned n = 0; n < kNetworks; ++n) {
    ASSERT_TRUE(planner.put(make_network(n)));
    ASSERT_TRUE(planner.put(make_subnet(n, n, "10.0.0.0/24")));
  }
  std::vector<PortId> ports;
  for (unsigned n = 0; n < kPorts; ++n) {
    ASSERT_TRUE(planner.put(make_port(n, n % kNetworks, n % kNetworks, fmt::format("10.0.0.{}", n / kNetworks + 1).c_str())));
    ports.push_back(port_id(n));
  }
  ASSERT_TRUE(planner.see_host(host_name(1), Dpid(1), host_mac(1)));
  ASSERT_TRUE(planner.site(host_name(1), ports));
  EXPECT_TRUE(planner.faults().empty());
  const Changes changes = planner.finish();
  for (const Change& change : changes) topology.apply(change);
  EXPECT_EQ(topology.keys().size(), kPorts);
  EXPECT_LT((std::clock() - start) / CLOCKS_PER_SEC, 10);
}

}  // namespace
}  // namespace dcportals::topology
