// How a request or a bundle can fail.
//
// For callers the question is always "what does the switch have now?", so each code says it. Values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "openflow/message.h"

namespace dcportals::channel {

enum class RequestErrorCode : std::uint8_t {
  kNoSwitch,      // not connected: nothing was sent
  kQueueFull,     // does not fit into the switch's send queue now: nothing was sent
  kTooLarge,      // the request does not fit into one OpenFlow message: nothing was sent; or the answer passed max_reply_bytes
  kRefused,       // the switch answered with an error, see `error`
  kBadReply,      // the answer could not be decoded
  kTimeout,       // no whole answer in time; a request that changes something may have done so
  kDisconnected,  // the connection ended first; a request that changes something may have done so
};

enum class BundleErrorCode : std::uint8_t {
  kNoSwitch,      // not connected: nothing was sent
  kQueueFull,     // does not fit into the switch's send queue now: nothing was sent
  kBadMessage,    // `index` is not a flow, group or meter mod or does not fit into one OpenFlow message: nothing was sent
  kRefused,       // the switch refused message `index` or the bundle itself: nothing was applied
  kTimeout,       // no answer before the commit was sent: nothing was applied
  kDisconnected,  // the connection ended before the commit was sent: nothing was applied
  kMetersLeft,    // committed, but message `index`, which deletes a meter, was refused or not answered: the meter may still be
                  // there
  kUnknown,       // the commit was sent and not answered: all or nothing was applied. Read the flows back
};

[[nodiscard]] const char* to_string(RequestErrorCode code);
[[nodiscard]] const char* to_string(BundleErrorCode code);

struct RequestError {
  RequestErrorCode code;
  std::optional<openflow::ErrorMessage> error;  // kRefused only
  std::string text;                             // for people
};

struct BundleError {
  BundleErrorCode code;
  std::optional<std::size_t> index;             // the first message that failed, if it was one of them
  std::optional<openflow::ErrorMessage> error;  // kRefused only
  std::string text;                             // for people
};

using RequestResult = std::expected<std::vector<openflow::Message>, RequestError>;
using BundleResult = std::expected<void, BundleError>;
using RequestCallback = std::function<void(RequestResult)>;
using BundleCallback = std::function<void(BundleResult)>;

}  // namespace dcportals::channel
