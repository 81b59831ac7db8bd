// The golden messages of testdata/*.golden, for this module's tests. (fuzz/make_seeds reads them too.)
//
// A record is: "== name flag...", the bytes in hexadecimal on one or more lines, and lines "| text" which together are what
// format() gives and, unless a flag says otherwise, what `ovs-ofctl ofp-print` prints. Flags:
//   more       ovs-ofctl goes on behind our text: a payload's dump or a packet's headers
//   rewritten  we encode the value differently from the bytes, for a reason told above the record; the text is of what we encode
//   ours       the text is ours alone
// Lines that begin with '#' are comments.
#pragma once

#include <string>
#include <vector>

#include "base/byte_io.h"

namespace dcportals::openflow {

struct Golden {
  std::string name;
  Bytes bytes;
  std::string text;
  bool more = false;
  bool rewritten = false;
  bool ours = false;
};

// Throws when a file is missing or malformed. The tests' working directory is this folder.
[[nodiscard]] const std::vector<Golden>& goldens();
// Throws for a name that there is not.
[[nodiscard]] const Golden& golden(const std::string& name);

}  // namespace dcportals::openflow
