// Names of the ways to fail, for logs and errors.
#include "channel/result.h"

namespace dcportals::channel {

const char* to_string(RequestErrorCode code) {
  switch (code) {
    case RequestErrorCode::kNoSwitch:
      return "no_switch";
    case RequestErrorCode::kQueueFull:
      return "queue_full";
    case RequestErrorCode::kTooLarge:
      return "too_large";
    case RequestErrorCode::kRefused:
      return "refused";
    case RequestErrorCode::kBadReply:
      return "bad_reply";
    case RequestErrorCode::kTimeout:
      return "timeout";
    case RequestErrorCode::kDisconnected:
      return "disconnected";
  }
  return "?";
}

const char* to_string(BundleErrorCode code) {
  switch (code) {
    case BundleErrorCode::kNoSwitch:
      return "no_switch";
    case BundleErrorCode::kQueueFull:
      return "queue_full";
    case BundleErrorCode::kBadMessage:
      return "bad_message";
    case BundleErrorCode::kRefused:
      return "refused";
    case BundleErrorCode::kTimeout:
      return "timeout";
    case BundleErrorCode::kDisconnected:
      return "disconnected";
    case BundleErrorCode::kMetersLeft:
      return "meters_left";
    case BundleErrorCode::kUnknown:
      return "unknown";
  }
  return "?";
}

}  // namespace dcportals::channel
