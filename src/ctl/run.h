// A whole run of `dcportalctl`: words in, output and an exit code out. Called by main and by tests; one thread.
#pragma once

#include "ctl/environment.h"
#include "ctl/exit_code.h"

namespace dcportals::ctl {

[[nodiscard]] ExitCode run(const Environment& environment);

}  // namespace dcportals::ctl
