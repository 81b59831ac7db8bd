// Any bytes as one OpenFlow message: decoded to a value or an error; a value formats, and encodes to bytes that decode to the
// same value.
#include <stdexcept>

#include "openflow/codec.h"
#include "openflow/format.h"
#include "require.h"

using namespace dcportals;
using namespace dcportals::openflow;

namespace {

// Some short forms (Nicira's first controller action, packet-ins of properties) have only a longer one, so a message near the
// limit may not fit any more.
bool encode_if_it_fits(const Envelope& envelope, Bytes& out) {
  try {
    encode(envelope.message, envelope.xid, out);
    return true;
  } catch (const std::length_error&) {
    return false;
  }
}

void check(ByteSpan bytes) {
  const auto decoded = decode(bytes);
  if (!decoded) {
    require(decoded.error().offset <= bytes.size(), "an error lies inside the message");
    return;
  }
  require(!format(*decoded).empty(), "a message has a text");
  Bytes encoded;
  if (!encode_if_it_fits(*decoded, encoded)) return;
  const auto again = decode(encoded);
  require(again.has_value(), "what we encode decodes");
  require(*again == *decoded, "what we encode decodes to the same value");
  if (const auto* add = std::get_if<BundleAdd>(&decoded->message)) check(add->message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMaxMessageSize) return -1;
  check({data, size});
  // The same bytes with a header that agrees, so that mutations need not guess lengths.
  if (size >= kHeaderSize) {
    Bytes framed(data, data + size);
    framed[0] = kVersion13;
    store_be(framed.data() + 2, static_cast<std::uint16_t>(size));
    check(framed);
  }
  return 0;
}
