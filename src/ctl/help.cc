#include "ctl/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ctl/commands.h"
#include "ctl/exit_code.h"
#include "ctl/text.h"
#include "ctl/values.h"

namespace dcportals::ctl {
namespace {

constexpr std::size_t kWidestName = 34;
constexpr std::size_t kWidth = 110;  // where the terminal does not say

struct Entry {
  std::string name;
  std::string text;
};

struct Section {
  std::string_view title;
  std::vector<std::string_view> commands;
};

std::size_t width_of(const Look& look) {
  return look.width == 0 ? kWidth : std::max<std::size_t>(look.width, 60);
}

// A sentence as an entry of a list.
std::string phrase(std::string_view sentence) {
  return std::string(sentence.substr(0, sentence.find_last_not_of('.') + 1));
}

std::string heading(std::string_view title, const Look& look) {
  return fmt::format("\n{}\n", look.paint(Style::kBold, fmt::format("{}:", title)));
}

// Names in a column, what they are beside them.
std::string list(const std::vector<Entry>& entries, const Look& look) {
  std::size_t names = 0;
  for (const Entry& entry : entries) names = std::max(names, std::min(display_width(entry.name), kWidestName));
  const std::size_t indent = names + 4;
  std::string out;
  for (const Entry& entry : entries) {
    out += "  " + entry.name;
    const std::size_t used = 2 + display_width(entry.name);
    out += used + 2 > indent ? "\n" + std::string(indent, ' ') : std::string(indent - used, ' ');
    out += wrap_indented(entry.text, indent, width_of(look)) + '\n';
  }
  return out;
}

Entry describe(const ArgSpec& arg) {
  const std::string_view metavar = metavar_of(arg);
  std::string name(arg.name);
  if (arg.is_option() && !metavar.empty()) name += fmt::format(" {}", metavar);
  const char* often = arg.repeats() && arg.is_option() ? "; may be repeated" : "";
  const char* must = arg.is_option() && arg.required() ? " (required)" : "";
  return {std::move(name), fmt::format("{}{}{}", arg.help, often, must)};
}

std::string usage_word(const ArgSpec& arg) {
  const std::string_view metavar = metavar_of(arg);
  std::string word(arg.name);
  if (arg.is_option() && !metavar.empty()) word += fmt::format(" {}", metavar);
  if (!arg.required()) word = fmt::format("[{}]", word);
  return arg.repeats() ? word + "..." : word;
}

std::string paragraphs(std::string_view text, std::size_t indent, const Look& look) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    out += std::string(indent, ' ') + wrap_indented(text.substr(0, end), indent, width_of(look)) + '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string examples(std::string_view lines, const Look& look) {
  std::string out = heading("Examples", look);
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    out += fmt::format("  {}\n", lines.substr(0, end));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return out;
}

std::string args(std::string_view title, std::span<const ArgSpec> specs, bool options, const Look& look) {
  std::vector<Entry> entries;
  for (const ArgSpec& arg : specs) {
    if (arg.is_option() == options) entries.push_back(describe(arg));
  }
  return entries.empty() ? std::string() : heading(title, look) + list(entries, look);
}

// Broken between arguments, never within one.
std::string usage(const CommandSpec& command, const Look& look) {
  std::string out = fmt::format("Usage: dcportalctl {}", command.path);
  std::size_t used = display_width(out);
  for (const bool options : {false, true}) {
    for (const ArgSpec& arg : command.args) {
      if (arg.is_option() != options) continue;
      const std::string word = usage_word(arg);
      const bool fits = used + 1 + display_width(word) <= width_of(look);
      out += (fits ? " " : "\n       ") + word;
      used = (fits ? used + 1 : 7) + display_width(word);
    }
  }
  return out + '\n';
}

std::string command_help(const CommandSpec& command, const Look& look) {
  std::string out = usage(command, look) + '\n' + paragraphs(command.summary, 0, look);
  if (!command.details.empty()) out += '\n' + paragraphs(command.details, 0, look);
  out += args("Arguments", command.args, false, look);
  out += args("Options", command.args, true, look);
  out += args("Global options", global_args(), true, look);
  return out + examples(command.examples, look);
}

std::string group_help(const GroupSpec& group, const Look& look) {
  std::vector<Entry> entries;
  std::string shown;
  for (const CommandSpec& command : commands()) {
    if (!command.path.starts_with(group.name) || command.path.substr(group.name.size(), 1) != " ") continue;
    entries.push_back({std::string(command.path.substr(group.name.size() + 1)), phrase(command.summary)});
    shown += fmt::format("{}{}", shown.empty() ? "" : "\n", command.examples);
  }
  return fmt::format("Usage: dcportalctl {} COMMAND ...\n\n{}.\n", group.name, group.summary) + heading("Commands", look) +
         list(entries, look) + examples(shown, look) +
         fmt::format("\nMore on one of them: dcportalctl {} COMMAND --help\n", group.name);
}

std::string commands_by_section(const Look& look) {
  const Section sections[] = {
      {"What is configured", {"tenant", "network", "subnet", "port", "router", "mode", "apply", "digest"}},
      {"What the switches do with it", {"host", "flows", "trace", "wait", "status", "events"}},
      {"More", {"pipeline", "call", "completion"}},
  };
  std::string out;
  for (const Section& section : sections) {
    std::vector<Entry> entries;
    for (const std::string_view name : section.commands) {
      const GroupSpec* group = find_group(name);
      const CommandSpec* command = find_command(name);
      const std::string_view summary = group != nullptr ? group->summary : command != nullptr ? command->summary : "";
      entries.push_back({std::string(name), phrase(summary)});
    }
    out += heading(section.title, look) + list(entries, look);
  }
  return out;
}

constexpr std::string_view kExamples =
    "dcportalctl status\n"
    "dcportalctl network create web --tenant blue\n"
    "dcportalctl port list --network web\n"
    "dcportalctl trace web-1 --to 10.0.0.20\n"
    "dcportalctl port list --json | jq -r '.[].id'";

std::string program_help(const Look& look) {
  std::string out =
      "Usage: dcportalctl [GLOBAL OPTIONS] COMMAND ...\n\n" +
      paragraphs("Shows and changes what dcportald knows of tenants, networks and ports, and shows what its switches do.", 0,
                 look);
  out += commands_by_section(look);
  out += heading("Objects", look) +
         paragraphs("are named by id, by name, or by the start of an id (four characters or more), if only one fits.", 2, look);
  std::vector<Entry> entries;
  for (const ArgSpec& arg : global_args()) entries.push_back(describe(arg));
  entries.push_back({"--version", "Print the version"});
  entries.push_back({"-h, --help", "Help on a command, or this"});
  out += heading("Global options", look) + list(entries, look);
  out += heading("Environment", look) + list({{"DCPORTALS_API", "as --api"},
                                              {"DCPORTALS_TOKEN", "the token itself"},
                                              {"DCPORTALS_TOKEN_FILE", "as --token-file"},
                                              {"DCPORTALS_CA_FILE", "as --ca-file"},
                                              {"NO_COLOR", "as --no-color"},
                                              {"COLUMNS", "how wide tables may be; in a pipe: as wide as they are"}},
                                             look);
  entries.clear();
  for (const ExitCodeSpec& spec : exit_codes()) {
    entries.push_back({std::to_string(static_cast<int>(spec.code)), std::string(spec.meaning)});
  }
  return out + heading("Exit codes", look) + list(entries, look) + examples(kExamples, look) +
         "\nMore on a command: dcportalctl COMMAND --help\n";
}

}  // namespace

std::string render_help(std::string_view path, const Look& look) {
  if (const CommandSpec* command = find_command(path)) return command_help(*command, look);
  if (const GroupSpec* group = find_group(path)) return group_help(*group, look);
  return program_help(look);
}

}  // namespace dcportals::ctl
