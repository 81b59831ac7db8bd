// doc/rpc.md, printed from the declarations: methods, parameters, examples, error codes. A test compares the file with this
// print.
#pragma once

#include <string>

namespace dcportals::rpc {

[[nodiscard]] std::string render_markdown();

}  // namespace dcportals::rpc
