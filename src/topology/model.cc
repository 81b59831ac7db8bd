// The few derived values of the topology's objects. See model.h.
#include "topology/model.h"

#include <algorithm>
#include <set>

namespace dcportals::topology {

std::string_view to_string(ForwardingMode mode) {
  switch (mode) {
    case ForwardingMode::kProactive:
      return "proactive";
    case ForwardingMode::kReactive:
      return "reactive";
    case ForwardingMode::kAuto:
      return "auto";
  }
  return "?";
}

std::optional<ForwardingMode> parse_forwarding_mode(std::string_view text) {
  for (const ForwardingMode mode : {ForwardingMode::kProactive, ForwardingMode::kReactive, ForwardingMode::kAuto}) {
    if (text == to_string(mode)) return mode;
  }
  return std::nullopt;
}

std::optional<std::string_view> device_suffix_of(std::string_view device_name) {
  const auto* prefix = std::ranges::find_if(kDevicePrefixes, [&](std::string_view p) { return device_name.starts_with(p); });
  if (prefix == kDevicePrefixes.end() || device_name.size() != prefix->size() + kDeviceSuffixLength) return std::nullopt;
  return device_name.substr(prefix->size());
}

std::vector<TenantAddress> Port::tenant_addresses() const {
  std::vector<TenantAddress> out;
  std::set<TenantAddress> seen;
  const auto add = [&](MacAddress mac, const IpAddress& ip) {
    const auto* v4 = std::get_if<Ipv4Address>(&ip);
    if (v4 == nullptr) return;
    const TenantAddress address{mac, *v4};
    if (seen.insert(address).second) out.push_back(address);
  };
  for (const FixedIp& fixed : fixed_ips) add(mac_address, fixed.ip_address);
  for (const AllowedAddressPair& pair : allowed_address_pairs) add(pair.mac_address.value_or(mac_address), pair.ip_address);
  return out;
}

}  // namespace dcportals::topology
