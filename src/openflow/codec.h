// Bytes to OpenFlow messages and back (OpenFlow 1.3.5; experimenter: Nicira, ONF bundles).
//
// kUnsupported is no breach of the protocol: the frame is sound and the connection may go on without the message.
//
// decode() is total: any bytes give a message or an error with the offset at which it stopped making sense; it never reads
// outside its input and its memory is bounded by a small multiple of the input's size. encode() of a decoded message gives the
// same bytes, up to unspecified padding. Pure functions, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

#include "base/byte_io.h"
#include "openflow/message.h"

namespace dcportals::openflow {

enum class DecodeErrorCode : std::uint8_t {
  kTruncated,    // the structure ends before its length says
  kBadVersion,   // not 1.3 (Hello is accepted in any version)
  kBadLength,    // a length field that contradicts its content
  kBadValue,     // a value the specification forbids
  kUnsupported,  // well-formed, but a field, action or instruction that we do not know, where ignoring it would change the
                 // meaning
};

[[nodiscard]] const char* to_string(DecodeErrorCode code);

struct DecodeError {
  DecodeErrorCode code;
  std::size_t offset;  // bytes from the start of the message
  std::string text;
};

struct Envelope {
  Xid xid;
  Message message;
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// `bytes` is exactly one message, header included.
[[nodiscard]] std::expected<Envelope, DecodeError> decode(ByteSpan bytes);

// The whole length of the message that starts with these bytes, 0 if fewer than 4 are there; the header's length field, unchecked
// but for being at least a header: smaller ones give kBadLength.
[[nodiscard]] std::expected<std::size_t, DecodeError> message_length(ByteSpan start);

// Appends one message. Throws std::length_error when it would pass 65,535 bytes and std::invalid_argument when a value in it has
// no form on the wire (a load of 0 bits, a resubmit to a port over 16 bits); `out` is then as before. BundleAdd's inner xid is
// set to `xid`.
void encode(const Message& message, Xid xid, Bytes& out);
[[nodiscard]] Bytes encode(const Message& message, Xid xid);
// Appends a bundle-add around `inner`, as encode(BundleAdd) would, without a copy between. A transaction's flows go this way.
void encode_bundle_add(BundleId bundle, std::uint16_t flags, const Message& inner, Xid xid, Bytes& out);

// The strict delete of a flow that we do not understand, with the match that the switch reported (FlowStatsReply::opaque).
[[nodiscard]] Unknown delete_opaque(const OpaqueFlow& flow);

}  // namespace dcportals::openflow
