// Where ports are wired and which hosts are live, as Neutron should hear it: calmer than the controller's own view.
//
// A port is wired at a host once its device is there and its flows are acknowledged wherever they must be. It stays so while
// other ports of its network change, while its switch reconnects, and while the daemon restarts; it ends when the device goes,
// when the port is taken down or has an address without a key, or when the switch has been away for longer than the grace. What
// the daemon cannot know yet, because it has just started, it does not say.
//
// There is no history: each object has the number of its last change, so a reader that remembers a number learns the present
// state of all that changed since, however long it was away, and memory is bounded by the topology and the names of deleted
// hosts. A deleted port is forgotten. Time is a parameter; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "controller/controller.h"
#include "topology/change.h"
#include "topology/topology.h"

namespace dcportals::status {

using controller::Clock;

struct PortStatus {
  topology::PortId port_id;
  std::vector<topology::HostName> wired_hosts;  // sorted
  friend bool operator==(const PortStatus&, const PortStatus&) = default;
};

struct HostStatus {
  topology::HostName name;
  bool live = false;
  friend bool operator==(const HostStatus&, const HostStatus&) = default;
};

using Status = std::variant<PortStatus, HostStatus>;

// Numbers the changes of all objects; 0: before any.
using Sequence = std::uint64_t;

class StatusBoard {
 public:
  // The hosts of `topology` have until `grace` after `now` to connect.
  StatusBoard(const topology::Topology& topology, const controller::Controller& controller, Clock::duration grace,
              Clock::time_point now);

  // The topology has these changes now.
  void on_changes(const topology::Changes& changes);
  // Call after every event, with what the controller has learnt, and every second or so. Cheap when there is nothing new. True if
  // a status changed.
  bool update(const controller::News& news, Clock::time_point now);

  [[nodiscard]] Sequence sequence() const { return sequence_; }
  // What changed after `sequence`, oldest change first, each object once.
  [[nodiscard]] std::vector<Status> since(Sequence sequence) const;
  // Of all objects whose status is known.
  [[nodiscard]] std::vector<Status> all() const;
  // Empty: nowhere, or not known yet.
  [[nodiscard]] std::vector<topology::HostName> wired_hosts(const topology::PortId& port) const;
  // Every port's status is known.
  [[nodiscard]] bool settled() const { return unknown_.empty(); }

 private:
  enum class Wired : std::uint8_t { kUnknown, kNo, kYes };
  struct PortEntry {
    explicit PortEntry(const topology::NetworkId& of) : network(of) {}
    topology::NetworkId network;
    std::map<topology::HostName, Wired> at;  // its sites
    std::vector<topology::HostName> told;    // as it was when its number was given
    Sequence changed = 0;
  };
  struct HostEntry {
    bool known = false;
    bool live = false;
    Clock::time_point since;  // has been connected, or away
    bool connected = false;
    Sequence changed = 0;
  };
  using Object = std::variant<topology::PortId, topology::HostName>;

  void on_host(const topology::HostName& name, Clock::time_point now);
  void look_at_clock(Clock::time_point now);
  // What is not known by now is not so.
  static void give_up(PortEntry& port, const topology::HostName& host);
  void set_pending(const topology::PortId& id, const topology::NetworkId& network, bool pending);
  void tell_host(const topology::HostName& name, bool live);
  void look_at(const topology::PortId& id);
  void forget(const topology::PortId& id);
  void on_deleted(const topology::HostName& name);
  [[nodiscard]] Wired look_at(const topology::Port& port, const topology::HostName& host, Wired before) const;
  // Declared so: neither live nor within its grace.
  [[nodiscard]] bool is_gone(const topology::HostName& host) const;
  void mark_ports_at(const topology::HostName& host);
  void number(Sequence& changed, Object object);

  const topology::Topology& topology_;
  const controller::Controller& controller_;
  Clock::duration grace_;
  bool starting_ = true;  // what is looked at is as the last life of the daemon left it
  Sequence sequence_ = 0;
  std::map<Sequence, Object> by_sequence_;
  std::unordered_map<topology::PortId, PortEntry> ports_;
  std::map<topology::HostName, HostEntry> hosts_;
  std::set<topology::HostName> timed_;    // hosts of which the clock decides something
  std::set<topology::HostName> awaited_;  // were there at the start, have not connected since, and still may
  std::unordered_set<topology::PortId> dirty_;
  std::unordered_map<topology::NetworkId, std::set<topology::PortId>> pending_;  // plugged and not wired yet, by network
  std::unordered_set<topology::PortId> unknown_;
};

}  // namespace dcportals::status
