// The commands that ask nobody: the pipeline's declaration, and the completion scripts.
#include "ctl/commands.h"
#include "ctl/session.h"
#include "ctl/shells.h"
#include "pipeline/render.h"

namespace dcportals::ctl {
namespace {

using enum ValueType;
using enum Count;

constexpr ArgSpec kPipeline[] = {
    {"--md", kNone, kOptional, "As Markdown: doc/pipeline.md"},
    {"--dot", kNone, kOptional, "As a picture, for Graphviz"},
};
constexpr ArgSpec kCompletion[] = {{"SHELL", kText, kOne, "bash, zsh or fish", "", "bash|zsh|fish"}};

Outcome pipeline_text(Session& session, const Arguments& arguments) {
  if (arguments.has("--md") && arguments.has("--dot")) return fail(ExitCode::kUsage, "--md and --dot exclude each other");
  session.output.print(arguments.has("--md")    ? pipeline::render_markdown()
                       : arguments.has("--dot") ? pipeline::render_dot()
                                                : pipeline::render_text());
  return ExitCode::kOk;
}

Outcome completion(Session& session, const Arguments& arguments) {
  session.output.print(completion_script(arguments.text("SHELL")));
  return ExitCode::kOk;
}

constexpr CommandSpec kCommands[] = {
    {"pipeline", "Prints the tables that every switch has, their rules, and why they drop.", kPipeline,
     "dcportalctl pipeline | less\ndcportalctl pipeline --dot | dot -Tsvg >pipeline.svg", pipeline_text,
     "From the program itself: asks no daemon.", true},
    {"completion",
     "Prints a script that completes commands, options and names of objects.",
     kCompletion,
     "source <(dcportalctl completion bash)\n"
     "dcportalctl completion bash >/etc/bash_completion.d/dcportalctl\n"
     "dcportalctl completion zsh >/usr/local/share/zsh/site-functions/_dcportalctl\n"
     "dcportalctl completion fish >~/.config/fish/completions/dcportalctl.fish",
     completion,
     {},
     true},
};

}  // namespace

std::span<const CommandSpec> local_commands() {
  return kCommands;
}

}  // namespace dcportals::ctl
