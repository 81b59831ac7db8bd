#include "ctl/complete.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>
#include <map>
#include <ostream>

#include "ctl/api.h"
#include "ctl/commands.h"
#include "ctl/json_view.h"
#include "ctl/settings.h"
#include "ctl/values.h"
#include "rpc/method_spec.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

// Where the words before the last one lead.
struct Place {
  std::string path;
  const CommandSpec* command = nullptr;
  std::size_t positionals = 0;
  const ArgSpec* pending = nullptr;  // an option whose value comes next
  std::vector<std::string> used;     // options
  Arguments globals;
  bool lost = false;  // a word that is no command
};

const ArgSpec* find_option(std::span<const ArgSpec> args, std::string_view name) {
  const auto found = std::ranges::find(args, name, &ArgSpec::name);
  return found != args.end() ? &*found : nullptr;
}

void step(Place& place, const std::string& word) {
  if (place.pending != nullptr) {
    if (find_option(global_args(), place.pending->name) == place.pending) place.globals.add(place.pending->name, word);
    place.pending = nullptr;
  } else if (word.starts_with('-')) {
    const std::string name = word.substr(0, word.find('='));
    const ArgSpec* arg = place.command != nullptr ? find_option(place.command->args, name) : nullptr;
    if (arg == nullptr) arg = find_option(global_args(), name);
    if (arg == nullptr) return;
    if (!arg->repeats()) place.used.push_back(name);
    if (arg->type != ValueType::kNone && name == word) place.pending = arg;
  } else if (place.command != nullptr) {
    ++place.positionals;
  } else {
    place.path += (place.path.empty() ? "" : " ") + word;
    place.command = find_command(place.path);
    place.lost = place.command == nullptr && find_group(place.path) == nullptr;
  }
}

void add_values(Completion& out, const ArgSpec& arg) {
  for (std::string& choice : choices_of(arg)) out.candidates.push_back({std::move(choice), std::string(arg.help)});
  if (arg.type == ValueType::kFile) out.files = true;
  out.objects = kind_of(arg.type);
  if (arg.type != ValueType::kMethod) return;
  for (const rpc::MethodSpec& method : rpc::method_specs()) {
    out.candidates.push_back({std::string(method.name), std::string(method.summary)});
  }
}

void add_options(Completion& out, const Place& place) {
  const auto add = [&](std::span<const ArgSpec> args) {
    for (const ArgSpec& arg : args) {
      const std::string name(arg.name);
      if (arg.is_option() && std::ranges::find(place.used, name) == place.used.end()) {
        out.candidates.push_back({name, std::string(arg.help)});
      }
    }
  };
  if (place.command != nullptr) add(place.command->args);
  add(global_args());
  out.candidates.push_back({"--help", "Help on this"});
}

void add_words(Completion& out, const std::string& path) {
  for (std::string& word : words_below(path)) {
    const std::string below = path.empty() ? word : path + ' ' + word;
    const CommandSpec* command = find_command(below);
    const GroupSpec* group = find_group(below);
    std::string help(command != nullptr ? command->summary : group != nullptr ? group->summary : std::string_view());
    out.candidates.push_back({std::move(word), std::move(help)});
  }
}

// Candidates that every shell takes as they are, and none as a command; other names give way to ids.
bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

std::vector<Candidate> names_of(Api& api, const ObjectKindSpec& kind) {
  const auto list = api.call(fmt::format("{}.list", kind.name), {});
  if (!list) return {};
  std::map<std::string, int> uses;
  for (const json::value& value : as_array(*list)) ++uses[text_at(as_object(value), "name")];
  std::vector<Candidate> out;
  for (const json::value& value : as_array(*list)) {
    std::string name = text_at(as_object(value), "name");
    std::string key = text_at(as_object(value), kind.key);
    if (is_plain(name) && uses[name] == 1) {
      out.push_back({std::move(name), std::move(key)});
    } else if (is_plain(key)) {
      out.push_back({std::move(key), std::move(name)});
    }
  }
  return out;
}

void add_objects(Completion& completion, const Environment& environment) {
  auto settings = read_settings(completion.globals, environment);
  if (!settings) return;
  settings->timeout = 2s;  // who presses a key waits no longer
  Api api(*settings, ProgressPlace{.stream = environment.err});
  std::ranges::move(names_of(api, spec(*completion.objects)), std::back_inserter(completion.candidates));
}

}  // namespace

Completion complete(std::span<const std::string> words) {
  Completion out;
  if (words.empty()) return out;
  std::span<const std::string> before = words.first(words.size() - 1);
  if (!before.empty() && before.front() == "help") before = before.subspan(1);
  Place place;
  for (const std::string& word : before) step(place, word);
  out.globals = place.globals;
  if (place.lost) return out;
  if (place.pending != nullptr) {
    add_values(out, *place.pending);
  } else if (words.back().starts_with('-')) {
    add_options(out, place);
  } else if (place.command == nullptr) {
    add_words(out, place.path);
  } else {
    std::size_t index = 0;
    for (const ArgSpec& arg : place.command->args) {
      if (!arg.is_option() && (arg.repeats() || index++ == place.positionals)) add_values(out, arg);
    }
  }
  return out;
}

ExitCode run_completion(const Environment& environment) {
  const auto words = std::span(environment.words).subspan(1);
  Completion completion = complete(words);
  if (completion.files) {
    environment.out << ":files\n";
    return ExitCode::kOk;
  }
  if (completion.objects) add_objects(completion, environment);
  for (const Candidate& candidate : completion.candidates) {
    if (candidate.text.starts_with(words.back())) environment.out << candidate.text << '\t' << candidate.help << '\n';
  }
  return ExitCode::kOk;
}

}  // namespace dcportals::ctl
