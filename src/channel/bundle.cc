// See bundle.h.
#include "channel/bundle.h"

#include <fmt/format.h>

#include <stdexcept>

#include "openflow/codec.h"
#include "openflow/format.h"

namespace dcportals::channel {

namespace of = openflow;

namespace {

constexpr std::uint32_t kFirstMessageOffset = 1;
constexpr std::uint16_t kFlags = of::kBundleAtomic | of::kBundleOrdered;

BundleError bad_message(std::size_t index, std::string text) {
  return {BundleErrorCode::kBadMessage, index, std::nullopt, fmt::format("message {}: {}", index, text)};
}

}  // namespace

std::expected<Bundle::Staging, BundleError> Bundle::stage(of::BundleId id, of::Xid first,
                                                          const std::vector<of::Message>& messages) {
  Staging staging;
  of::encode(of::BundleControl{id, of::BundleControlType::kOpenRequest, kFlags}, first, staging.encoded);
  for (std::size_t index = 0; index < messages.size(); ++index) {
    const of::Message& message = messages[index];
    const of::Xid xid(first.value() + kFirstMessageOffset + static_cast<std::uint32_t>(index));
    try {
      if (const auto* meter = std::get_if<of::MeterMod>(&message)) {
        if (meter->command == of::MeterModCommand::kDelete) {
          staging.deleted_meters.emplace_back(index, *meter);
        } else {
          of::encode(message, xid, staging.encoded);
        }
      } else if (std::holds_alternative<of::FlowMod>(message) || std::holds_alternative<of::GroupMod>(message)) {
        of::encode(of::BundleAdd{id, kFlags, of::encode(message, xid)}, xid, staging.encoded);
      } else {
        return std::unexpected(bad_message(index, fmt::format("{} has no place in a bundle", of::type_name(message))));
      }
    } catch (const std::length_error&) {
      return std::unexpected(bad_message(index, fmt::format("{} is too long", of::type_name(message))));
    }
  }
  of::encode(of::BundleControl{id, of::BundleControlType::kCloseRequest, kFlags},
             of::Xid(first.value() + kFirstMessageOffset + static_cast<std::uint32_t>(messages.size())), staging.encoded);
  return staging;
}

Bundle::Bundle(Plan plan, TimePoint now, Send send, BundleCallback callback)
    : Exchange(now + plan.timeout), plan_(std::move(plan)), send_(std::move(send)), callback_(std::move(callback)) {}

Exchange::Progress Bundle::on_message(std::uint32_t offset, of::Message& message, std::size_t, TimePoint now) {
  if (auto* error = std::get_if<of::ErrorMessage>(&message)) return on_error(offset, *error, now);
  return on_answer(offset, message, now);
}

Exchange::Progress Bundle::on_answer(std::uint32_t offset, const of::Message& message, TimePoint now) {
  if (std::holds_alternative<of::BarrierReply>(message)) {
    return offset == barrier_offset() && step_ == Step::kDeletingMeters ? Progress::kDone : Progress::kNotMine;
  }
  const auto* control = std::get_if<of::BundleControl>(&message);
  if (!control || control->bundle_id != plan_.id) return Progress::kNotMine;
  using Type = of::BundleControlType;
  if (control->type == Type::kOpenReply && offset == 0) return Progress::kWaiting;
  if (control->type == Type::kCloseReply && offset == close_offset() && step_ == Step::kStaging) return on_staged(now);
  if (control->type == Type::kCommitReply && offset == commit_offset() && step_ == Step::kCommitting) return on_committed(now);
  if (control->type == Type::kDiscardReply && offset == discard_offset() && step_ == Step::kDiscarding) return Progress::kDone;
  return Progress::kNotMine;
}

Exchange::Progress Bundle::on_error(std::uint32_t offset, of::ErrorMessage& error, TimePoint now) {
  const auto code = step_ == Step::kDeletingMeters ? BundleErrorCode::kMetersLeft : BundleErrorCode::kRefused;
  std::string text = fmt::format("the switch refused: {}", of::error_name(error.type, error.code));
  note(code, offset, std::move(error), std::move(text));
  switch (step_) {
    case Step::kStaging:
      return offset == close_offset() ? on_staged(now) : Progress::kWaiting;
    case Step::kCommitting:
      return offset == commit_offset() ? Progress::kDone : Progress::kWaiting;
    case Step::kDiscarding:
      return offset == discard_offset() ? Progress::kDone : Progress::kWaiting;
    case Step::kDeletingMeters:
      return offset == barrier_offset() ? Progress::kDone : Progress::kWaiting;
  }
  return Progress::kWaiting;
}

Exchange::Progress Bundle::on_undecodable(std::uint32_t offset, const std::string& why, TimePoint now) {
  switch (step_) {
    case Step::kStaging:
      note(BundleErrorCode::kRefused, offset, std::nullopt, why);
      return offset == close_offset() ? on_staged(now) : Progress::kWaiting;
    case Step::kCommitting:
      note(BundleErrorCode::kUnknown, offset, std::nullopt, why);
      return offset == commit_offset() ? Progress::kDone : Progress::kWaiting;
    case Step::kDiscarding:
      return offset == discard_offset() ? Progress::kDone : Progress::kWaiting;
    case Step::kDeletingMeters:
      note(BundleErrorCode::kMetersLeft, offset, std::nullopt, why);
      return offset == barrier_offset() ? Progress::kDone : Progress::kWaiting;
  }
  return Progress::kWaiting;
}

Exchange::Progress Bundle::on_staged(TimePoint now) {
  if (error_) {
    enter(Step::kDiscarding, now);
    send_control(of::BundleControlType::kDiscardRequest, discard_offset());
  } else {
    enter(Step::kCommitting, now);
    send_control(of::BundleControlType::kCommitRequest, commit_offset());
  }
  return Progress::kWaiting;
}

Exchange::Progress Bundle::on_committed(TimePoint now) {
  if (error_) {
    // An error during the commit and yet success: not what a bundle is. Only a look at the flows can tell.
    error_->code = BundleErrorCode::kUnknown;
    return Progress::kDone;
  }
  if (plan_.deleted_meters.empty()) return Progress::kDone;
  enter(Step::kDeletingMeters, now);
  for (const auto& [index, meter] : plan_.deleted_meters)
    send_(meter, xid(kFirstMessageOffset + static_cast<std::uint32_t>(index)));
  send_(of::BarrierRequest{}, xid(barrier_offset()));
  return Progress::kWaiting;
}

void Bundle::on_end(End end, const std::string& why) {
  const bool timed_out = end == End::kTimeout;
  switch (step_) {
    case Step::kStaging:
      if (timed_out) send_control(of::BundleControlType::kDiscardRequest, discard_offset());
      if (!error_) {
        error_ = BundleError{timed_out ? BundleErrorCode::kTimeout : BundleErrorCode::kDisconnected, {}, {}, why};
      }
      break;
    case Step::kCommitting:
      if (!error_) error_ = BundleError{BundleErrorCode::kUnknown, {}, {}, fmt::format("the commit was not answered: {}", why)};
      error_->code = BundleErrorCode::kUnknown;
      break;
    case Step::kDiscarding:
      break;  // why it was discarded is known
    case Step::kDeletingMeters:
      if (!error_) error_ = BundleError{BundleErrorCode::kMetersLeft, {}, {}, why};
      break;
  }
}

void Bundle::complete() {
  if (error_) {
    callback_(std::unexpected(std::move(*error_)));
  } else {
    callback_({});
  }
}

void Bundle::send_control(of::BundleControlType type, std::uint32_t offset) {
  send_(of::BundleControl{plan_.id, type, kFlags}, xid(offset));
}

void Bundle::enter(Step step, TimePoint now) {
  step_ = step;
  set_deadline(now + plan_.timeout);
}

void Bundle::note(BundleErrorCode code, std::uint32_t offset, std::optional<of::ErrorMessage> error, std::string text) {
  if (error_) return;
  std::optional<std::size_t> index;
  if (offset >= kFirstMessageOffset && offset < close_offset()) index = offset - kFirstMessageOffset;
  if (index) text = fmt::format("message {}: {}", *index, text);
  error_ = BundleError{code, index, std::move(error), std::move(text)};
}

}  // namespace dcportals::channel
