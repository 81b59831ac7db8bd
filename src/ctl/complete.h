// What may stand next on a command line: the answer to the shells' completion scripts (shells.h).
//
// `dcportalctl __complete WORD...` prints it, a candidate a line, with a tab before its description; ":files" alone asks the
// shell to complete a file's name. complete() is pure; run_completion() also asks the daemon for the names of objects, briefly,
// and says nothing when it cannot.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/command.h"
#include "ctl/environment.h"
#include "ctl/exit_code.h"
#include "ctl/object_kind.h"

namespace dcportals::ctl {

inline constexpr std::string_view kCompleteWord = "__complete";

struct Candidate {
  std::string text;
  std::string help;
};

struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;
  std::optional<ObjectKind> objects;  // set: names of these, too
  Arguments globals;                  // those that stand on the line already: they say which daemon to ask
};

// `words` without the program's name; the last is the one to complete, and may be empty.
[[nodiscard]] Completion complete(std::span<const std::string> words);

[[nodiscard]] ExitCode run_completion(const Environment& environment);

}  // namespace dcportals::ctl
