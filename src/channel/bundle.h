// One bundle: flow and group mods that a switch applies all or none (ONF EXT-230, which became OpenFlow 1.4 section 6.8).
//
// Open vSwitch (seen on 3.1) checks a message when it is added and again when the bundle is committed. One that it refuses when
// added is answered with an error and *left out*: a commit would then apply the others, and half a bundle is what we must never
// have. So a bundle goes in two steps: open, add all, close; and only when the close is answered and no error came before it,
// commit. Else discard. (An error found by the commit undoes the whole bundle, as it should.)
//
// Open vSwitch refuses meter mods in bundles. Meters that are added or modified are therefore sent while the bundle is staged,
// before any flow can refer to them, and meters that are deleted follow the commit, when no flow refers to them any more.
//
// Made by Connection. See exchange.h.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_io.h"
#include "channel/exchange.h"
#include "channel/result.h"
#include "openflow/message.h"

namespace dcportals::channel {

class Bundle : public Exchange {
 public:
  using Send = std::function<void(const openflow::Message&, openflow::Xid)>;

  // Messages and their xids from `first`: open, the messages in order, close, commit, discard, barrier.
  static constexpr std::uint32_t kXidsBesideMessages = 5;

  // What to send first, encoded, and the meters to delete last, with their index.
  struct Staging {
    Bytes encoded;
    std::vector<std::pair<std::size_t, openflow::MeterMod>> deleted_meters;
  };
  // An error: one of the messages has no place here.
  [[nodiscard]] static std::expected<Staging, BundleError> stage(openflow::BundleId id, openflow::Xid first,
                                                                 const std::vector<openflow::Message>& messages);

  struct Plan {
    openflow::BundleId id;
    openflow::Xid first;
    std::size_t messages;
    std::vector<std::pair<std::size_t, openflow::MeterMod>> deleted_meters;
    Clock::duration timeout;  // for each of the steps
  };
  // To be made when Staging::encoded is on its way. `send` for what follows; it must outlive the exchange.
  Bundle(Plan plan, TimePoint now, Send send, BundleCallback callback);

  [[nodiscard]] Progress on_message(std::uint32_t offset, openflow::Message& message, std::size_t size, TimePoint now) override;
  [[nodiscard]] Progress on_undecodable(std::uint32_t offset, const std::string& why, TimePoint now) override;
  void on_end(End end, const std::string& why) override;
  void complete() override;

 private:
  enum class Step : std::uint8_t { kStaging, kCommitting, kDiscarding, kDeletingMeters };

  // Offsets of xids from plan_.first.
  [[nodiscard]] std::uint32_t close_offset() const { return static_cast<std::uint32_t>(plan_.messages) + 1; }
  [[nodiscard]] std::uint32_t commit_offset() const { return close_offset() + 1; }
  [[nodiscard]] std::uint32_t discard_offset() const { return close_offset() + 2; }
  [[nodiscard]] std::uint32_t barrier_offset() const { return close_offset() + 3; }

  // An error to the message at `offset`, or its answer.
  Progress on_error(std::uint32_t offset, openflow::ErrorMessage& error, TimePoint now);
  Progress on_answer(std::uint32_t offset, const openflow::Message& message, TimePoint now);
  Progress on_staged(TimePoint now);
  Progress on_committed(TimePoint now);
  void send_control(openflow::BundleControlType type, std::uint32_t offset);
  void enter(Step step, TimePoint now);
  void note(BundleErrorCode code, std::uint32_t offset, std::optional<openflow::ErrorMessage> error, std::string text);
  [[nodiscard]] openflow::Xid xid(std::uint32_t offset) const { return openflow::Xid(plan_.first.value() + offset); }

  Plan plan_;
  Send send_;
  BundleCallback callback_;
  Step step_ = Step::kStaging;
  std::optional<BundleError> error_;  // the first
};

}  // namespace dcportals::channel
