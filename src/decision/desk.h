// Where packet-ins are served: queues in, decisions, messages out; one desk for each worker thread.
//
// The order of a decision's messages is the paper's safety: the receiver's flow goes first, and only when its switch has acknowledged it does
// the sender's switch get its flow and the packet back. Meanwhile packets of the same pair are held. A decision that is still waiting when the
// snapshot is replaced is decided again, so nothing of an old snapshot is sent after use() returns. Everything is bounded, and every packet
// that is not carried on is counted with its reason. Belongs to one thread; time is passed in; calls Outlet from within its own calls only.
#pragma once

#include <cstddef>
#include <memory>

#include "decision/sources.h"
#include "decision/waiting.h"
#include "flowgen/policy.h"

namespace dcportals::decision {

// The way to the switches. The desk's calls may come from any of its methods; the answers must come later, not from within.
class Outlet {
 public:
  virtual ~Outlet() = default;
  // Whole encoded messages, in order. To a switch that is gone: nothing.
  virtual void send(Dpid dpid, ByteSpan messages) = 0;
  // Desk::on_barrier(dpid, token, ...) must follow: when the switch has carried out all that was sent, or not ok when it cannot be known.
  virtual void barrier(Dpid dpid, std::uint64_t token) = 0;
};

struct DeskOptions {
  std::size_t queue_per_port = 64;   // packets of a port that wait for their turn
  std::size_t held_per_pair = 16;    // packets of a pair that wait for its receiver
  std::size_t held_per_port = 512;   // packets of a port that wait for any
  std::size_t packets = 16384;       // all of them
  std::size_t bytes = 32U << 20;     // of their frames
  std::size_t decisions_per_batch = 4096;
  // What errors are known by; 0: not at all. The numbers are given in turn.
  openflow::Xid first_xid{0}, last_xid{0};
};

class Desk {
 public:
  Desk(Outlet& outlet, DeskOptions options, const flowgen::Policy& limits, std::shared_ptr<const Snapshot> snapshot);

  // One whole message; it is copied. false: it is no packet-in of our flows, and not the desk's.
  bool on_packet_in(Dpid at, ByteSpan message, Time now);
  // Serves what is queued, and asks the receivers for their barriers. true: there is more than a batch's worth, call again soon.
  bool on_batch_end();
  void on_barrier(Dpid dpid, std::uint64_t token, bool ok);
  // The switch's connection has ended: nothing is kept for it.
  void on_down(Dpid at);

  // Decides by this snapshot from now on.
  void use(std::shared_ptr<const Snapshot> snapshot);
  void limit(const flowgen::Policy& limits) { limits_ = limits; }

  [[nodiscard]] const Counters& totals() const { return totals_; }
  // By asking port: visit(Place, Counters). kFromWire and kFromUnknownPort stand for those.
  template <class Visit>
  void for_each_source(Visit visit) const {
    sources_.for_each(visit);
  }
  struct Load {
    std::size_t packets, pairs, barriers, sources;
  };
  [[nodiscard]] Load load() const { return {packets_.used(), waiting_.size(), waiting_.barriers(), sources_.size()}; }

 private:
  [[nodiscard]] flowgen::RateLimit limit_of(AskClass ask) const;
  std::size_t serve_group(std::size_t most);
  void serve(std::uint32_t packet);
  void answer_arp(std::uint32_t packet, const Decision& decision);
  void wait(std::uint32_t packet, const Decision& decision);
  void tell_receivers(std::uint32_t pair, const Decision& decision);
  void hold(std::uint32_t pair, std::uint32_t packet);
  void finish(std::uint32_t pair);
  void close_barriers();

  void drop(std::uint32_t packet, Reason reason);
  void done(std::uint32_t packet, Kind kind);
  void append_flows(ByteSpan flows);
  void append_release(const Packet& packet);
  void send(Dpid dpid);
  [[nodiscard]] openflow::Xid next_xid();

  Outlet& outlet_;
  DeskOptions options_;
  flowgen::Policy limits_;
  std::shared_ptr<const Snapshot> snapshot_;
  PacketPool packets_;
  Sources sources_;
  Waiting waiting_;
  Counters totals_;
  Bytes out_;  // what is about to be sent to one switch
  std::uint32_t xid_;
};

}  // namespace dcportals::decision
