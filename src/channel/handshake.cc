// See handshake.h. One function a state.
#include "channel/handshake.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "openflow/format.h"

namespace dcportals::channel {

namespace of = openflow;

namespace {

constexpr std::uint16_t kErrorHelloFailed = 0;   // OFPET_HELLO_FAILED
constexpr std::uint16_t kHelloIncompatible = 0;  // OFPHFC_INCOMPATIBLE

std::string version_name(std::uint8_t version) {
  if (version >= 1 && version <= 6) return fmt::format("1.{}", version - 1);
  return fmt::format("version {:#x}", version);
}

std::string offered_versions(const of::Hello& hello) {
  if (hello.versions.empty()) return version_name(hello.version);
  std::string text;
  for (std::uint8_t version : hello.versions) text += (text.empty() ? "" : ", ") + version_name(version);
  return text;
}

// The peer's words, for our log: printable characters only, and not many.
std::string printable(ByteSpan bytes) {
  constexpr std::size_t kMost = 100;
  std::string text;
  for (std::uint8_t byte : bytes.first(std::min(bytes.size(), kMost))) {
    text += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
  }
  return text;
}

HandshakeStep refuse(std::string why) {
  return {State::kClosing, {}, std::move(why)};
}

HandshakeStep refused_by_switch(const of::ErrorMessage& error) {
  // Only the text of a failed hello is meant to be read; other errors carry the message that failed.
  const std::string text = error.type == kErrorHelloFailed ? printable(error.data) : std::string();
  return refuse(fmt::format("the switch refused the handshake: {} {}", of::error_name(error.type, error.code), text));
}

HandshakeStep on_hello(const of::Hello& hello) {
  if (negotiate_version(hello)) return {State::kAwaitingFeatures, {of::FeaturesRequest{}}, {}};
  const std::string text = fmt::format("dcportals speaks OpenFlow {} only; this switch offers {}", version_name(of::kVersion13),
                                       offered_versions(hello));
  of::ErrorMessage error{kErrorHelloFailed, kHelloIncompatible, std::nullopt, Bytes(text.begin(), text.end())};
  return {State::kClosing, {std::move(error)}, text};
}

HandshakeStep on_features(const of::FeaturesReply& features) {
  if (features.auxiliary_id != 0) {
    return refuse(fmt::format("auxiliary connections are not used (auxiliary_id={})", features.auxiliary_id));
  }
  // Whole packets in packet-ins; the barrier tells that the switch has taken it.
  return {State::kAwaitingBarrier, {of::SetConfig{}, of::BarrierRequest{}}, {}};
}

}  // namespace

of::Hello our_hello() {
  return {of::kVersion13, {of::kVersion13}};
}

std::optional<std::uint8_t> negotiate_version(const of::Hello& theirs) {
  const std::uint8_t common =
      theirs.versions.empty()
          ? std::min(theirs.version, of::kVersion13)
          : (std::ranges::find(theirs.versions, of::kVersion13) != theirs.versions.end() ? of::kVersion13 : std::uint8_t{0});
  if (common == of::kVersion13) return common;
  return std::nullopt;
}

HandshakeStep handshake_step(State state, const of::Message& message) {
  if (const auto* error = std::get_if<of::ErrorMessage>(&message)) return refused_by_switch(*error);
  const auto* hello = std::get_if<of::Hello>(&message);
  if (state == State::kAwaitingHello) {
    return hello ? on_hello(*hello) : refuse(fmt::format("first message is {}, not a hello", of::type_name(message)));
  }
  if (hello) return refuse("a second hello");
  if (state == State::kAwaitingFeatures) {
    if (const auto* features = std::get_if<of::FeaturesReply>(&message)) return on_features(*features);
  }
  if (state == State::kAwaitingBarrier && std::holds_alternative<of::BarrierReply>(message)) return {State::kUp, {}, {}};
  return {state, {}, {}};
}

}  // namespace dcportals::channel
