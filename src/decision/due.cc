#include "decision/due.h"

#include <variant>

namespace dcportals::decision {
namespace {

using topology::Topology;

class Gatherer {
 public:
  Gatherer(const Topology& before, Due& out) : before_(before), out_(out) {}

  void operator()(const topology::PutPort& c) { out_.ports.insert(c.object.id); }
  void operator()(const topology::ErasePort& c) { out_.ports.insert(c.id); }
  void operator()(const topology::PutSite& c) { out_.ports.insert(c.object.port_id); }
  void operator()(const topology::EraseSite& c) { out_.ports.insert(c.id.port_id); }
  void operator()(const topology::PutKey& c) { out_.ports.insert(c.object.port_id); }
  void operator()(const topology::EraseKey& c) {
    if (const auto* key = before_.assignment(c.id)) out_.ports.insert(key->port_id);
  }
  void operator()(const topology::PutHost& c) { out_.hosts.insert(c.object.name); }
  void operator()(const topology::EraseHost& c) { out_.hosts.insert(c.id); }
  void operator()(const topology::PutNetwork& c) { out_.networks.insert(c.object.id); }
  void operator()(const topology::EraseNetwork& c) { out_.networks.insert(c.id); }
  void operator()(const topology::PutSubnet& c) {
    touch(before_.subnet(c.object.id));
    touch(&c.object);
  }
  void operator()(const topology::EraseSubnet& c) { touch(before_.subnet(c.id)); }
  void operator()(const topology::PutRouter& c) {
    touch(before_.router(c.object.id));
    touch(&c.object);
  }
  void operator()(const topology::EraseRouter& c) { touch(before_.router(c.id)); }
  // The fabric's mode is that of every network that has none of its own.
  void operator()(const topology::PutSettings&) {
    for (const topology::NetworkId& id : before_.network_ids()) out_.networks.insert(id);
  }
  // Tenants, tombstones and counters are in no snapshot.
  template <class Other>
  void operator()(const Other&) {}

 private:
  void touch(const topology::Subnet* subnet) {
    if (subnet != nullptr) out_.networks.insert(subnet->network_id);
  }
  void touch(const topology::Router* router) {
    if (router != nullptr) out_.ports.insert(router->port_ids.begin(), router->port_ids.end());
  }

  const Topology& before_;
  Due& out_;
};

}  // namespace

Due due_after(const Topology& before, const topology::Changes& changes) {
  Due out;
  Gatherer gatherer(before, out);
  for (const topology::Change& change : changes) std::visit(gatherer, change);
  return out;
}

}  // namespace dcportals::decision
