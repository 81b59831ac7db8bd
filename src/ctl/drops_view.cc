#include "ctl/drops_view.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <vector>

#include "ctl/table.h"
#include "decision/reason.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

// Of the switches' reasons and the daemon's own.
std::string_view meaning_of(std::string_view reason) {
  for (std::size_t i = 0; i < decision::kReasons; ++i) {
    if (const auto known = decision::Reason::from_index(i); !known.name().empty() && known.name() == reason) return known.meaning();
  }
  return {};
}

}  // namespace

std::string render_drops(const json::array& drops, const Names& ports, const Look& look) {
  if (drops.empty()) return {};
  // A host's are told apart by port, a port's by host.
  const auto anybody_has = [&](std::string_view member) {
    return std::ranges::any_of(drops, [&](const json::value& drop) { return as_object(drop).contains(member); });
  };
  const bool with_port = anybody_has("port_id"), with_host = anybody_has("host"), with_where = anybody_has("where");
  std::vector<Column> columns{{"PACKETS", Fit::kNumber}, {"REASON", Fit::kWhole}};
  if (with_port) columns.push_back({"PORT"});
  if (with_host) columns.push_back({"HOST"});
  if (with_where) columns.push_back({"WHERE", Fit::kWhole});
  columns.push_back({"MEANING"});
  Table table(std::move(columns));
  for (const json::value& value : drops) {
    const json::object& drop = as_object(value);
    const std::string reason = text_at(drop, "reason");
    const std::string port = text_at(drop, "port_id");
    std::vector<Cell> row{{text_at(drop, "packets")}, {reason}};
    if (with_port) row.push_back({port.empty() ? "" : label(ports, port)});
    if (with_host) row.push_back({text_at(drop, "host")});
    if (with_where) row.push_back({text_at(drop, "where")});
    row.push_back({std::string(meaning_of(reason))});
    table.add(std::move(row));
  }
  return "\n" + look.paint(Style::kBold, "Dropped:") + "\n" + table.render(look);
}

}  // namespace dcportals::ctl
