// Which flows each switch should have, which it has, and what to do about the difference.
//
// Events go in as calls, effects come out as values; there is no socket, disk, clock or logger in here, so every order of events
// can be tested. The topology changes only by apply(), after its changes are on disk. Desired flows are not kept: they are
// compiled from the topology when asked for, before and after a change, and the difference is rolled out (rollout.h). What a
// switch has is read once, when it connects. One thread.
#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/effect.h"
#include "controller/key_rest.h"
#include "controller/rollout.h"
#include "controller/switch_state.h"
#include "controller/touched.h"
#include "decision/snapshot_builder.h"
#include "flowtable/flow_table.h"
#include "topology/planner.h"

namespace dcportals::controller {

struct Options {
  PortNames names;
  Clock::duration key_rest = std::chrono::seconds(30);
  // How often each switch's tables are read and compared with what they should be; 0: only when it connects.
  Clock::duration reconcile_interval = std::chrono::seconds(60);
  // How often each host is made known to the physical network, whose switches forget who is silent (traps: 300 s is usual).
  Clock::duration announce_interval = std::chrono::seconds(60);
  flowgen::Policy policy;
};

// What a switch says it has.
struct InstalledTables {
  std::vector<openflow::FlowStatsReply> flows;
  std::vector<openflow::GroupDescriptionReply> groups;
  std::vector<openflow::MeterConfigReply> meters;
};

// Why a bundle did not end well.
struct BundleFailure {
  std::optional<std::size_t> index;  // of the message that the switch refused; nullopt: not known
  std::string text;
};

// What is known of a host apart from the topology; kept while it is disconnected.
struct HostRecord {
  std::uint64_t connects = 0;
  std::uint64_t flow_mods_sent = 0;
  std::uint64_t bundles_sent = 0;
  Revision desired = 0;       // the last revision that touched the host
  Revision acknowledged = 0;  // everything up to it is on the switch
  std::uint64_t repairs = 0;  // entries that were not as they should be, found by reading the switch's tables while it was live
  std::string fault;          // why it is not live; empty: nothing is wrong
};

// What may have made ports wired, or may unmake them, since it was asked for last.
struct News {
  std::set<topology::NetworkId> settled;  // no host waits for any of their flows any more
  std::set<topology::HostName> hosts;     // have become live, or are no longer
};

// An entry of a port that a switch refused.
struct FlowFault {
  topology::HostName host;
  std::string text;
};

class Controller {
 public:
  // Keys that rest in `topology` rest on: nobody knows which switches still have them.
  Controller(topology::Topology& topology, Options options, Clock::time_point now);

  // The channel is up: the switch is asked who it is.
  Effects on_up(Dpid dpid);
  Effects on_introduced(Dpid dpid, const openflow::DescriptionReply& description,
                        const std::vector<openflow::PortDescription>& ports);
  // The transaction of plan_report() ended; with a rejection, nothing of it happened.
  Effects on_reported(Dpid dpid, const std::optional<topology::Rejection>& rejection);
  // An answer to ReadTables. Flows that we cannot read are not ours: they are deleted at once.
  Effects on_installed(Dpid dpid, const InstalledTables& installed, Clock::time_point now);
  Effects on_port_status(Dpid dpid, const openflow::PortStatus& status);
  Effects on_bundle_result(Dpid dpid, BundleTag tag, const std::expected<void, BundleFailure>& result);
  Effects on_down(Dpid dpid);

  // What the switch is and has plugged, as changes of the topology. Does nothing when the switch has gone meanwhile.
  std::expected<void, topology::Rejection> plan_report(topology::Planner& planner, Dpid dpid);
  // Changes that are on disk now.
  Effects apply(const topology::Changes& changes, Clock::time_point now);
  // Call every second or so: frees keys that have rested, has tables read again, announces hosts.
  [[nodiscard]] Effects on_tick(Clock::time_point now);
  [[nodiscard]] News take_news();

  // Questions.
  // What was published last.
  [[nodiscard]] const std::shared_ptr<const decision::Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] Revision revision() const { return revision_; }
  [[nodiscard]] const SwitchState* switch_of(const topology::HostName& host) const;
  [[nodiscard]] HostRecord record_of(const topology::HostName& host) const;
  // Those that have said who they are, sorted.
  [[nodiscard]] std::vector<topology::HostName> connected_hosts() const;
  [[nodiscard]] std::size_t outstanding(const topology::HostName& host) const { return rollout_.outstanding(host); }
  // Live, and everything desired is acknowledged.
  [[nodiscard]] bool is_synced(const topology::HostName& host) const;
  // Introduced, and its tables read: flows are kept as they should be.
  [[nodiscard]] bool is_live(const topology::HostName& host) const;
  // Plugged at a live host, with a key for every address, and no host waits for any of its network's flows. Of the host that
  // traffic to the port goes to, or of one of those where it is plugged while it migrates.
  [[nodiscard]] bool is_wired(const topology::PortId& port) const;
  [[nodiscard]] bool is_wired(const topology::PortId& port, const topology::HostName& host) const;
  [[nodiscard]] flowgen::Entries desired_entries(const topology::HostName& host) const;
  [[nodiscard]] const flowgen::Policy& policy() const { return options_.policy; }
  [[nodiscard]] const PortNames& names() const { return options_.names; }
  [[nodiscard]] const std::map<topology::PortId, FlowFault>& flow_faults() const { return flow_faults_; }

 private:
  struct OwnedEntry {
    openflow::Entry entry;
    flowgen::Owner owner;  // the host for what is nobody's
  };
  using OwnedEntries = std::vector<OwnedEntry>;  // each key once
  using EntriesByHost = std::unordered_map<topology::HostName, OwnedEntries>;
  using Networks = std::unordered_map<topology::PortId, topology::NetworkId>;

  SwitchState* find(Dpid dpid);
  [[nodiscard]] const flowgen::Wiring& wiring_of(const topology::HostName& host) const;
  Effects refuse(SwitchState& state, std::string reason);

  // Compiles the touched before and after `mutate`, and rolls the difference out.
  // `due` is what a snapshot must learn of it, and is made known before any switch is.
  template <class Mutate>
  Effects transition(const std::set<Touched>& touched, const decision::Due& due, Mutate mutate);
  [[nodiscard]] decision::World world() const;
  void publish(Effects& effects);
  [[nodiscard]] EntriesByHost compile(const std::set<Touched>& touched) const;
  struct Counts {
    std::size_t missing = 0;
    std::size_t changed = 0;
    std::size_t foreign = 0;
  };
  Counts enqueue_difference(const topology::HostName& host, OwnedEntries before, OwnedEntries after, const Networks& networks);
  Effects pump();

  // The switch's tables as entries of their owners; what cannot be read is deleted at once.
  OwnedEntries owned_entries(SwitchState& state, const InstalledTables& installed, const std::set<Touched>& all,
                             Networks& networks, Effects& effects) const;
  // Whether a switch whose tables have been read had changes meanwhile, so that nothing can be said.
  [[nodiscard]] bool reading_is_stale(const SwitchState& state) const;
  void schedule_reading(SwitchState& state, Clock::time_point now) const;
  static void announce(const SwitchState& state, Effects& effects);

  // Brings the wiring up to date with ports and topology; asks for a report when sites or the host's MAC differ from it.
  Effects rewire(SwitchState& state);
  [[nodiscard]] bool report_needed(const SwitchState& state) const;
  void index_taps(const SwitchState& state, bool add);
  [[nodiscard]] std::set<Dpid> switches_with_taps_of(const topology::Changes& changes) const;
  [[nodiscard]] std::vector<topology::PortId> plugged_ports(const SwitchState& state) const;

  topology::Topology& topology_;
  Options options_;
  Revision revision_ = 1;
  std::uint64_t next_tag_ = 1;
  Clock::time_point next_announcement_;
  Rollout rollout_;
  KeyRest key_rest_;
  decision::SnapshotBuilder snapshots_;
  std::shared_ptr<const decision::Snapshot> snapshot_;
  std::map<Dpid, SwitchState> switches_;
  std::unordered_map<topology::HostName, Dpid> dpid_by_host_;  // from kReporting on
  std::unordered_map<std::string, std::set<Dpid>> switches_by_device_suffix_;
  std::unordered_map<topology::HostName, HostRecord> records_;
  std::map<topology::PortId, FlowFault> flow_faults_;
  std::set<topology::HostName> liveness_changes_;
};

}  // namespace dcportals::controller
