// The OpenFlow channel: listens for switches, brings each up, keeps it alive, and is the only place from which anything is sent
// to one.
//
// Everything happens on the one thread that runs the io_context, and every member function must be called there. What belongs to
// a switch is kept in its Connection, the server only knows which there are. Used by Pool, which has one on each of its threads; it
// can as well be used alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "channel/connection.h"
#include "channel/handler.h"
#include "channel/options.h"
#include "channel/result.h"
#include "channel/stats.h"
#include "openflow/codec.h"
#include "openflow/message.h"
#include "openflow/types.h"

namespace boost::asio {
class io_context;
}

namespace dcportals::channel {

class Listener;
class PeerLog;

class Server : private ConnectionOwner {
 public:
  Server(boost::asio::io_context& io, Options options, Handler& handler);
  // One of several.
  Server(boost::asio::io_context& io, Options options, WorkerHandler& handler);
  ~Server() override;  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Opens the listening socket. Throws std::system_error when that is impossible, std::invalid_argument for a malformed endpoint.
  void listen();
  // The port listened on, 0 before listen().
  [[nodiscard]] std::uint16_t port() const;
  // A connection that was accepted elsewhere.
  void adopt(Accepted accepted);
  // Closes everything at once. Callbacks outstanding are called, on_down is not: the caller knows.
  void stop();

  // Messages to one switch keep their order. The result is the xid given to the message, by which an error would come back
  // through on_message; nullopt: no such switch, or a message of more than 65,535 bytes (which is logged). A switch that lets the
  // queue overflow is closed.
  std::optional<openflow::Xid> send(openflow::Dpid dpid, const openflow::Message& message);

  // The same for whole messages that are encoded already, with xids that no exchange has (xid.h). false: no such switch. Throws
  // std::invalid_argument when the lengths in their headers do not add up.
  bool send(openflow::Dpid dpid, ByteSpan encoded);

  // Asks to be told, by WorkerHandler::on_barrier, when the switch has carried out all that was sent to it until now. false: no such
  // switch, or it owes too many such answers. The barrier itself leaves with send_barriers(), one for all that ask meanwhile.
  bool barrier(openflow::Dpid dpid, BarrierToken token);
  void send_barriers();

  // One request and its answer; all parts of a multipart reply. A message that has no answer (a flow mod, a packet out) is
  // followed by a barrier, and the result is empty. The callback is called exactly once, never from within this call.
  void request(openflow::Dpid dpid, const openflow::Message& message, RequestCallback callback);

  // Applies flow and group mods all or none (ONF bundle). They are staged first and committed only when the switch has refused
  // none of them; messages sent meanwhile overtake the commit. Meter mods may be among them though bundles cannot hold them:
  // meters are added and modified before the commit, and stay so if it fails; they are deleted after it. After success the switch
  // has it all. The callback is called exactly once, never from within this call. An empty list succeeds without asking the
  // switch.
  void apply_bundle(openflow::Dpid dpid, std::vector<openflow::Message> messages, BundleCallback callback);

  // Ends a switch's connection; on_down follows.
  void close(openflow::Dpid dpid, std::string_view reason);

  // Stops and resumes reading from a switch, for a handler that has enough to do: TCP then holds the switch back. While paused it
  // is not taken for dead, but its answers are not read either, so requests may time out.
  void pause_reading(openflow::Dpid dpid);
  void resume_reading(openflow::Dpid dpid);
  // The same for reasons of the one who owns the server; a switch is read when none is left.
  void hold(openflow::Dpid dpid, Connection::Hold reason);
  void release(openflow::Dpid dpid, Connection::Hold reason);
  // Is it still there? Asks now, so that it is down sooner if it is not.
  void probe(openflow::Dpid dpid);

  [[nodiscard]] std::optional<SwitchStats> stats(openflow::Dpid dpid) const;
  [[nodiscard]] ServerStats stats() const;
  // The switches that are up, ascending.
  [[nodiscard]] std::vector<openflow::Dpid> switches() const;
  [[nodiscard]] bool is_up(openflow::Dpid dpid) const;

 private:
  bool claim(openflow::Dpid dpid, Connection& connection) override;
  void on_up(Connection& connection) override;
  void on_message(Connection& connection, const openflow::Envelope& envelope) override;
  bool on_packet_in(Connection& connection, ByteSpan message) override;
  void on_barrier(Connection& connection, std::span<const BarrierToken> tokens, bool ok) override;
  void on_turn_end(Connection& connection) override;
  void on_end(Connection& connection, Ending ending, bool was_up, const std::string& reason) override;
  void on_gone(Connection& connection) override;

  // The connection of a switch that is up, nullptr if there is none.
  [[nodiscard]] Connection* find(openflow::Dpid dpid) const;

  boost::asio::io_context& io_;
  std::shared_ptr<const Options> options_;
  Handler& handler_;
  WorkerHandler* worker_ = nullptr;  // handler_, for one of several
  std::shared_ptr<PeerLog> event_log_;    // switches coming and going
  std::shared_ptr<PeerLog> trouble_log_;  // what anyone who can reach the port may cause
  std::unique_ptr<Listener> listener_;
  std::map<const Connection*, std::shared_ptr<Connection>> connections_;
  std::unordered_map<openflow::Dpid, Connection*> by_dpid_;  // claimed; up, or about to be
  std::vector<openflow::Dpid> barriers_due_;
  ServerStats stats_;  // but for connections
};

}  // namespace dcportals::channel
