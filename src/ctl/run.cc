#include "ctl/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "ctl/complete.h"
#include "ctl/help.h"
#include "ctl/output.h"
#include "ctl/parse.h"
#include "ctl/session.h"
#include "ctl/settings.h"

namespace dcportals::ctl {
namespace {

Outcome run_command(const Invocation& invocation, const Environment& environment, Output& output) {
  auto settings = invocation.command->local ? Settings() : read_settings(invocation.globals, environment);
  if (!settings) return pass(settings);
  const ProgressPlace place{.stream = environment.err, .shown = environment.err_is_terminal, .width = environment.terminal_width};
  Api api(*settings, place);
  Session session{api, output, environment.in};
  return invocation.command->run(session, invocation.arguments);
}

ExitCode finish(const Outcome& outcome, const Environment& environment, Output& output) {
  if (!outcome) {
    output.fail(outcome.error());
    return outcome.error().code;
  }
  environment.out.flush();
  if (environment.out) return *outcome;
  output.fail({ExitCode::kFailed, "cannot write the output"});
  return ExitCode::kFailed;
}

}  // namespace

ExitCode run(const Environment& environment) {
  if (!environment.words.empty() && environment.words.front() == kCompleteWord) return run_completion(environment);
  auto parsed = parse(environment.words);
  const auto* invocation = parsed ? std::get_if<Invocation>(&*parsed) : nullptr;
  const bool wants_json = std::ranges::find(environment.words, "--json") != environment.words.end();
  Output output(environment.out, environment.err,
                read_look(invocation != nullptr ? invocation->globals : Arguments(), environment), wants_json);
  if (!parsed) return finish(std::unexpected(std::move(parsed.error())), environment, output);
  if (invocation != nullptr) return finish(run_command(*invocation, environment, output), environment, output);
  if (const auto* help = std::get_if<HelpFor>(&*parsed)) {
    output.print(render_help(help->path, output.look()));
  } else {
    output.print("dcportalctl " DCPORTALS_VERSION "\n");
  }
  return finish(ExitCode::kOk, environment, output);
}

}  // namespace dcportals::ctl
