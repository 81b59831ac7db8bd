#include "ctl/commands.h"

#include <algorithm>

namespace dcportals::ctl {
namespace {

constexpr GroupSpec kGroups[] = {
    {"tenant", "Tenants: Keystone's projects"},
    {"network", "Networks, each private to its tenant"},
    {"subnet", "Address ranges of networks"},
    {"port", "Ports: the interfaces of VMs and routers"},
    {"router", "Routers, whose ports may send from any address"},
    {"mode", "How networks are forwarded: flows before the first packet, or because of it"},
    {"host", "Hypervisors: their switches, and how to set one up"},
};

constexpr ArgSpec kGlobals[] = {
    {"--api", ValueType::kText, Count::kOptional, "Where dcportald listens (default http://127.0.0.1:8696)", "URL"},
    {"--token-file", ValueType::kFile, Count::kOptional, "The file with the API's token, if it asks for one"},
    {"--ca-file", ValueType::kFile, Count::kOptional, "For https: the CA of dcportald's certificate (default the system's CAs)"},
    {"--timeout", ValueType::kSeconds, Count::kOptional, "How long to wait for an answer (default 10)"},
    {"--json", ValueType::kNone, Count::kOptional, "Print JSON, for machines; errors too"},
    {"--no-color", ValueType::kNone, Count::kOptional, "No colours, also on a terminal"},
};

std::vector<CommandSpec> collect() {
  std::vector<CommandSpec> out;
  for (auto part : {tenant_commands, network_commands, subnet_commands, port_commands, router_commands, mode_commands, host_commands,
                    switch_commands, sync_commands, event_commands, digest_commands, raw_commands, local_commands}) {
    std::ranges::copy(part(), std::back_inserter(out));
  }
  return out;
}

}  // namespace

std::span<const CommandSpec> commands() {
  static const std::vector<CommandSpec> all = collect();
  return all;
}

const CommandSpec* find_command(std::string_view path) {
  const auto found = std::ranges::find(commands(), path, &CommandSpec::path);
  return found != commands().end() ? &*found : nullptr;
}

std::span<const GroupSpec> groups() {
  return kGroups;
}

const GroupSpec* find_group(std::string_view name) {
  const auto* found = std::ranges::find(kGroups, name, &GroupSpec::name);
  return found != std::end(kGroups) ? found : nullptr;
}

std::vector<std::string> words_below(std::string_view group) {
  std::vector<std::string> out;
  for (const CommandSpec& command : commands()) {
    const auto space = command.path.find(' ');
    const std::string_view first = command.path.substr(0, space);
    if (!group.empty() && (first != group || space == std::string_view::npos)) continue;
    std::string word(group.empty() ? first : command.path.substr(space + 1));
    if (out.empty() || out.back() != word) out.push_back(std::move(word));
  }
  return out;
}

std::span<const ArgSpec> global_args() {
  return kGlobals;
}

}  // namespace dcportals::ctl
