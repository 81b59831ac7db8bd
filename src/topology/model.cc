// The few derived values of the topology's objects. See model.h.
#include "topology/model.h"

#include <set>

namespace dcportals::topology {

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
