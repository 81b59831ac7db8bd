// One step from a topology to the next, as a value.
//
// The planner makes changes, the store commits them, the topology applies them: all three speak this type, so what is on disk and
// what is in memory cannot mean different things. A change is already validated; applying it cannot fail.
#pragma once

#include <variant>
#include <vector>

#include "topology/model.h"

namespace dcportals::topology {

template <class Object>
struct Put {
  Object object;
  friend bool operator==(const Put&, const Put&) = default;
};

// `Id` is what names the object: its id, or the whole value for those that have none.
template <class Object, class Id>
struct Erase {
  Id id;
  friend bool operator==(const Erase&, const Erase&) = default;
};

struct SiteId {
  PortId port_id;
  HostName host;
  friend bool operator==(const SiteId&, const SiteId&) = default;
};

using PutTenant = Put<Tenant>;
using PutNetwork = Put<Network>;
using PutSubnet = Put<Subnet>;
using PutPort = Put<Port>;
using PutRouter = Put<Router>;
using PutHost = Put<Host>;
using PutSite = Put<Site>;
using PutKey = Put<KeyAssignment>;
using PutCounters = Put<Counters>;
using PutSettings = Put<Settings>;
using PutTombstone = Put<Tombstone>;
using EraseTenant = Erase<Tenant, TenantId>;
using EraseNetwork = Erase<Network, NetworkId>;
using EraseSubnet = Erase<Subnet, SubnetId>;
using ErasePort = Erase<Port, PortId>;
using EraseRouter = Erase<Router, RouterId>;
using EraseHost = Erase<Host, HostName>;
using EraseSite = Erase<Site, SiteId>;
using EraseKey = Erase<KeyAssignment, MappingKey>;
using EraseTombstone = Erase<Tombstone, Uuid>;

using Change = std::variant<PutTenant, EraseTenant, PutNetwork, EraseNetwork, PutSubnet, EraseSubnet, PutPort, ErasePort,
                            PutRouter, EraseRouter, PutHost, EraseHost, PutSite, EraseSite, PutKey, EraseKey, PutCounters, PutSettings,
                            PutTombstone, EraseTombstone>;
using Changes = std::vector<Change>;

}  // namespace dcportals::topology
