// The commands that make a hypervisor's Open vSwitch ready for dcportals, as lines for a shell.
//
// Right for OVS 2.17 to 3.1 and later; a test runs them against a real ovsdb-server. Pure.
#pragma once

#include <string>
#include <vector>

#include "ctl/failure.h"

namespace dcportals::ctl {

struct HostSetup {
  std::string name;        // as Nova and Neutron call the hypervisor
  std::string uplink;      // the network interface to the physical network
  std::string controller;  // "tcp:IP:PORT"
  std::string bridge = "br-int";
  std::string datapath_type = "system";
};

struct SetupLine {
  std::string command;
  std::string comment;  // why; sentences
};

// The error says which value cannot be.
[[nodiscard]] Result<std::vector<SetupLine>> setup_lines(const HostSetup& setup);
// A shell script.
[[nodiscard]] std::string render_setup(const HostSetup& setup, const std::vector<SetupLine>& lines);

}  // namespace dcportals::ctl
