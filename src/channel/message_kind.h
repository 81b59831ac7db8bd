// What a message is to a conversation: who may send it, and what answers it. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_io.h"
#include "openflow/message.h"

namespace dcportals::channel {

// Of a message from an established switch.
enum class Kind : std::uint8_t {
  kAsync,      // sent unasked; for the Handler
  kReply,      // an answer
  kMisplaced,  // only controllers send it, or only at the beginning
  kUnknownType,
};

[[nodiscard]] Kind kind_of(const openflow::Message& message);

// By its header: OFPT_PACKET_IN, or NXT_PACKET_IN2 of Open vSwitch 3.1's nicira-ext.h. The rest may be anything.
[[nodiscard]] bool looks_like_packet_in(ByteSpan message);

// Whether a message is the answer (or one part of it) to a request.
using AnswerTest = bool (*)(const openflow::Message&);
// The test for answers to `request`; nullopt: it has none but an error.
[[nodiscard]] std::optional<AnswerTest> answer_test(const openflow::Message& request);

// OFPMPF_REPLY_MORE.
[[nodiscard]] bool more_follows(const openflow::Message& reply);

}  // namespace dcportals::channel
