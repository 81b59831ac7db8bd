#include "ctl/flow_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "ctl/human.h"
#include "ctl/text.h"
#include "pipeline/cookie.h"
#include "pipeline/pipeline.h"

namespace dcportals::ctl {
namespace {

constexpr std::string_view kActions = "actions=";

// The number after `name` in "name=NUMBER,".
template <class Number>
std::optional<Number> number_after(std::string_view text, std::string_view name, int base) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  Number out{};
  const char* begin = text.data() + at + name.size();
  const auto result = std::from_chars(begin, text.data() + text.size(), out, base);
  if (result.ec != std::errc{}) return std::nullopt;
  return out;
}

std::string rule_of(std::string_view text) {
  const auto cookie = number_after<std::uint64_t>(text, "cookie=0x", 16);
  const auto content = cookie ? pipeline::parse_cookie(openflow::Cookie{*cookie}) : std::nullopt;
  return content ? std::string(pipeline::spec(content->rule).name) : std::string();
}

std::string table_title(unsigned table) {
  const auto* spec = table < 256 ? pipeline::find_table(openflow::TableId{static_cast<std::uint8_t>(table)}) : nullptr;
  return spec != nullptr ? fmt::format("table {} {}: {}", table, spec->name, spec->purpose) : fmt::format("table {}", table);
}

Style style_of(char sign) {
  return sign == '+' ? Style::kGreen : sign == '-' ? Style::kRed : Style::kPlain;
}

std::string flow_line(const FlowText& flow, std::size_t rule_width, const Look& look) {
  const std::string text = flow.head + flow.match + (flow.match.empty() ? "" : " ") + std::string(kActions) + flow.actions;
  const std::size_t indent = 2 + rule_width + 2;
  std::string out = look.paint(style_of(flow.sign), fmt::format("{} ", flow.sign)) + pad_right(flow.rule, rule_width + 2);
  std::string shown = wrap_indented(text, indent, look.width);
  if (!flow.head.empty() && shown.starts_with(flow.head)) {
    shown = look.paint(Style::kDim, flow.head) + look.paint(style_of(flow.sign), shown.substr(flow.head.size()));
  }
  return out + shown + '\n';
}

std::string summary(const std::vector<FlowText>& flows) {
  const auto missing = std::ranges::count(flows, '+', &FlowText::sign);
  const auto extra = std::ranges::count(flows, '-', &FlowText::sign);
  if (missing + extra == 0) return count_text(static_cast<std::int64_t>(flows.size()), "flow");
  return fmt::format("{} missing (+), {} too many (-)", missing, extra);
}

}  // namespace

FlowText read_flow(std::string_view line) {
  FlowText out;
  if (line.starts_with('+') || line.starts_with('-')) {
    out.sign = line.front();
    line.remove_prefix(1);
  }
  while (line.starts_with(' ')) line.remove_prefix(1);
  out.table = number_after<unsigned>(line, "table=", 10).value_or(0);
  out.rule = rule_of(line);
  const auto space = line.find(", ", line.find("table=") == std::string_view::npos ? 0 : line.find("table="));
  if (line.starts_with("cookie=") && space != std::string_view::npos) {
    out.head = line.substr(0, space + 2);
    line.remove_prefix(space + 2);
  }
  const auto actions = line.find(kActions);
  out.match = line.substr(0, actions);
  while (out.match.ends_with(' ')) out.match.pop_back();
  if (actions != std::string_view::npos) out.actions = line.substr(actions + kActions.size());
  return out;
}

std::string render_flows(const std::vector<std::string>& lines, const Look& look) {
  std::vector<FlowText> flows;
  std::size_t rule_width = 0;
  for (const std::string& line : lines) {
    flows.push_back(read_flow(line));
    rule_width = std::max(rule_width, display_width(flows.back().rule));
  }
  std::ranges::stable_sort(flows, {}, &FlowText::table);
  std::string out;
  std::optional<unsigned> table;
  for (const FlowText& flow : flows) {
    if (table != flow.table) {
      out += (table ? "\n" : "") + look.paint(Style::kBold, wrap_indented(table_title(flow.table), 2, look.width)) + '\n';
      table = flow.table;
    }
    out += flow_line(flow, rule_width, look);
  }
  return out + '\n' + summary(flows) + '\n';
}

}  // namespace dcportals::ctl
