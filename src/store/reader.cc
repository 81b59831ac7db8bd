// One SELECT for each table, in the order in which a topology can take the objects. See reader.h.
#include "store/reader.h"

#include <unordered_map>
#include <vector>

#include "store/statement.h"

namespace dcportals::store {
namespace {

using namespace topology;

using Revision = std::optional<RevisionNumber>;
template <class Id, class Element>
using Lists = std::unordered_map<Id, std::vector<Element>>;

void read_counters(soci::session& session, Changes& out) {
  for_each_row<std::uint32_t, std::uint32_t, std::uint64_t>(
      session, "SELECT next_network_number, next_port_number, next_site_since FROM counters",
      [&](auto network, auto port, auto since) { out.emplace_back(PutCounters{{network, port, since}}); });
}

void read_settings(soci::session& session, Changes& out) {
  for_each_row<std::optional<ForwardingMode>>(session, "SELECT mode FROM settings",
                                              [&](const auto& mode) { out.emplace_back(PutSettings{{mode}}); });
}

void read_tenants(soci::session& session, Changes& out) {
  for_each_row<TenantId, std::string>(session, "SELECT id, name FROM tenants ORDER BY id",
                                      [&](const auto& id, const auto& name) { out.emplace_back(PutTenant{{id, name}}); });
}

void read_networks(soci::session& session, Changes& out) {
  for_each_row<NetworkId, TenantId, std::string, Revision, NetworkNumber, std::optional<ForwardingMode>, std::optional<std::uint32_t>,
               std::optional<std::string>>(
      session, "SELECT id, tenant_id, name, revision_number, number, mode, broadcast_rate, physical_network FROM networks ORDER BY id",
      [&](const auto&... fields) {
        const Network network{fields...};
        // Two networks would share groups in the switches, and so their broadcasts.
        if (network.number > kMaxNetworkNumber) {
          throw StoreError(fmt::format("network {} has the number {}, over {}", network.id, network.number, kMaxNetworkNumber));
        }
        out.emplace_back(PutNetwork{network});
      });
}

void read_subnets(soci::session& session, Changes& out) {
  for_each_row<SubnetId, NetworkId, TenantId, std::string, IpPrefix, std::optional<IpAddress>, Revision>(
      session, "SELECT id, network_id, tenant_id, name, cidr, gateway_ip, revision_number FROM subnets ORDER BY id",
      [&](const auto&... fields) { out.emplace_back(PutSubnet{Subnet{fields...}}); });
}

void read_ports(soci::session& session, Changes& out) {
  Lists<PortId, FixedIp> fixed_ips;
  for_each_row<PortId, SubnetId, IpAddress>(
      session, "SELECT port_id, subnet_id, ip_address FROM port_fixed_ips ORDER BY port_id, position",
      [&](const auto& port, const auto& subnet, const auto& ip) { fixed_ips[port].push_back({subnet, ip}); });
  Lists<PortId, AllowedAddressPair> pairs;
  for_each_row<PortId, IpAddress, std::optional<MacAddress>>(
      session, "SELECT port_id, ip_address, mac_address FROM port_allowed_address_pairs ORDER BY port_id, position",
      [&](const auto& port, const auto& ip, const auto& mac) { pairs[port].push_back({ip, mac}); });
  for_each_row<PortId, NetworkId, TenantId, std::string, MacAddress, bool, bool, std::string, std::string,
               std::optional<HostName>, Revision, PortNumber, bool>(
      session,
      "SELECT id, network_id, tenant_id, name, mac_address, port_security_enabled, admin_state_up, device_owner, device_id, "
      "host_hint, revision_number, number, dhcp_server FROM ports ORDER BY id",
      [&](const auto& id, const auto& network, const auto& tenant, const auto& name, const auto& mac, const auto&... rest) {
        out.emplace_back(PutPort{Port{id, network, tenant, name, mac, std::move(fixed_ips[id]), std::move(pairs[id]), rest...}});
      });
}

void read_routers(soci::session& session, Changes& out) {
  Lists<RouterId, PortId> ports;
  for_each_row<RouterId, PortId>(session, "SELECT router_id, port_id FROM router_ports ORDER BY router_id, position",
                                 [&](const auto& router, const auto& port) { ports[router].push_back(port); });
  for_each_row<RouterId, TenantId, std::string, Revision>(
      session, "SELECT id, tenant_id, name, revision_number FROM routers ORDER BY id",
      [&](const auto& id, const auto& tenant, const auto& name, const auto& revision) {
        out.emplace_back(PutRouter{Router{id, tenant, name, std::move(ports[id]), revision}});
      });
}

void read_hosts(soci::session& session, Changes& out) {
  for_each_row<HostName, Dpid, HostIndex, std::optional<MacAddress>>(
      session, "SELECT name, dpid, host_index, mac FROM hosts ORDER BY name",
      [&](const auto&... fields) { out.emplace_back(PutHost{Host{fields...}}); });
  for_each_row<PortId, HostName, std::uint64_t>(session, "SELECT port_id, host, since FROM sites ORDER BY since",
                                                [&](const auto&... fields) { out.emplace_back(PutSite{Site{fields...}}); });
}

void read_keys(soci::session& session, Changes& out) {
  for_each_row<MappingKey, PortId, HostName, MacAddress, Ipv4Address, bool>(
      session, "SELECT mapping_key, port_id, host, mac, ip, resting FROM mapping_keys ORDER BY mapping_key",
      [&](const auto& key, const auto& port, const auto& host, MacAddress mac, Ipv4Address ip, bool resting) {
        out.emplace_back(PutKey{KeyAssignment{key, port, host, TenantAddress{mac, ip}, resting}});
      });
}

void read_tombstones(soci::session& session, Changes& out) {
  for_each_row<Uuid, RevisionNumber>(session, "SELECT id, revision_number FROM tombstones ORDER BY id",
                                     [&](const auto&... fields) { out.emplace_back(PutTombstone{Tombstone{fields...}}); });
}

// The schema's foreign keys hold for what we write, but not for what people write with sqlite3; and live keys have none.
void check_references(soci::session& session) {
  std::string table;
  session << "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1", soci::into(table);
  if (session.got_data()) throw StoreError(fmt::format("a row of table {} names something that does not exist", table));
  std::string key;
  session << "SELECT mapping_key FROM mapping_keys WHERE resting = 0 AND (port_id NOT IN (SELECT id FROM ports) OR host NOT IN "
             "(SELECT "
             "name FROM hosts)) LIMIT 1",
      soci::into(key);
  if (session.got_data()) throw StoreError(fmt::format("the live mapping key {} has a port or host that does not exist", key));
}

}  // namespace

Changes read_everything(soci::session& session) {
  check_references(session);
  Changes out;
  read_counters(session, out);
  read_settings(session, out);
  read_tenants(session, out);
  read_networks(session, out);
  read_subnets(session, out);
  read_ports(session, out);
  read_routers(session, out);
  read_hosts(session, out);
  read_keys(session, out);
  read_tombstones(session, out);
  return out;
}

}  // namespace dcportals::store
