#include "ctl/decisions_view.h"

#include <algorithm>
#include <boost/json/value.hpp>

#include "ctl/json_view.h"
#include "ctl/table.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

struct Meaning {
  std::string_view name;
  std::string_view text;
};
constexpr Meaning kMeanings[] = {
    {"arp_reply", "an ARP request, answered"},
    {"local", "to a port of the same host"},
    {"remote", "to a port of another host"},
    {"restore", "from the wire, of a sender that the host did not know"},
    {"broadcast", "to all hosts with ports of the network"},
    {"external", "through a router"},
    {"drop", "dropped"},
};

}  // namespace

std::string_view meaning_of_decision(std::string_view name) {
  const auto* const found = std::ranges::find(kMeanings, name, &Meaning::name);
  return found != std::end(kMeanings) ? found->text : std::string_view();
}

std::string render_decisions(const json::object& decisions, const Look& look) {
  Table table({{"PACKETS", Fit::kNumber}, {"DECISION", Fit::kWhole}, {"MEANING"}});
  for (const auto& member : decisions) {
    const std::string packets = text_at(decisions, member.key());
    if (packets.empty() || packets == "0") continue;
    table.add({{packets}, {std::string(member.key())}, {std::string(meaning_of_decision(member.key()))}});
  }
  if (table.empty()) return {};
  return "\n" + look.paint(Style::kBold, "Decided by the daemon:") + "\n" + table.render(look);
}

}  // namespace dcportals::ctl
