// What a running command works with. Made by `run`, one a run; one thread.
#pragma once

#include <iosfwd>

#include "ctl/api.h"
#include "ctl/output.h"

namespace dcportals::ctl {

struct Session {
  Api& api;
  Output& output;
  std::istream& in;
};

}  // namespace dcportals::ctl
