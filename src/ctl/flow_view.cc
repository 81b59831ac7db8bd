#include "ctl/flow_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

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

std::string title(const FlowText& entry) {
  switch (entry.kind) {
    case EntryKind::kGroup:
      return "groups: copies of broadcasts";
    case EntryKind::kMeter:
      return "meters: how much one port may send to all, or ask the daemon";
    case EntryKind::kFlow:
      break;
  }
  return table_title(entry.table);
}

Style style_of(char sign) {
  return sign == '+' ? Style::kGreen : sign == '-' ? Style::kRed : Style::kPlain;
}

// How wide the columns before the flow are.
struct Widths {
  std::size_t rule = 0;
  std::size_t packets = 0;  // 0: no flow has a count
};

std::string packets_text(const FlowText& flow) {
  if (!flow.packets) return {};
  return *flow.packets == 0 ? "-" : count_text(static_cast<std::int64_t>(*flow.packets), "packet");
}

std::string flow_line(const FlowText& flow, const Widths& widths, const Look& look) {
  const std::string text = flow.head + flow.match + (flow.match.empty() || flow.actions.empty() ? "" : " ") +
                           (flow.actions.empty() ? "" : kActions.data()) + flow.actions;
  const std::size_t counts = widths.packets == 0 ? 0 : widths.packets + 2;
  std::string out = look.paint(style_of(flow.sign), fmt::format("{} ", flow.sign)) + pad_right(flow.rule, widths.rule + 2);
  if (counts > 0) out += pad_left(packets_text(flow), widths.packets) + "  ";
  std::string shown = wrap_indented(text, 2 + widths.rule + 2 + counts, look.width);
  if (!flow.head.empty() && shown.starts_with(flow.head)) {
    shown = look.paint(Style::kDim, flow.head) + look.paint(style_of(flow.sign), shown.substr(flow.head.size()));
  }
  return out + shown + '\n';
}

std::string summary(const std::vector<FlowText>& flows) {
  const auto missing = std::ranges::count(flows, '+', &FlowText::sign);
  const auto extra = std::ranges::count(flows, '-', &FlowText::sign);
  if (missing + extra == 0) {
    const auto count = [&](EntryKind kind) { return static_cast<std::int64_t>(std::ranges::count(flows, kind, &FlowText::kind)); };
    std::string out = count_text(count(EntryKind::kFlow), "flow");
    if (count(EntryKind::kGroup) > 0) out += ", " + count_text(count(EntryKind::kGroup), "group");
    if (count(EntryKind::kMeter) > 0) out += ", " + count_text(count(EntryKind::kMeter), "meter");
    return out;
  }
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
  if (line.starts_with("group_id=") || line.starts_with("meter=")) {
    out.kind = line.front() == 'g' ? EntryKind::kGroup : EntryKind::kMeter;
    out.match = line;
    return out;
  }
  out.packets = number_after<std::uint64_t>(line, "n_packets=", 10);
  const auto flow = std::min(line.find("idle_timeout="), line.find("cookie="));
  if (out.packets && flow != std::string_view::npos) line.remove_prefix(flow);
  out.table = number_after<unsigned>(line, "table=", 10).value_or(0);
  out.rule = rule_of(line);
  const auto table = line.find("table=");
  const auto head_end = table == std::string_view::npos ? table : line.find(", ", table);
  if (head_end != std::string_view::npos) {
    out.head = line.substr(0, head_end + 2);
    line.remove_prefix(head_end + 2);
  }
  const auto actions = line.find(kActions);
  out.match = line.substr(0, actions);
  while (out.match.ends_with(' ')) out.match.pop_back();
  if (actions != std::string_view::npos) out.actions = line.substr(actions + kActions.size());
  return out;
}

std::string render_flows(const std::vector<std::string>& lines, const Look& look) {
  std::vector<FlowText> flows;
  Widths widths;
  for (const std::string& line : lines) {
    flows.push_back(read_flow(line));
    widths.rule = std::max(widths.rule, display_width(flows.back().rule));
    widths.packets = std::max(widths.packets, display_width(packets_text(flows.back())));
  }
  const auto place = [](const FlowText& flow) { return std::pair(flow.kind, flow.table); };
  std::ranges::stable_sort(flows, {}, place);
  std::string out;
  std::optional<std::pair<EntryKind, unsigned>> former;
  for (const FlowText& flow : flows) {
    if (former != place(flow)) {
      out += (former ? "\n" : "") + look.paint(Style::kBold, wrap_indented(title(flow), 2, look.width)) + '\n';
      former = place(flow);
    }
    out += flow_line(flow, widths, look);
  }
  return out + '\n' + summary(flows) + '\n';
}

}  // namespace dcportals::ctl
