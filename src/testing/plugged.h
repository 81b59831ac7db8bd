// Test support: a scenario whose ports are plugged into emulated switches with compiled tables.
//
// Every host's uplink is OpenFlow port 1; a port with number n is plugged as OpenFlow port n.
#pragma once

#include <map>
#include <set>

#include "flowgen/compile.h"
#include "testing/fabric.h"

namespace dcportals::testing {

class Plugged {
 public:
  Scenario s;
  flowgen::Policy policy;
  Fabric fabric;

  void host(unsigned n) {
    s.host(n);
    wiring_[n] = {openflow::OfPort{1}, {openflow::OfPort{1}}, {}};
  }
  void plug(unsigned host, unsigned port) {
    wiring_[host].ports[port_id(port)] = openflow::OfPort{port};
    sited_[host].push_back(port_id(port));
    s.site(host, sited_[host]);
  }
  // The host has the physical network at this OpenFlow port.
  void attach(unsigned host, const char* physical_network, unsigned of_port) {
    wiring_[host].attachments[physical_network] = openflow::OfPort{of_port};
  }
  void compile() {
    for (const auto& [n, wiring] : wiring_) {
      const topology::HostName name = host_name(n);
      fabric.hosts[name].table = flowtable::SwitchTables(flowgen::compile_all({s.topology, policy, name, wiring}));
    }
  }
  Passage send(unsigned host, unsigned port, ByteSpan frame) const { return fabric.send(host_name(host), openflow::OfPort{port}, frame); }
  [[nodiscard]] const flowgen::Wiring& wiring(unsigned host) const { return wiring_.at(host); }

  // "hv2:12" for each delivery.
  static std::multiset<std::string> places(const Passage& passage) {
    std::multiset<std::string> out;
    for (const Delivery& d : passage.deliveries) out.insert(fmt::format("{}:{}", d.host.text, d.of_port.value()));
    return out;
  }
  static pipeline::DropReason reason(const Passage& passage, std::size_t outcome = 0) {
    const openflow::Flow* flow = passage.outcomes.at(outcome).last_flow();
    return flow == nullptr ? pipeline::DropReason::kNone : pipeline::spec(pipeline::parse_cookie(flow->cookie)->rule).drop;
  }

 private:
  std::map<unsigned, flowgen::Wiring> wiring_;
  std::map<unsigned, std::vector<topology::PortId>> sited_;
};

}  // namespace dcportals::testing
