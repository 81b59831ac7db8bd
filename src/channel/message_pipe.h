// Whole OpenFlow messages over a stream: cut out of what is received, gathered into what is sent, held back in both directions.
//
// Receiving: one message after the other goes to the User, so many in a turn so that other connections get theirs; nothing is
// read while messages lie unhandled, while the pipe is held, or when the peer sends faster than it may, so that in the end TCP
// holds the peer back. Sending: what is queued within one turn goes out in one write; a peer that reads too slowly ends the pipe.
// Made by Connection (and by fake switches); alive while an operation is under way. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "channel/inbox.h"
#include "channel/outbox.h"
#include "channel/rate.h"
#include "channel/stats.h"
#include "channel/transport.h"
#include "openflow/message.h"

namespace dcportals::channel {

class MessagePipe : public std::enable_shared_from_this<MessagePipe> {
 public:
  struct Limits {
    std::size_t max_send_queue_bytes;
    Clock::duration send_stall_timeout;
    std::uint32_t max_messages_per_second;  // 0: any
    std::size_t messages_per_turn;
  };

  // Each may call the pipe.
  class User {
   public:
    virtual ~User() = default;
    // Some bytes came.
    virtual void on_bytes() = 0;
    // One message, valid during the call.
    virtual void on_frame(ByteSpan frame) = 0;
    // The beginning of a message, for a look at its header before the rest of it is waited for.
    virtual void on_partial(ByteSpan start) = 0;
    // A length that cannot be: where the next message begins is unknown. The user finishes or closes the pipe.
    virtual void on_bad_framing(ByteSpan start) = 0;
    // After one or more on_frame(): others get their turn now, or bytes are waited for. Not after the pipe was closed.
    virtual void on_turn_end() {}
    // The stream has ended; the pipe is closed.
    virtual void on_lost(const std::string& reason) = 0;
  };

  enum class Sent : std::uint8_t { kQueued, kFull, kTooLarge };

  MessagePipe(boost::asio::io_context& io, std::unique_ptr<Stream> stream, const Limits& limits, User& user);

  void start() { read(); }
  // kFull: does not fit into the queue now. kTooLarge: does not fit into any message.
  [[nodiscard]] Sent send(const openflow::Message& message, openflow::Xid xid);
  // Throws std::invalid_argument when the lengths in their headers do not add up.
  [[nodiscard]] Sent send(ByteSpan encoded_messages);
  // Any bytes, uncounted: for fake switches that misbehave.
  [[nodiscard]] Sent send_raw(ByteSpan bytes);

  // Stops and resumes handing out messages.
  void hold();
  void release();
  // Bytes are being waited for; false while messages lie unhandled.
  [[nodiscard]] bool reading() const { return reading_; }

  // Hands out nothing more, writes what is queued, waits for the peer to close, at most for `linger`, then closes and calls
  // `closed`.
  void finish(Clock::duration linger, std::function<void()> closed);
  // At once. The user will not be called any more.
  void close();

  [[nodiscard]] const std::string& peer() const { return stream_->peer(); }
  [[nodiscard]] std::size_t send_queue_bytes() const { return outbox_.size(); }
  // Fills in what the pipe counts.
  void add_to(SwitchStats& stats) const;

 private:
  enum class Mode : std::uint8_t { kOpen, kFinishing, kClosed };

  void read();
  void on_read(std::error_code error, std::size_t count);
  void process();
  bool hand_out_next();
  void process_soon();
  // How many messages may be handed out in one turn now.
  [[nodiscard]] std::size_t turn_size();
  void pause_for_rate();
  void write();
  void on_written(std::error_code error, std::size_t count);
  void flush_soon();
  void watch_progress();
  void lose(const std::string& reason);
  void shut();

  boost::asio::io_context& io_;
  std::unique_ptr<Stream> stream_;
  Limits limits_;
  User* user_;  // null: gone
  Mode mode_ = Mode::kOpen;

  Inbox inbox_;
  bool reading_ = false;
  bool held_ = false;
  bool process_posted_ = false;
  std::optional<TokenBucket> rate_;
  Timer throttle_timer_;

  Outbox outbox_;
  bool writing_ = false;
  bool flush_posted_ = false;
  bool sending_finished_ = false;
  bool watching_ = false;
  TimePoint last_progress_{};
  Timer progress_timer_;

  Timer linger_timer_;
  std::function<void()> closed_;

  Bytes scratch_;
  MessageCounts messages_out_{};
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::uint64_t read_pauses_ = 0;
};

// Throws std::invalid_argument unless the lengths in the headers add up.
void require_whole_messages(ByteSpan messages);

// Where a message of this type is counted.
[[nodiscard]] std::size_t count_index(std::uint8_t type);

}  // namespace dcportals::channel
