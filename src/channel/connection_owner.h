// What a Connection asks and tells the one that owns it, the Server. One thread; none of these is called from within a call of
// the connection except claim().
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/byte_io.h"
#include "base/dpid.h"
#include "channel/barrier.h"
#include "openflow/codec.h"

namespace dcportals::channel {

class Connection;

enum class Ending : std::uint8_t {
  kDuplicate,  // its dpid was live on another connection
  kOther,
};

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;

  // The dpid is to be this connection's alone until on_end(). false: it is another's.
  virtual bool claim(Dpid dpid, Connection& connection) = 0;
  virtual void on_up(Connection& connection) = 0;
  virtual void on_message(Connection& connection, const openflow::Envelope& envelope) = 0;
  // A whole message that has the looks of a packet-in. true: dealt with; false: it goes the way of all messages. Must not end the
  // owner.
  virtual bool on_packet_in(Connection& connection, ByteSpan message) = 0;
  // These were waiting for a barrier. Must not end the owner.
  virtual void on_barrier(Connection& connection, std::span<const BarrierToken> tokens, bool ok) = 0;
  // The messages of one turn have been handed over.
  virtual void on_turn_end(Connection& connection) = 0;
  // It is not up any more, or will never be.
  virtual void on_end(Connection& connection, Ending ending, bool was_up, const std::string& reason) = 0;
  // Its socket is closed. The last call.
  virtual void on_gone(Connection& connection) = 0;
};

}  // namespace dcportals::channel
