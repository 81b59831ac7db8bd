// The migrations themselves: read from the top, this is the schema. See schema.h.
//
// Ids, MAC and IP addresses are text as people write them; truth values are 0 or 1. Mapping keys have no foreign keys, because
// resting ones outlive their port and host; neither have tombstones, which are of objects that are gone.
#include "store/schema.h"

namespace dcportals::store {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> kMigrations = {
      {1,
       "topology",
       {
           "CREATE TABLE counters (id INTEGER PRIMARY KEY CHECK (id = 1), next_network_number BIGINT NOT NULL, "
           "next_port_number BIGINT NOT NULL, next_site_since BIGINT NOT NULL)",

           "CREATE TABLE tenants (id TEXT PRIMARY KEY, name TEXT NOT NULL)",

           "CREATE TABLE networks (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants (id), name TEXT NOT NULL, "
           "revision_number BIGINT, number BIGINT NOT NULL UNIQUE)",
           "CREATE INDEX networks_by_tenant ON networks (tenant_id)",

           "CREATE TABLE subnets (id TEXT PRIMARY KEY, network_id TEXT NOT NULL REFERENCES networks (id), "
           "tenant_id TEXT NOT NULL REFERENCES tenants (id), name TEXT NOT NULL, cidr TEXT NOT NULL, gateway_ip TEXT, "
           "revision_number BIGINT)",
           "CREATE INDEX subnets_by_network ON subnets (network_id)",
           "CREATE INDEX subnets_by_tenant ON subnets (tenant_id)",

           "CREATE TABLE ports (id TEXT PRIMARY KEY, network_id TEXT NOT NULL REFERENCES networks (id), "
           "tenant_id TEXT NOT NULL REFERENCES tenants (id), name TEXT NOT NULL, mac_address TEXT NOT NULL, "
           "port_security_enabled SMALLINT NOT NULL, admin_state_up SMALLINT NOT NULL, device_owner TEXT NOT NULL, "
           "device_id TEXT NOT NULL, host_hint TEXT, revision_number BIGINT, number BIGINT NOT NULL UNIQUE)",
           "CREATE INDEX ports_by_network ON ports (network_id)",
           "CREATE INDEX ports_by_tenant ON ports (tenant_id)",

           "CREATE TABLE port_fixed_ips (port_id TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE, position BIGINT NOT "
           "NULL, "
           "subnet_id TEXT NOT NULL REFERENCES subnets (id), ip_address TEXT NOT NULL, PRIMARY KEY (port_id, position))",
           "CREATE INDEX port_fixed_ips_by_subnet ON port_fixed_ips (subnet_id)",

           "CREATE TABLE port_allowed_address_pairs (port_id TEXT NOT NULL REFERENCES ports (id) ON DELETE CASCADE, "
           "position BIGINT NOT NULL, ip_address TEXT NOT NULL, mac_address TEXT, PRIMARY KEY (port_id, position))",

           "CREATE TABLE routers (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants (id), name TEXT NOT NULL, "
           "revision_number BIGINT)",
           "CREATE INDEX routers_by_tenant ON routers (tenant_id)",

           "CREATE TABLE router_ports (router_id TEXT NOT NULL REFERENCES routers (id) ON DELETE CASCADE, position BIGINT NOT "
           "NULL, "
           "port_id TEXT NOT NULL UNIQUE REFERENCES ports (id), PRIMARY KEY (router_id, position))",

           "CREATE TABLE hosts (name TEXT PRIMARY KEY, dpid TEXT NOT NULL, host_index BIGINT NOT NULL UNIQUE, mac TEXT)",

           "CREATE TABLE sites (port_id TEXT NOT NULL REFERENCES ports (id), host TEXT NOT NULL REFERENCES hosts (name), "
           "since BIGINT NOT NULL, PRIMARY KEY (port_id, host))",
           "CREATE INDEX sites_by_host ON sites (host)",

           "CREATE TABLE mapping_keys (mapping_key TEXT PRIMARY KEY, port_id TEXT NOT NULL, host TEXT NOT NULL, mac TEXT NOT "
           "NULL, "
           "ip TEXT NOT NULL, resting SMALLINT NOT NULL)",

           "CREATE TABLE tombstones (id TEXT PRIMARY KEY, revision_number BIGINT NOT NULL)",
       }},
      {2,
       "forwarding",
       {
           "ALTER TABLE networks ADD COLUMN mode TEXT",
           "ALTER TABLE networks ADD COLUMN broadcast_rate BIGINT",
           "ALTER TABLE ports ADD COLUMN dhcp_server SMALLINT NOT NULL DEFAULT 0",
           "CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), mode TEXT)",
       }},
      {3,
       "physical networks",
       {
           "ALTER TABLE networks ADD COLUMN physical_network TEXT",
           "CREATE UNIQUE INDEX networks_by_physical_network ON networks (physical_network)",
       }},
  };
  return kMigrations;
}

}  // namespace dcportals::store
