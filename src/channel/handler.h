// What a Server tells, and what one of several Servers tells and asks beside.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/byte_io.h"
#include "channel/barrier.h"
#include "openflow/codec.h"
#include "openflow/message.h"
#include "openflow/types.h"

namespace dcportals::channel {

// Per switch the order is always up, messages, down. Each may call the server.
class Handler {
 public:
  virtual ~Handler() = default;

  // The handshake is done. `peer` is "address:port".
  virtual void on_up(openflow::Dpid dpid, const openflow::FeaturesReply& features, const std::string& peer) = 0;
  // Whatever is not an answer to request() or apply_bundle(): packet-ins, port status, flow removed, and errors to send(), by
  // their xid.
  virtual void on_message(openflow::Dpid dpid, const openflow::Envelope& envelope) = 0;
  // Never called from within a call of the server. Requests outstanding have been called back before.
  virtual void on_down(openflow::Dpid dpid, const std::string& reason) = 0;
};

// For a Server that is one of a Pool's. None of these may stop the server.
class WorkerHandler : public Handler {
 public:
  // The dpid is to be this server's alone until release(). false: it is up on another.
  virtual bool claim(openflow::Dpid dpid) = 0;
  // After on_down, if there is one.
  virtual void release(openflow::Dpid dpid) = 0;
  // One connection less; any, also one that never came up.
  virtual void on_gone() = 0;

  // A whole message of a switch that is up, by its header a packet-in; valid during the call. true: dealt with.
  virtual bool on_packet_in(openflow::Dpid dpid, ByteSpan message) = 0;
  // Answers to Server::barrier().
  virtual void on_barrier(openflow::Dpid dpid, std::span<const BarrierToken> tokens, bool ok) = 0;
  // The messages of one turn of a switch have been handed over.
  virtual void on_turn_end(openflow::Dpid dpid) = 0;
};

}  // namespace dcportals::channel
