// Turns requests and reports into validated changes: every rule about what a topology may be stands here.
//
// A planner works on the live topology: each step is tried on it, so that later steps of one request see the earlier ones, and finish()
// or the destructor takes everything back and hands out the list of changes to commit. Nothing is half done: a request that is refused at
// its thousandth step leaves no trace. Used by `controller` on the thread that owns the topology; never across a wait.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>

#include "topology/topology.h"

namespace dcportals::topology {

enum class RejectCode {
  kInvalid,    // a value that can never be right
  kNotFound,   // an id that names nothing
  kConflict,   // clashes with another object: duplicate MAC, overlapping subnet
  kInUse,      // cannot be deleted: something refers to it
  kStale,      // an older revision than the one kept; not applied
  kExhausted,  // no mapping key, host index or number left
};

[[nodiscard]] const char* to_string(RejectCode code);

// Why a request was refused. `field` is the path of the offending parameter, e.g. "fixed_ips[1].ip_address"; empty if there is none.
struct Rejection {
  RejectCode code;
  std::string field;
  std::string text;
};

// A port that cannot be carried whole: shown to operators at the port.
struct PortFault {
  PortId port_id;
  std::string text;
  friend bool operator==(const PortFault&, const PortFault&) = default;
};

class Planner {
 public:
  template <class T>
  using Result = std::expected<T, Rejection>;

  explicit Planner(Topology& topology);
  ~Planner();  // takes back whatever finish() has not
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  // Creates or replaces by id. true: something changed. Numbers (NetworkNumber, PortNumber) in the argument are ignored.
  // Tenants come into being when a network, port or router first names them.
  Result<bool> put(Tenant tenant);
  Result<bool> put(Network network);
  Result<bool> put(Subnet subnet);
  Result<bool> put(Port port);
  Result<bool> put(Router router);

  // Deletes by id. false: there was nothing to delete, which is not an error, since a delete may be sent again after a lost answer.
  // Refused as stale when `revision` is older than the object's; refused as in use when something still refers to it.
  Result<bool> erase(const TenantId& id);
  Result<bool> erase(const NetworkId& id, std::optional<RevisionNumber> revision = std::nullopt);
  Result<bool> erase(const SubnetId& id, std::optional<RevisionNumber> revision = std::nullopt);
  Result<bool> erase(const PortId& id, std::optional<RevisionNumber> revision = std::nullopt);
  Result<bool> erase(const RouterId& id, std::optional<RevisionNumber> revision = std::nullopt);
  // Only for a host without sites; its keys rest.
  Result<bool> erase(const HostName& name);

  // A switch introduced itself: creates the host (with an index) or records its new dpid or uplink MAC. Refused as conflict when another
  // host has the same MAC. `mac` absent: keep the last known one.
  Result<bool> see_host(const HostName& name, Dpid dpid, std::optional<MacAddress> mac);

  // The switch of `host` has exactly these taps now (of ports that exist; others are ignored). Adds and removes sites and gives keys to
  // sited ports' addresses. A port keeps its keys at a host while it is sited there or sited nowhere else; else they rest.
  Result<bool> site(const HostName& host, std::span<const PortId> ports);

  // A resting key may be given again.
  void free_key(MappingKey key);

  // Ports whose addresses got no key, found while planning.
  [[nodiscard]] std::span<const PortFault> faults() const { return faults_; }

  // Takes the steps back and returns them, to be committed and then applied.
  [[nodiscard]] Changes finish();

 private:
  void step(Change change);
  // Gives keys where a sited port's address lacks one and rests those that no longer serve. Called after every change of a port or site.
  void settle_keys(const PortId& id);

  Topology& topology_;
  Changes changes_;
  Changes inverses_;
  std::vector<PortFault> faults_;
};

}  // namespace dcportals::topology
