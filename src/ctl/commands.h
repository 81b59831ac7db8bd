// Every command, in the order of the help: collected from the files that declare them.
//
// Read by the parser, the help and the completion. Constant after the first call, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/command.h"

namespace dcportals::ctl {

[[nodiscard]] std::span<const CommandSpec> commands();
// nullptr: there is none.
[[nodiscard]] const CommandSpec* find_command(std::string_view path);

// First words that have commands below them: "network".
struct GroupSpec {
  std::string_view name;
  std::string_view summary;
};
[[nodiscard]] std::span<const GroupSpec> groups();
[[nodiscard]] const GroupSpec* find_group(std::string_view name);
// The second words of a group's commands; for "", all first words.
[[nodiscard]] std::vector<std::string> words_below(std::string_view group);

// What may stand anywhere: --api, --json, ...
[[nodiscard]] std::span<const ArgSpec> global_args();

// The parts of commands(), each in a file of its own.
[[nodiscard]] std::span<const CommandSpec> tenant_commands();
[[nodiscard]] std::span<const CommandSpec> network_commands();
[[nodiscard]] std::span<const CommandSpec> subnet_commands();
[[nodiscard]] std::span<const CommandSpec> port_commands();
[[nodiscard]] std::span<const CommandSpec> router_commands();
[[nodiscard]] std::span<const CommandSpec> mode_commands();
[[nodiscard]] std::span<const CommandSpec> host_commands();
[[nodiscard]] std::span<const CommandSpec> switch_commands();  // flows, trace
[[nodiscard]] std::span<const CommandSpec> sync_commands();    // wait, status
[[nodiscard]] std::span<const CommandSpec> event_commands();
[[nodiscard]] std::span<const CommandSpec> digest_commands();
[[nodiscard]] std::span<const CommandSpec> raw_commands();     // apply, call
[[nodiscard]] std::span<const CommandSpec> local_commands();   // pipeline, completion

}  // namespace dcportals::ctl
