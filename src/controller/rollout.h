// The order in which changes of flows, groups and meters reach the switches (doc/architecture.md, "Order of changes").
//
// Every change waits in its host's queue until the steps before it are acknowledged, in the same network and on all hosts:
//   1. receive entries are put;  2. send entries are put and erased;  3. receive entries are erased.
// (A flow's rule says which it is. Copies to local ports and meters are receive entries, because flows of both kinds name them.)
// So no sender uses a key that its receiver does not know yet, and no receiver forgets one that is still in use. A step waits for
// changes of the same or an earlier revision only, so a stream of new changes cannot starve an old one; a host that goes down is
// waited for no longer. A host has at most one batch in flight. A newer change of an entry replaces one that still waits. Pure:
// no clock, no messages.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "openflow/entry.h"
#include "topology/model.h"

namespace dcportals::controller {

// Counts the changes of the topology and of the wiring since the daemon started.
using Revision = std::uint64_t;

struct EntryChange {
  enum class Kind : std::uint8_t { kPut, kErase };
  Kind kind = Kind::kPut;
  openflow::Entry entry;  // of an erase, key and cookie count
  // The port that owns the entry, and its network; absent for the host's own entries, which wait for nothing.
  std::optional<topology::PortId> port;
  std::optional<topology::NetworkId> network;
};

class Rollout {
 public:
  // A host takes part from here on, with nothing queued; its switch has these groups.
  void add_host(const topology::HostName& host, std::set<openflow::GroupId> groups = {});
  // Forgets what the host had queued or in flight. Nothing waits for it any more.
  void remove_host(const topology::HostName& host);

  // Ignored for a host that does not take part.
  void enqueue(const topology::HostName& host, EntryChange change, Revision revision);

  // Hosts that may have a batch ready since the last call of this.
  [[nodiscard]] std::set<topology::HostName> take_woken();
  // The changes that may go now, which are in flight from here on, until the next call for this host. Empty: none, or a batch is
  // still in flight.
  [[nodiscard]] std::span<const EntryChange> take_batch(const topology::HostName& host);
  // The batch in flight is on the switch.
  void acknowledge(const topology::HostName& host);
  // The batch in flight is not on the switch. Its changes wait again, but for those of `failed`, which are forgotten with all
  // else of that port.
  void refuse(const topology::HostName& host, const std::optional<topology::PortId>& failed);

  [[nodiscard]] bool idle(const topology::HostName& host) const { return outstanding(host) == 0; }
  // No host has anything of the network queued or in flight.
  [[nodiscard]] bool idle(const topology::NetworkId& network) const { return !gates_.contains(network); }
  [[nodiscard]] std::size_t outstanding(const topology::HostName& host) const;
  // Networks that have become idle since the last call of this.
  [[nodiscard]] std::set<topology::NetworkId> take_settled() { return std::exchange(settled_, {}); }
  // The oldest revision of which the host has something queued or in flight; nullopt: none.
  [[nodiscard]] std::optional<Revision> oldest_outstanding(const topology::HostName& host) const;

 private:
  enum class Step : std::uint8_t { kReceivePut, kSend, kReceiveErase };
  // How many of each revision, oldest first.
  using Revisions = std::map<Revision, std::size_t>;

  struct Waiting {
    EntryChange change;
    Revision revision;
  };
  struct ByKey {
    using is_transparent = void;
    static const openflow::Entry& entry(const openflow::Entry& e) { return e; }
    static const openflow::Entry& entry(const Waiting& w) { return w.change.entry; }
    template <class T>
    std::size_t operator()(const T& of) const {
      return openflow::hash_of_key(entry(of));
    }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return openflow::same_key(entry(a), entry(b));
    }
  };
  struct HostQueue {
    std::unordered_set<Waiting, ByKey, ByKey> waiting;
    std::vector<EntryChange> in_flight;
    std::vector<Revision> in_flight_revisions;
    Revisions revisions;
    std::set<openflow::GroupId> groups;  // on the switch, as far as acknowledged
  };
  // Revisions of the unacknowledged changes of one network's first two steps, on all hosts; and the hosts with changes that may
  // wait for them.
  struct Gate {
    Revisions receive_puts;
    Revisions sends;
    std::map<topology::HostName, std::size_t> waiting;
  };

  static Step step_of(const EntryChange& change);
  static bool remove_one(Revisions& revisions, Revision revision);
  static bool passed(const Revisions& revisions, Revision revision) {
    return revisions.empty() || revisions.begin()->first > revision;
  }
  [[nodiscard]] bool open(const Waiting& item) const;
  // Of a flow: the groups that it names are on the switch, or come with it. (A newer change of a group may have put the group
  // behind the flow.)
  [[nodiscard]] bool has_its_groups(const Waiting& item, const HostQueue& queue) const;
  void enter(const topology::HostName& host, HostQueue& queue, const EntryChange& change, Revision revision);
  void leave(const topology::HostName& host, HostQueue& queue, const EntryChange& change, Revision revision);
  void forget_in_flight(const topology::HostName& host, HostQueue& queue);

  std::unordered_map<topology::HostName, HostQueue> hosts_;
  std::unordered_map<topology::NetworkId, Gate> gates_;
  std::set<topology::HostName> woken_;
  std::set<topology::NetworkId> settled_;
};

}  // namespace dcportals::controller
