// What decides about packet-ins, on the thread that has read them.
//
// A Pool makes one PacketHandler for each of its workers and calls it only on that worker's thread, with packet-ins of that worker's
// switches. It answers through its Outlet, which reaches the switches of all workers. Neither takes a lock for a switch of the own
// worker, and what goes to another worker's switches in one batch is handed over at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/byte_io.h"
#include "base/dpid.h"

namespace dcportals::channel {

// None of these may stop the Pool.
class PacketHandler {
 public:
  virtual ~PacketHandler() = default;

  // Switches of this worker. The main thread hears of it afterwards.
  virtual void on_up(Dpid dpid) = 0;
  virtual void on_down(Dpid dpid) = 0;

  // One whole message from a switch of this worker that is up, by its header a packet-in (OFPT_PACKET_IN or NXT_PACKET_IN2); the rest
  // of it may be anything. Valid during the call. true: dealt with. false: it goes the way of all messages, which is decoding and
  // Handler::on_message on the main thread, and is counted against the switch if it makes no sense.
  virtual bool on_packet_in(Dpid dpid, ByteSpan message) = 0;

  // The answer to Outlet::barrier(); never from within that call. false: the switch is not up or went, refused or did not answer, or
  // owes too many answers.
  virtual void on_barrier(Dpid dpid, std::uint64_t token, bool ok) = 0;

  // After one or more of the other calls, or of posted functions: what they have sent leaves when this returns.
  virtual void on_batch_end() {}
};

// How a PacketHandler reaches switches and other threads. To be called on its worker's thread only. Once the Pool stops nothing is
// sent or called any more, barriers' answers neither.
class Outlet {
 public:
  virtual ~Outlet() = default;

  // Whole encoded messages for a switch of any worker, with xid 0 or one from kFirstOutletXid to kLastOutletXid (xid.h), by which
  // errors reach Handler::on_message. From one worker to one switch they keep their order. Silently nothing, if there is no such
  // switch; a switch that lets the queue overflow is closed. Throws std::invalid_argument when the lengths in the messages'
  // headers do not add up.
  virtual void send(Dpid dpid, ByteSpan encoded) = 0;

  // on_barrier(dpid, token) follows when the switch has carried out all that was sent to it from here until now. `token` means what
  // the caller likes. Barriers of one batch are one barrier to the switch.
  virtual void barrier(Dpid dpid, std::uint64_t token) = 0;

  // Runs `task` with another worker's handler (or the own) on its thread, after what was sent and posted to it from here before.
  virtual void post(std::size_t worker, std::move_only_function<void(PacketHandler&)> task) = 0;
  virtual void post_to_main(std::move_only_function<void()> task) = 0;

  // The own, from 0, and how many there are.
  [[nodiscard]] virtual std::size_t worker() const = 0;
  [[nodiscard]] virtual std::size_t workers() const = 0;
};

// Called on the main thread, once for each worker; the outlet outlives the handler.
using PacketHandlerFactory = std::function<std::unique_ptr<PacketHandler>(Outlet&)>;

}  // namespace dcportals::channel
