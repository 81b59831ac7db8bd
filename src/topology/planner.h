// Turns requests and reports into validated changes: every rule about what a topology may be stands here.
//
// A planner works on the live topology: each step is tried on it, so that later steps of one request see the earlier ones, and
// finish() or the destructor takes everything back and hands out the list of changes to commit. Nothing is half done: a request
// that is refused at its thousandth step leaves no trace. Used by `controller` on the thread that owns the topology; never across
// a wait.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "topology/rejection.h"
#include "topology/topology.h"

namespace dcportals::topology {

// A port that cannot be carried whole: shown to operators at the port.
struct PortFault {
  PortId port_id;
  std::string text;
  friend bool operator==(const PortFault&, const PortFault&) = default;
};

// What is wrong with a port in this topology: addresses for which its hosts have no key left. nullopt: nothing.
[[nodiscard]] std::optional<PortFault> fault_of(const Topology& topology, const PortId& id);

class Planner {
 public:
  template <class T>
  using Result = std::expected<T, Rejection>;

  explicit Planner(Topology& topology);
  ~Planner();  // takes back whatever finish() has not
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  // Creates or replaces by id. true: something changed. Numbers (NetworkNumber, PortNumber) in the argument are ignored, and so are a
  // network's mode and broadcast rate: its caller does not know them.
  // Tenants come into being when a network, subnet, port or router first names them, and without a name go with their last object. A subnet or port without a tenant takes its
  // network's (Neutron's gateway and floating-IP ports have none). Without a revision the kept one stays.
  Result<bool> put(Tenant tenant);
  Result<bool> put(Network network);
  Result<bool> put(Subnet subnet);
  Result<bool> put(Port port);
  Result<bool> put(Router router);

  // What operators choose for a network, and for the fabric; absent takes the choice back. true: something changed. Refused as not found,
  // and as invalid a rate outside kMinBroadcastRate to kMaxBroadcastRate.
  Result<bool> set_mode(const NetworkId& id, std::optional<ForwardingMode> mode);
  Result<bool> set_broadcast_rate(const NetworkId& id, std::optional<std::uint64_t> rate);
  Result<bool> put(Settings settings);

  // Deletes by id. false: there was nothing to delete, which is not an error, since a delete may be sent again after a lost
  // answer. Refused as stale when `revision` is older than the object's; refused as in use when something still refers to it. A
  // delete with a revision leaves a tombstone, also when there was nothing to delete: the put may still be on its way.
  Result<bool> erase(const TenantId& id);
  Result<bool> erase(const NetworkId& id, std::optional<RevisionNumber> revision = std::nullopt);
  Result<bool> erase(const SubnetId& id, std::optional<RevisionNumber> revision = std::nullopt);
  Result<bool> erase(const PortId& id, std::optional<RevisionNumber> revision = std::nullopt);
  Result<bool> erase(const RouterId& id, std::optional<RevisionNumber> revision = std::nullopt);
  // Only for a host without sites; its keys rest.
  Result<bool> erase(const HostName& name);

  // A switch introduced itself: creates the host (with an index) or records its new dpid or uplink MAC. Refused as conflict when
  // another host has the same MAC or dpid. `mac` absent: keep the last known one.
  Result<bool> see_host(const HostName& name, Dpid dpid, std::optional<MacAddress> mac);

  // The switch of `host` has exactly these ports plugged now (of ports that exist; others are ignored). Adds and removes sites and gives
  // keys to sited ports' addresses. A port keeps its keys at a host while it is sited there or sited nowhere else; else they
  // rest.
  Result<bool> site(const HostName& host, std::span<const PortId> ports);

  // A resting key may be given again; a port that went without takes it. Does nothing to a key that does not rest.
  void free_key(MappingKey key);

  // Forgets every tombstone. For a caller who knows that no older request is on its way, as after a full synchronisation.
  void forget_tombstones();

  // Makes kept hosts and keys fit the key pool, which the configuration may have changed since they were kept: hosts beyond the
  // pool get another index, keys outside their host's range rest or, outside the pool, go, and ports get new ones. Call once
  // after loading. Refused as conflict when a kept subnet or address lies in the pool, as exhausted when there are more hosts
  // than it has room for.
  Result<bool> fit_key_pool();

  // Ports touched while planning that are not whole, each once.
  [[nodiscard]] std::vector<PortFault> faults() const;

  // Takes the steps back and returns them, to be committed and then applied.
  [[nodiscard]] Changes finish();

 private:
  void step(Change change);
  void forget_tenant(const TenantId& id);
  void take_back();
  void ensure_tenant(const TenantId& id);
  template <class Object>
  Result<bool> may_erase(const Object* kept, const Uuid& id, std::optional<RevisionNumber> revision);
  // Notes that `id` was deleted at `revision`, or that it lives (again).
  void bury(const Uuid& id, std::optional<RevisionNumber> revision);
  void unbury(const Uuid& id);
  // Gives keys where a sited port's address lacks one and rests those that no longer serve. Called after every change of a port
  // or site.
  void settle_keys(const PortId& id);
  void give_keys(const PortId& id);
  void rest_key(const KeyAssignment& key);

  Topology& topology_;
  Counters counters_;  // the topology's, as they will be after finish()
  Changes changes_;
  std::set<TenantId> left_;  // by objects that were theirs
  Changes inverses_;
  std::map<PortId, PortFault> faults_;
};

}  // namespace dcportals::topology
