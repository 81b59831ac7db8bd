// The SQL of each change. Lists are rewritten whole when their owner is put. See writer.h.
#include "store/writer.h"

#include <variant>
#include <vector>

namespace dcportals::store {
namespace {

// "a, b" of the columns, each with this before it.
std::string join(const std::vector<std::string>& columns, const std::string& before) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : ", ") + before + column;
  return out;
}

std::string insert_sql(const std::string& table, const std::vector<std::string>& columns) {
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, join(columns, ""), join(columns, ":"));
}

// Replaces the row with the same keys, if there is one; understood by SQLite and PostgreSQL. Columns in the order keys, rest.
std::string upsert_sql(const std::string& table, const std::vector<std::string>& keys, const std::vector<std::string>& rest) {
  std::vector<std::string> columns = keys;
  columns.insert(columns.end(), rest.begin(), rest.end());
  std::string updates;
  for (const std::string& column : rest)
    updates += fmt::format("{}{} = excluded.{}", updates.empty() ? "" : ", ", column, column);
  return fmt::format("{} ON CONFLICT ({}) DO UPDATE SET {}", insert_sql(table, columns), join(keys, ""), updates);
}

}  // namespace

Writer::Writer(soci::session& session)
    : put_counters_(session, upsert_sql("counters", {"id"}, {"next_network_number", "next_port_number", "next_site_since"})),
      put_settings_(session, upsert_sql("settings", {"id"}, {"mode"})),
      put_tenant_(session, upsert_sql("tenants", {"id"}, {"name"})),
      put_network_(session, upsert_sql("networks", {"id"},
                                       {"tenant_id", "name", "revision_number", "number", "mode", "broadcast_rate", "physical_network"})),
      put_subnet_(session,
                  upsert_sql("subnets", {"id"}, {"network_id", "tenant_id", "name", "cidr", "gateway_ip", "revision_number"})),
      put_port_(session, upsert_sql("ports", {"id"},
                                    {"network_id", "tenant_id", "name", "mac_address", "port_security_enabled", "admin_state_up",
                                     "device_owner", "device_id", "host_hint", "revision_number", "number", "dhcp_server"})),
      add_fixed_ip_(session, insert_sql("port_fixed_ips", {"port_id", "position", "subnet_id", "ip_address"})),
      add_address_pair_(session, insert_sql("port_allowed_address_pairs", {"port_id", "position", "ip_address", "mac_address"})),
      clear_fixed_ips_(session, "DELETE FROM port_fixed_ips WHERE port_id = :id"),
      clear_address_pairs_(session, "DELETE FROM port_allowed_address_pairs WHERE port_id = :id"),
      put_router_(session, upsert_sql("routers", {"id"}, {"tenant_id", "name", "revision_number"})),
      add_router_port_(session, insert_sql("router_ports", {"router_id", "position", "port_id"})),
      clear_router_ports_(session, "DELETE FROM router_ports WHERE router_id = :id"),
      put_host_(session, upsert_sql("hosts", {"name"}, {"dpid", "host_index", "mac"})),
      put_site_(session, upsert_sql("sites", {"port_id", "host"}, {"since"})),
      put_key_(session, upsert_sql("mapping_keys", {"mapping_key"}, {"port_id", "host", "mac", "ip", "resting"})),
      put_tombstone_(session, upsert_sql("tombstones", {"id"}, {"revision_number"})),
      erase_tenant_(session, "DELETE FROM tenants WHERE id = :id"),
      erase_network_(session, "DELETE FROM networks WHERE id = :id"),
      erase_subnet_(session, "DELETE FROM subnets WHERE id = :id"),
      erase_port_(session, "DELETE FROM ports WHERE id = :id"),
      erase_router_(session, "DELETE FROM routers WHERE id = :id"),
      erase_host_(session, "DELETE FROM hosts WHERE name = :name"),
      erase_site_(session, "DELETE FROM sites WHERE port_id = :port_id AND host = :host"),
      erase_key_(session, "DELETE FROM mapping_keys WHERE mapping_key = :mapping_key"),
      erase_tombstone_(session, "DELETE FROM tombstones WHERE id = :id") {}

void Writer::write(const topology::Change& change) {
  std::visit([this](const auto& c) { run(c); }, change);
}

void Writer::run(const topology::PutTenant& c) {
  put_tenant_.run(c.object.id, c.object.name);
}

void Writer::run(const topology::PutNetwork& c) {
  const topology::Network& network = c.object;
  put_network_.run(network.id, network.tenant_id, network.name, network.revision_number, network.number, network.mode,
                   network.broadcast_rate, network.physical_network);
}

void Writer::run(const topology::PutSubnet& c) {
  const topology::Subnet& subnet = c.object;
  put_subnet_.run(subnet.id, subnet.network_id, subnet.tenant_id, subnet.name, subnet.cidr, subnet.gateway_ip,
                  subnet.revision_number);
}

void Writer::run(const topology::PutPort& c) {
  const topology::Port& port = c.object;
  put_port_.run(port.id, port.network_id, port.tenant_id, port.name, port.mac_address, port.port_security_enabled,
                port.admin_state_up, port.device_owner, port.device_id, port.host_hint, port.revision_number, port.number,
                port.dhcp_server);
  clear_fixed_ips_.run(port.id);
  for (Position i = 0; i < port.fixed_ips.size(); ++i) {
    add_fixed_ip_.run(port.id, i, port.fixed_ips[i].subnet_id, port.fixed_ips[i].ip_address);
  }
  clear_address_pairs_.run(port.id);
  for (Position i = 0; i < port.allowed_address_pairs.size(); ++i) {
    add_address_pair_.run(port.id, i, port.allowed_address_pairs[i].ip_address, port.allowed_address_pairs[i].mac_address);
  }
}

void Writer::run(const topology::PutRouter& c) {
  const topology::Router& router = c.object;
  put_router_.run(router.id, router.tenant_id, router.name, router.revision_number);
  clear_router_ports_.run(router.id);
  for (Position i = 0; i < router.port_ids.size(); ++i) add_router_port_.run(router.id, i, router.port_ids[i]);
}

void Writer::run(const topology::PutHost& c) {
  put_host_.run(c.object.name, c.object.dpid, c.object.index, c.object.mac);
}

void Writer::run(const topology::PutSite& c) {
  put_site_.run(c.object.port_id, c.object.host, c.object.since);
}

void Writer::run(const topology::PutKey& c) {
  const topology::KeyAssignment& key = c.object;
  put_key_.run(key.key, key.port_id, key.host, key.address.mac, key.address.ip, key.resting);
}

void Writer::run(const topology::PutSettings& c) {
  put_settings_.run(1, c.object.mode);
}

void Writer::run(const topology::PutCounters& c) {
  put_counters_.run(1, c.object.next_network_number, c.object.next_port_number, c.object.next_site_since);
}

void Writer::run(const topology::PutTombstone& c) {
  put_tombstone_.run(c.object.id, c.object.revision_number);
}

}  // namespace dcportals::store
