// One switch: its handshake, its keep-alive, its exchanges, from the accepted stream to the closed one. All state of a switch is
// here.
//
// The Server owns it and is told through ConnectionOwner; the states are in state.h. One thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "channel/barrier.h"
#include "channel/connection_owner.h"
#include "channel/exchange_table.h"
#include "channel/keep_alive.h"
#include "channel/message_pipe.h"
#include "channel/options.h"
#include "channel/peer_log.h"
#include "channel/result.h"
#include "channel/state.h"
#include "channel/stats.h"
#include "channel/transport.h"

namespace dcportals::channel {

class Connection : public std::enable_shared_from_this<Connection>, private MessagePipe::User {
 public:
  Connection(boost::asio::io_context& io, std::unique_ptr<Stream> stream, std::shared_ptr<const Options> options,
             std::shared_ptr<PeerLog> log, ConnectionOwner& owner);

  void start();

  // As in Server; for a connection that is up. See there.
  std::optional<openflow::Xid> send(const openflow::Message& message);
  void send(ByteSpan encoded);
  void request(const openflow::Message& message, RequestCallback callback);
  void apply_bundle(std::vector<openflow::Message> messages, BundleCallback callback);
  // Nothing is read while one of them holds.
  enum class Hold : std::uint8_t { kCaller = 1, kUnhandled = 2, kMail = 4 };
  void hold(Hold reason);
  void release(Hold reason);

  // For the next send_barrier(). kFirst: it is the first that waits for that.
  enum class Waiting : std::uint8_t { kFirst, kMore, kRefused };
  [[nodiscard]] Waiting barrier(BarrierToken token);
  // Sends one barrier for all tokens that came since the last.
  void send_barrier();

  // Is it still there? Asks now.
  void probe();
  // What is queued is still written. The owner is told afterwards.
  void close(std::string reason) { end(Ending::kOther, std::move(reason), Farewell::kLinger); }
  // At once; exchanges are called back, the owner is not.
  void abandon();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& peer() const { return pipe_->peer(); }
  // From the time the owner is asked for the dpid.
  [[nodiscard]] const openflow::FeaturesReply& features() const { return features_; }
  [[nodiscard]] openflow::Dpid dpid() const { return features_.dpid; }
  [[nodiscard]] SwitchStats stats() const;

 private:
  enum class Farewell : std::uint8_t { kLinger, kAbrupt };

  // MessagePipe::User
  void on_bytes() override { keep_alive_.heard(); }
  void on_frame(ByteSpan frame) override;
  void on_turn_end() override;
  void on_partial(ByteSpan start) override;
  void on_bad_framing(ByteSpan start) override;
  void on_lost(const std::string& reason) override { end(Ending::kOther, reason, Farewell::kAbrupt); }

  void on_handshake(const openflow::Message& message);
  void on_up();
  void on_message(openflow::Envelope& envelope, ByteSpan frame);
  void on_undecodable(ByteSpan frame, const openflow::DecodeError& error);
  void on_bad_message(const std::string& what);

  void end_for_overflow();
  bool transmit(const openflow::Message& message, openflow::Xid xid);
  // What the peer has provoked: only as long as it also reads, lest it fill our memory with echoes of itself.
  void reply(const openflow::Message& message, openflow::Xid xid);
  // OFPET_BAD_REQUEST with this code, in answer to `frame`.
  void send_bad_request(std::uint16_t code, ByteSpan frame);

  void end(Ending ending, std::string reason, Farewell farewell);
  void report_end();
  void gone();

  // Makes sure that on_timer() is called by then.
  void wake_by(TimePoint when);
  void on_timer();

  boost::asio::io_context& io_;
  std::shared_ptr<const Options> options_;
  std::shared_ptr<PeerLog> log_;
  ConnectionOwner* owner_;  // null: abandoned
  std::shared_ptr<MessagePipe> pipe_;

  State state_ = State::kAwaitingHello;
  TimePoint handshake_deadline_{};
  openflow::FeaturesReply features_;
  Ending ending_ = Ending::kOther;
  bool was_up_ = false;
  std::string end_reason_;

  KeepAlive keep_alive_;
  ExchangeTable exchanges_;
  std::uint32_t next_bundle_ = 1;
  Barrier* open_barrier_ = nullptr;  // in exchanges_, not sent yet
  openflow::Xid open_barrier_xid_;
  std::size_t barrier_tokens_ = 0;  // waiting, sent or not
  std::uint8_t holds_ = 0;

  Timer timer_;
  TimePoint timer_set_for_ = TimePoint::max();

  std::chrono::system_clock::time_point up_since_{};
  MessageCounts messages_in_{};
  std::uint64_t bundled_flow_mods_out_ = 0;
  std::uint64_t bundles_committed_ = 0;
  std::uint64_t bundles_failed_ = 0;
  std::uint64_t bad_messages_ = 0;
  std::uint64_t stray_replies_ = 0;
};

}  // namespace dcportals::channel
