// See request.h.
#include "channel/request.h"

#include <fmt/format.h>

#include <utility>

#include "openflow/format.h"

namespace dcportals::channel {

namespace of = openflow;

namespace {

constexpr std::uint32_t kBarrierOffset = 1;

RequestError refusal(of::ErrorMessage& error) {
  std::string text = fmt::format("the switch refused: {}", of::error_name(error.type, error.code));
  return {RequestErrorCode::kRefused, std::move(error), std::move(text)};
}

}  // namespace

Request::Request(std::optional<AnswerTest> answer, std::size_t max_reply_bytes, TimePoint deadline, RequestCallback callback)
    : Exchange(deadline), answer_(answer), max_reply_bytes_(max_reply_bytes), callback_(std::move(callback)) {}

Exchange::Progress Request::fail(RequestError error) {
  error_ = std::move(error);
  return Progress::kDone;
}

Exchange::Progress Request::on_message(std::uint32_t offset, of::Message& message, std::size_t size, TimePoint) {
  if (auto* error = std::get_if<of::ErrorMessage>(&message)) return on_error(offset, *error);
  if (answer_) return (*answer_)(message) ? on_part(message, size) : Progress::kNotMine;
  if (offset == kBarrierOffset && std::holds_alternative<of::BarrierReply>(message)) return Progress::kDone;
  return Progress::kNotMine;
}

Exchange::Progress Request::on_error(std::uint32_t offset, of::ErrorMessage& error) {
  if (!error_) error_ = refusal(error);
  // An error to a message that a barrier follows: the barrier's reply will come, and belongs to us.
  return answer_ || offset == kBarrierOffset ? Progress::kDone : Progress::kWaiting;
}

Exchange::Progress Request::on_part(of::Message& message, std::size_t size) {
  reply_bytes_ += size;
  if (reply_bytes_ > max_reply_bytes_) {
    return fail({RequestErrorCode::kTooLarge, {}, fmt::format("the answer is longer than {} bytes", max_reply_bytes_)});
  }
  const bool more = more_follows(message);
  parts_.push_back(std::move(message));
  return more ? Progress::kWaiting : Progress::kDone;
}

Exchange::Progress Request::on_undecodable(std::uint32_t, const std::string& why, TimePoint) {
  return fail({RequestErrorCode::kBadReply, {}, why});
}

void Request::on_end(End end, const std::string& why) {
  if (error_) return;  // refused; only the barrier's reply was missing
  error_ = RequestError{end == End::kTimeout ? RequestErrorCode::kTimeout : RequestErrorCode::kDisconnected, {}, why};
}

void Request::complete() {
  if (error_) {
    callback_(std::unexpected(std::move(*error_)));
  } else {
    callback_(std::move(parts_));
  }
}

}  // namespace dcportals::channel
