// What a switch sends, from bytes to exchanges and the owner. See connection.h; sending and time are in connection.cc.
//
// A peer is trusted with nothing: whatever it sends is answered, counted or ends the connection, and never more than a line of
// log.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "channel/connection.h"
#include "channel/handshake.h"
#include "channel/message_kind.h"
#include "openflow/format.h"

namespace dcportals::channel {

namespace of = openflow;

namespace {

// Section 7.4.4.
constexpr std::uint8_t kTypeHello = 0;
constexpr std::uint8_t kTypeError = 1;
constexpr std::uint16_t kErrorBadRequest = 1;  // OFPET_BAD_REQUEST
constexpr std::uint16_t kBadVersion = 0;       // OFPBRC_BAD_VERSION
constexpr std::uint16_t kBadType = 1;          // OFPBRC_BAD_TYPE
constexpr std::uint16_t kBadLength = 6;        // OFPBRC_BAD_LEN
constexpr std::size_t kErrorDataBytes = 64;
// A hello lists versions; nobody has that many.
constexpr std::size_t kMaxHelloBytes = 1024;
// Replies to what a peer sends unasked wait in no longer a queue than this.
constexpr std::size_t kMaxQueueForReplies = 1 << 20;

of::Xid xid_of(ByteSpan frame) {
  return of::Xid(load_be<std::uint32_t>(frame.data() + 4));
}

}  // namespace

void Connection::on_partial(ByteSpan start) {
  const auto self = shared_from_this();
  if (start.size() < 4) return;  // the length is not there yet
  const std::size_t length = load_be<std::uint16_t>(start.data() + 2);
  if (state_ == State::kAwaitingHello) {
    if (start[1] != kTypeHello || length > kMaxHelloBytes) end(Ending::kOther, "first bytes are not a hello", Farewell::kLinger);
  } else if (start[0] != of::kVersion13) {
    send_bad_request(kBadVersion, start);
    end(Ending::kOther, fmt::format("not OpenFlow 1.3: version byte {:#x}", start[0]), Farewell::kLinger);
  }
}

void Connection::on_bad_framing(ByteSpan start) {
  const auto self = shared_from_this();
  if (state_ != State::kAwaitingHello) send_bad_request(kBadLength, start);
  end(Ending::kOther, "a message shorter than its header", Farewell::kLinger);
}

void Connection::on_frame(ByteSpan frame) {
  ++messages_in_[count_index(frame[1])];
  if (state_ == State::kUp && looks_like_packet_in(frame) && owner_->on_packet_in(*this, frame)) return;
  const auto self = shared_from_this();  // a handler may stop the server
  auto envelope = of::decode(frame);
  if (!envelope) return on_undecodable(frame, envelope.error());
  if (state_ == State::kAwaitingHello) return on_handshake(envelope->message);
  if (auto* echo = std::get_if<of::EchoRequest>(&envelope->message)) {
    reply(of::EchoReply{std::move(echo->data)}, envelope->xid);
  } else if (state_ == State::kUp) {
    on_message(*envelope, frame);
  } else {
    on_handshake(envelope->message);
  }
}

void Connection::on_turn_end() {
  if (state_ == State::kUp) owner_->on_turn_end(*this);
}

void Connection::on_handshake(const of::Message& message) {
  const HandshakeStep step = handshake_step(state_, message);
  if (step.next == State::kAwaitingBarrier && state_ == State::kAwaitingFeatures) {
    features_ = std::get<of::FeaturesReply>(message);
    if (!owner_->claim(features_.dpid, *this)) {
      return end(Ending::kDuplicate, fmt::format("dpid {:016x} is connected already", dpid().value()), Farewell::kLinger);
    }
  }
  for (const of::Message& next : step.send) transmit(next, exchanges_.allocate());
  if (step.next == State::kClosing) return end(Ending::kOther, step.refusal, Farewell::kLinger);
  if (state_ >= State::kClosing) return;
  state_ = step.next;
  if (state_ == State::kUp) on_up();
}

void Connection::on_up() {
  up_since_ = std::chrono::system_clock::now();
  keep_alive_.start(Clock::now());
  wake_by(keep_alive_.next());
  owner_->on_up(*this);
}

void Connection::on_message(of::Envelope& envelope, ByteSpan frame) {
  const TimePoint now = Clock::now();
  if (exchanges_.on_message(envelope, frame.size(), now)) return;
  if (const auto* echo = std::get_if<of::EchoReply>(&envelope.message)) return keep_alive_.on_reply(echo->data, now);
  switch (kind_of(envelope.message)) {
    case Kind::kAsync:
      return owner_->on_message(*this, envelope);
    case Kind::kReply:
      ++stray_replies_;
      return;
    case Kind::kMisplaced:
    case Kind::kUnknownType:
      send_bad_request(kBadType, frame);
      return on_bad_message(fmt::format("{} has no place here", of::type_name(envelope.message)));
  }
}

void Connection::on_undecodable(ByteSpan frame, const of::DecodeError& error) {
  const std::string what =
      fmt::format("type {}: {} at byte {}: {}", frame[1], of::to_string(error.code), error.offset, error.text);
  if (state_ == State::kAwaitingHello) return end(Ending::kOther, "a bad hello: " + what, Farewell::kLinger);
  if (error.code == of::DecodeErrorCode::kBadVersion) {
    send_bad_request(kBadVersion, frame);
    return end(Ending::kOther, what, Farewell::kLinger);
  }
  const bool answered = state_ == State::kUp && exchanges_.on_undecodable(xid_of(frame), what, Clock::now());
  // What we merely do not know is our lack, not the switch's fault.
  if (error.code == of::DecodeErrorCode::kUnsupported) {
    log_->warn("event=unsupported_message peer={} dpid={:016x} what=\"{}\"", peer(), dpid().value(), what);
    return;
  }
  const bool wrong_length = error.code == of::DecodeErrorCode::kTruncated || error.code == of::DecodeErrorCode::kBadLength;
  if (wrong_length && !answered) send_bad_request(kBadLength, frame);
  on_bad_message(what);
}

void Connection::on_bad_message(const std::string& what) {
  ++bad_messages_;
  log_->warn("event=bad_message peer={} dpid={:016x} what=\"{}\"", peer(), dpid().value(), what);
  if (bad_messages_ > options_->max_bad_messages) {
    end(Ending::kOther, fmt::format("{} bad messages, the last: {}", bad_messages_, what), Farewell::kLinger);
  }
}

void Connection::reply(const of::Message& message, of::Xid xid) {
  if (pipe_->send_queue_bytes() < kMaxQueueForReplies) transmit(message, xid);
}

void Connection::send_bad_request(std::uint16_t code, ByteSpan frame) {
  if (frame.size() < of::kHeaderSize || frame[1] == kTypeError) return;  // an error is never answered with an error
  const ByteSpan quoted = frame.first(std::min(frame.size(), kErrorDataBytes));
  reply(of::ErrorMessage{kErrorBadRequest, code, std::nullopt, Bytes(quoted.begin(), quoted.end())}, xid_of(frame));
}

}  // namespace dcportals::channel
