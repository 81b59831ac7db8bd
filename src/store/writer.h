// Writes changes into the tables: one prepared statement for each kind of row. See writer.cc.
//
// Knows no transactions; Store::commit puts one around. Belongs to the session it was made with, which must outlive it.
#pragma once

#include "store/statement.h"
#include "topology/change.h"

namespace dcportals::store {

class Writer {
 public:
  explicit Writer(soci::session& session);

  void write(const topology::Change& change);

 private:
  using Revision = std::optional<topology::RevisionNumber>;
  using Mode = std::optional<topology::ForwardingMode>;
  using Position = std::uint64_t;  // in a list, from 0

  void run(const topology::PutTenant& c);
  void run(const topology::PutNetwork& c);
  void run(const topology::PutSubnet& c);
  void run(const topology::PutPort& c);
  void run(const topology::PutRouter& c);
  void run(const topology::PutHost& c);
  void run(const topology::PutSite& c);
  void run(const topology::PutKey& c);
  void run(const topology::PutCounters& c);
  void run(const topology::PutSettings& c);
  void run(const topology::PutTombstone& c);
  void run(const topology::EraseTenant& c) { erase_tenant_.run(c.id); }
  void run(const topology::EraseNetwork& c) { erase_network_.run(c.id); }
  void run(const topology::EraseSubnet& c) { erase_subnet_.run(c.id); }
  void run(const topology::ErasePort& c) { erase_port_.run(c.id); }
  void run(const topology::EraseRouter& c) { erase_router_.run(c.id); }
  void run(const topology::EraseHost& c) { erase_host_.run(c.id); }
  void run(const topology::EraseSite& c) { erase_site_.run(c.id.port_id, c.id.host); }
  void run(const topology::EraseKey& c) { erase_key_.run(c.id); }
  void run(const topology::EraseTombstone& c) { erase_tombstone_.run(c.id); }

  Statement<std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t> put_counters_;
  Statement<std::uint32_t, Mode> put_settings_;
  Statement<topology::TenantId, std::string> put_tenant_;
  Statement<topology::NetworkId, topology::TenantId, std::string, Revision, topology::NetworkNumber, Mode, std::optional<std::uint32_t>,
            std::optional<std::string>>
      put_network_;
  Statement<topology::SubnetId, topology::NetworkId, topology::TenantId, std::string, IpPrefix, std::optional<IpAddress>,
            Revision>
      put_subnet_;
  Statement<topology::PortId, topology::NetworkId, topology::TenantId, std::string, MacAddress, bool, bool, std::string,
            std::string, std::optional<topology::HostName>, Revision, topology::PortNumber, bool>
      put_port_;
  Statement<topology::PortId, Position, topology::SubnetId, IpAddress> add_fixed_ip_;
  Statement<topology::PortId, Position, IpAddress, std::optional<MacAddress>> add_address_pair_;
  Statement<topology::PortId> clear_fixed_ips_;
  Statement<topology::PortId> clear_address_pairs_;
  Statement<topology::RouterId, topology::TenantId, std::string, Revision> put_router_;
  Statement<topology::RouterId, Position, topology::PortId> add_router_port_;
  Statement<topology::RouterId> clear_router_ports_;
  Statement<topology::HostName, Dpid, topology::HostIndex, std::optional<MacAddress>> put_host_;
  Statement<topology::PortId, topology::HostName, std::uint64_t> put_site_;
  Statement<topology::MappingKey, topology::PortId, topology::HostName, MacAddress, Ipv4Address, bool> put_key_;
  Statement<Uuid, topology::RevisionNumber> put_tombstone_;
  Statement<topology::TenantId> erase_tenant_;
  Statement<topology::NetworkId> erase_network_;
  Statement<topology::SubnetId> erase_subnet_;
  Statement<topology::PortId> erase_port_;
  Statement<topology::RouterId> erase_router_;
  Statement<topology::HostName> erase_host_;
  Statement<topology::PortId, topology::HostName> erase_site_;
  Statement<topology::MappingKey> erase_key_;
  Statement<Uuid> erase_tombstone_;
};

}  // namespace dcportals::store
