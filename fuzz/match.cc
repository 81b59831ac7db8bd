// Any bytes as an ofp_match: strict and lenient decoding, the same value after encoding, and text that parses back.
#include "openflow/match.h"

#include "openflow/oxm.h"
#include "openflow/parse.h"
#include "require.h"

using namespace dcportals;
using namespace dcportals::openflow;

namespace {

void check_text(const Match& match) {
  const std::string text = match.format();
  const auto parsed = parse_match(text);
  require(parsed.has_value(), "the text of a match parses");
  require(parsed->format() == text, "the text of a match is canonical");
}

void check(ByteSpan bytes, UnknownFields unknown) {
  Match match;
  Fault fault;
  ByteReader in(bytes);
  if (!decode_match(in, match, fault, unknown)) {
    require(fault.raised(), "a failure has a reason");
    return;
  }
  const Bytes encoded = written_by([&](WireWriter& out) { encode_match(match, out); });
  Match again;
  ByteReader back(encoded);
  require(decode_match(back, again, fault, unknown), "what we encode decodes");
  require(back.empty() && again == match, "what we encode decodes to the same match");
  if (unknown == UnknownFields::kRefuse) check_text(match);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check({data, size}, UnknownFields::kRefuse);
  check({data, size}, UnknownFields::kSkip);
  return 0;
}
