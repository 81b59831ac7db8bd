#include "ctl/host_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ip_address.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

constexpr std::size_t kLongestDescription = 255;  // OpenFlow 1.3 section 7.3.5.1, DESC_STR_LEN
constexpr std::size_t kLongestInterface = 15;     // IFNAMSIZ
constexpr std::size_t kCommentWidth = 110;

bool is_word(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_allowed);
}

// "tcp:IP" or "tcp:IP:PORT", with IPv6 in brackets, as ovs-vsctl takes it.
bool is_controller(std::string_view text) {
  if (!text.starts_with("tcp:")) return false;
  text.remove_prefix(4);
  const auto bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view address = text.substr(0, colon);
  if (bracket != std::string_view::npos) address = address.substr(1, address.size() - 2);
  const auto parsed = parse_ip_address(address);
  if (!parsed || std::holds_alternative<Ipv6Address>(*parsed) != (bracket != std::string_view::npos)) return false;
  if (colon == std::string_view::npos) return true;
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data() + colon + 1, end, port);
  return result.ec == std::errc{} && result.ptr == end && port != 0;
}

Result<void> check(const HostSetup& setup) {
  if (!is_word(setup.name) || setup.name.size() > kLongestDescription) {
    return fail(ExitCode::kUsage,
                fmt::format("--name: \"{}\" is no host name of letters, digits, dots and hyphens", printable(setup.name)));
  }
  for (const auto& [option, interface] : {std::pair("--uplink", &setup.uplink), std::pair("--bridge", &setup.bridge)}) {
    if (is_word(*interface) && interface->size() <= kLongestInterface) continue;
    return fail(ExitCode::kUsage,
                fmt::format("{}: \"{}\" is no interface's name of at most 15 characters", option, printable(*interface)));
  }
  if (setup.uplink == setup.bridge) return fail(ExitCode::kUsage, "--uplink and --bridge are the same");
  if (is_controller(setup.controller)) return {};
  return fail(ExitCode::kUsage, fmt::format("--controller: \"{}\" is not tcp:IP or tcp:IP:PORT", printable(setup.controller)),
              "The port is 6653 where absent. TLS is not supported yet.");
}

}  // namespace

Result<std::vector<SetupLine>> setup_lines(const HostSetup& setup) {
  if (auto sound = check(setup); !sound) return pass(sound);
  const std::string set_bridge = fmt::format("ovs-vsctl set bridge {}", setup.bridge);
  return std::vector<SetupLine>{
      {fmt::format("ovs-vsctl --may-exist add-br {0} -- set bridge {0} datapath_type={1} fail_mode=secure protocols=OpenFlow13",
                   setup.bridge, setup.datapath_type),
       "The bridge that VMs are plugged into. fail_mode=secure: without a controller it goes on with the flows it has, instead "
       "of "
       "becoming a plain switch that joins all tenants. dcportals speaks OpenFlow 1.3 (so do: ovs-ofctl -O OpenFlow13)."},
      {fmt::format("{} other-config:disable-in-band=true", set_bridge),
       "No hidden flows for in-band control: they stand above all others and let frames of VMs through."},
      {fmt::format("{} other-config:dp-desc={}", set_bridge, setup.name),
       "The host's name in dcportals. It must be what Nova and Neutron call this hypervisor, and no other may have it."},
      {fmt::format("{} other-config:datapath-id=0000$(tr -d : </sys/class/net/{}/address)", set_bridge, setup.uplink),
       "A datapath id that stays. Left to itself, OVS takes a MAC address of one of its ports, or makes one up when none is "
       "globally "
       "unique; so it may change when ports or ovs-vswitchd come and go, and the host would seem to be another switch."},
      {fmt::format("ovs-vsctl --may-exist add-port {} {}", setup.bridge, setup.uplink),
       fmt::format("The uplink. What the host itself receives on {} ends here: its addresses belong on another interface. "
                   "dcportald knows it by its name, which must fit fabric.uplink of its configuration (by default uplink*).",
                   setup.uplink)},
      {fmt::format("ip link set dev {} up", setup.uplink),
       "OVS does not do that. (The system's network configuration should, at boot.)"},
      {fmt::format("ovs-vsctl set-controller {0} {1} -- set controller {0} connection_mode=out-of-band max_backoff=1000",
                   setup.bridge, setup.controller),
       "dcportald, last, when all else is right. It is reached past the bridge, and looked for every second (1000 ms) while it "
       "is "
       "away, not every eight."},
  };
}

std::string render_setup(const HostSetup& setup, const std::vector<SetupLine>& lines) {
  std::string out =
      fmt::format("# Makes the Open vSwitch of {} ready for dcportals. Run it there as root; it may be run again.\n", setup.name);
  out += "set -e\n";
  for (const SetupLine& line : lines) {
    out += '\n';
    for (const std::string& comment : wrap(line.comment, kCommentWidth)) out += fmt::format("# {}\n", comment);
    out += line.command + '\n';
  }
  return out;
}

}  // namespace dcportals::ctl
