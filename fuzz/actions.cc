// Any bytes as instructions and as a list of actions: the same value after encoding, and text that parses back.
#include "openflow/action_codec.h"
#include "openflow/parse.h"
#include "require.h"

using namespace dcportals;
using namespace dcportals::openflow;

namespace {

void check_instructions(ByteSpan bytes) {
  Instructions value, again;
  Fault fault;
  ByteReader in(bytes);
  if (!decode_instructions(in, value, fault)) {
    require(fault.raised(), "a failure has a reason");
    return;
  }
  const Bytes encoded = written_by([&](WireWriter& out) { encode_instructions(value, out); });
  ByteReader back(encoded);
  require(decode_instructions(back, again, fault) && again == value, "what we encode decodes to the same instructions");
  const std::string text = value.format();
  const auto parsed = parse_instructions(text);
  require(parsed.has_value() && parsed->format() == text, "the text of instructions is canonical");
}

void check_actions(ByteSpan bytes) {
  Actions value, again;
  Fault fault;
  ByteReader in(bytes);
  if (!decode_actions(in, value, fault)) {
    require(fault.raised(), "a failure has a reason");
    return;
  }
  const Bytes encoded = written_by([&](WireWriter& out) { encode_actions(value, out); });
  ByteReader back(encoded);
  require(decode_actions(back, again, fault) && again == value, "what we encode decodes to the same actions");
  const std::string text = format(value);
  const auto parsed = parse_actions(text);
  require(parsed.has_value() && format(*parsed) == text, "the text of actions is canonical");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Lengths are 16 bits; a controller action may grow when it is encoded anew.
  if (size > 16'384) return -1;
  check_instructions({data, size});
  check_actions({data, size});
  return 0;
}
