// Bundles: ONF extension 230 to OpenFlow 1.3, as Open vSwitch 3.1 implements it.
//
// The message inside a bundle-add is framed, not decoded: whoever wants to know it calls decode() on it. Its xid is the outer
// one's, which codec.cc sees to.
#include "openflow/message_codec.h"

namespace dcportals::openflow {

using enum DecodeErrorCode;

bool decode_body(ByteReader& in, BundleControl& out, Fault& fault) {
  out.bundle_id = BundleId(in.u32());
  const std::size_t at = in.offset();
  const std::uint16_t type = in.u16();
  out.flags = in.u16();
  if (type > static_cast<std::uint16_t>(BundleControlType::kDiscardReply))
    return fault.raise(kBadValue, at, "bundle control type");
  out.type = static_cast<BundleControlType>(type);
  if (in.ok() && !in.empty()) return fault.raise(kUnsupported, in.offset(), "bundle properties");
  return true;
}

void encode_body(const BundleControl& m, WireWriter& out) {
  out.u32(m.bundle_id.value());
  out.u16(static_cast<std::uint16_t>(m.type));
  out.u16(m.flags);
}

bool decode_body(ByteReader& in, BundleAdd& out, Fault& fault) {
  out.bundle_id = BundleId(in.u32());
  in.skip(2);
  out.flags = in.u16();
  if (!in.ok()) return fault.truncated(in, "bundle-add");
  const std::size_t at = in.offset();
  ByteReader whole = in;
  const ByteSpan rest = whole.rest();
  if (rest.size() < kHeaderSize) return fault.truncated(whole, "message in a bundle-add");
  const std::size_t length = load_be<std::uint16_t>(rest.data() + 2);
  if (length < kHeaderSize) return fault.raise(kBadLength, at, "length of the message in a bundle-add");
  const ByteSpan message = in.take(length);
  if (!in.ok()) return fault.truncated(whole, "message in a bundle-add");
  if (in.remaining() > padding(length)) return fault.raise(kUnsupported, in.offset(), "bundle properties");
  in.skip(in.remaining());
  out.message.assign(message.begin(), message.end());
  return true;
}

void encode_body(const BundleAdd& m, WireWriter& out) {
  out.u32(m.bundle_id.value());
  out.zeros(2);
  out.u16(m.flags);
  out.bytes(m.message);
}

}  // namespace dcportals::openflow
