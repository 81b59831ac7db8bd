// Any text as a flow: what parses formats to text that parses to the same flow, and encodes to bytes that decode to it.
#include <string_view>

#include "openflow/codec.h"
#include "openflow/format.h"
#include "openflow/parse.h"
#include "require.h"

using namespace dcportals;
using namespace dcportals::openflow;

namespace {

std::string text_of(const FlowMod& mod) {
  return format_flow(mod.table_id, mod.priority, mod.cookie, mod.match, mod.instructions);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4'096) return -1;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto mod = parse_flow(text);
  if (!mod) {
    require(mod.error().offset <= size && !mod.error().text.empty(), "an error has a place and a text");
    return 0;
  }
  const auto again = parse_flow(text_of(*mod));
  require(again.has_value(), "the text of a flow parses");
  require(text_of(*again) == text_of(*mod), "the text of a flow is canonical");
  const auto decoded = decode(encode(*mod, Xid(1)));
  require(decoded.has_value() && std::get<FlowMod>(decoded->message) == *mod, "a flow survives the wire");
  return 0;
}
