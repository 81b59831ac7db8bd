#include "ctl/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "ctl/commands.h"
#include "ctl/suggest.h"
#include "ctl/text.h"
#include "ctl/values.h"

namespace dcportals::ctl {
namespace {

struct Bound {
  const ArgSpec* arg;
  CLI::Option* option;
};

// CLI11's tree of our declarations.
class Tree {
 public:
  Tree() : root_("dcportalctl") {
    // Commands inherit both: --json may stand at the end, and we say ourselves what is one word too many.
    root_.fallthrough();
    root_.allow_extras();
    root_.require_subcommand(0, 1);
    root_.set_version_flag("--version", "");
    for (const ArgSpec& arg : global_args()) globals_.push_back(bind(root_, arg));
    for (const CommandSpec& command : commands()) {
      CLI::App& app = app_of(command.path);
      for (const ArgSpec& arg : command.args) bound_[&app].push_back(bind(app, arg));
      commands_[&app] = &command;
    }
  }

  CLI::App& root() { return root_; }
  // The innermost group or command that was named.
  [[nodiscard]] CLI::App* reached() {
    CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    return app;
  }
  [[nodiscard]] const CommandSpec* command(const CLI::App* app) const {
    const auto found = commands_.find(app);
    return found != commands_.end() ? found->second : nullptr;
  }
  // "network create"; empty for the root.
  [[nodiscard]] std::string path(const CLI::App* app) const {
    if (app == &root_) return {};
    const std::string above = path(app->get_parent());
    return above.empty() ? app->get_name() : above + ' ' + app->get_name();
  }
  [[nodiscard]] std::span<const Bound> bound(const CLI::App* app) const {
    const auto found = bound_.find(app);
    return found != bound_.end() ? std::span<const Bound>(found->second) : std::span<const Bound>();
  }
  [[nodiscard]] std::span<const Bound> globals() const { return globals_; }

 private:
  CLI::App& app_of(std::string_view path) {
    CLI::App* app = &root_;
    while (!path.empty()) {
      const auto space = path.find(' ');
      const std::string word(path.substr(0, space));
      path.remove_prefix(space == std::string_view::npos ? path.size() : space + 1);
      const auto known = app->get_subcommands([&](const CLI::App* one) { return one->get_name() == word; });
      app = known.empty() ? app->add_subcommand(word)->require_subcommand(0, 1) : known.front();
    }
    return *app;
  }

  // One value at a time, so that none swallows what stands after it; but for the words at the end of a command.
  Bound bind(CLI::App& app, const ArgSpec& arg) {
    const std::string name(arg.name);
    if (arg.type == ValueType::kNone) return {&arg, app.add_flag(name)};
    std::vector<std::string>& target = values_.emplace_back();
    CLI::Option* option = app.add_option(name, target);
    if (!arg.repeats()) option->expected(1);
    if (arg.is_option() || !arg.repeats()) option->allow_extra_args(false);
    return {&arg, option};
  }

  CLI::App root_;
  std::deque<std::vector<std::string>> values_;  // CLI11 wants a place for each option's values
  std::vector<Bound> globals_;
  std::map<const CLI::App*, std::vector<Bound>> bound_;
  std::map<const CLI::App*, const CommandSpec*> commands_;
};

std::unexpected<Failure> misused(const std::string& path, std::string text, std::string hint = {}) {
  const std::string help = fmt::format("See dcportalctl{}{} --help.", path.empty() ? "" : " ", path);
  return fail(ExitCode::kUsage, path.empty() ? std::move(text) : fmt::format("{}: {}", path, text),
              hint.empty() ? help : fmt::format("{}\n{}", hint, help));
}

std::unexpected<Failure> unexpected_word(const Tree& tree, const CLI::App* app, const std::string& word) {
  const std::string path = tree.path(app);
  if (word.starts_with('-')) {
    std::vector<std::string> names;
    for (const Bound& bound : tree.bound(app)) names.emplace_back(bound.arg->name);
    for (const Bound& bound : tree.globals()) names.emplace_back(bound.arg->name);
    std::erase_if(names, [](const std::string& name) { return !name.starts_with('-'); });
    const std::string name = word.substr(0, word.find('='));
    return misused(path, fmt::format("there is no option {}", printable(name)), suggest(name, names, "The options are"));
  }
  if (tree.command(app) != nullptr) {
    return misused(path, fmt::format("\"{}\" is one argument too many", printable(word)));
  }
  const std::vector<std::string> words = words_below(path);
  return misused(path, fmt::format("there is no command \"{}\"", printable(word)), suggest(word, words, "The commands are"));
}

// Fills `out`; what is missing, given too often or malformed is an error.
std::optional<std::string> read(std::span<const Bound> bound, Arguments& out) {
  for (const auto& [arg, option] : bound) {
    const std::vector<std::string> values = option->results();
    if (arg->type == ValueType::kNone) {
      if (!values.empty() && values.back() != "false") out.add(arg->name, values.back());
      continue;
    }
    if (values.empty() && arg->required()) {
      return fmt::format("{} is missing", arg->is_option() ? fmt::format("{} {}", arg->name, metavar_of(*arg)) : arg->name);
    }
    if (values.size() > 1 && !arg->repeats()) return fmt::format("{} is given {} times", arg->name, values.size());
    for (const std::string& value : values) {
      if (const auto problem = problem_of(*arg, value)) return fmt::format("{}: {}", arg->name, *problem);
      out.add(arg->name, value);
    }
  }
  return std::nullopt;
}

Result<Parsed> read(Tree& tree) {
  const CLI::App* app = tree.reached();
  const std::string path = tree.path(app);
  if (const auto extra = tree.root().remaining(true); !extra.empty()) return unexpected_word(tree, app, extra.front());
  Invocation invocation;
  invocation.command = tree.command(app);
  if (invocation.command == nullptr) {
    return misused(path, "which command?", fmt::format("The commands are {}.", fmt::join(words_below(path), ", ")));
  }
  if (auto problem = read(tree.globals(), invocation.globals)) return misused(path, *problem);
  if (auto problem = read(tree.bound(app), invocation.arguments)) return misused(path, *problem);
  return invocation;
}

// CLI11 reads "help" as a command that is not there, and gives "--name=" the word that follows.
std::vector<std::string> normalized(std::span<const std::string> words) {
  std::vector<std::string> out;
  const bool asks_help = !words.empty() && words.front() == "help";
  for (const std::string& word : words.subspan(asks_help ? 1 : 0)) {
    const bool is_empty_value = word.starts_with("--") && word.find('=') == word.size() - 1;
    out.push_back(is_empty_value ? word.substr(0, word.size() - 1) : word);
    if (is_empty_value) out.emplace_back();
  }
  if (asks_help) out.emplace_back("--help");
  return out;
}

}  // namespace

Result<Parsed> parse(std::span<const std::string> words) {
  Tree tree;
  std::vector<std::string> reversed = normalized(words);
  std::ranges::reverse(reversed);
  try {
    tree.root().parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    return HelpFor{tree.path(tree.reached())};
  } catch (const CLI::CallForVersion&) {
    return VersionAsked{};
  } catch (const CLI::ParseError& error) {
    return misused(tree.path(tree.reached()), printable(error.what()));
  }
  return read(tree);
}

}  // namespace dcportals::ctl
