#include "pipeline/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "pipeline/cookie.h"
#include "pipeline/pipeline.h"

namespace dcportals::pipeline {
namespace {

std::string field_names(const FieldSet& set) {
  std::string out;
  for (const openflow::FieldSpec& f : openflow::all_fields()) {
    if (set.contains(f.field)) out += fmt::format("{}{}", out.empty() ? "" : ", ", f.name);
  }
  return out.empty() ? "nothing" : out;
}

std::string next_names(const TableSet& set) {
  std::string out;
  for (const TableSpec& t : tables()) {
    if (set.contains(t.table)) out += fmt::format("{}{}", out.empty() ? "" : ", ", t.name);
  }
  return out.empty() ? "none" : out;
}

// Rules of one table, highest priority first, in the order declared where equal.
std::vector<const RuleSpec*> rules_of(Table table) {
  std::vector<const RuleSpec*> out;
  for (const RuleSpec& r : rules()) {
    if (r.table == table) out.push_back(&r);
  }
  std::stable_sort(out.begin(), out.end(), [](const RuleSpec* a, const RuleSpec* b) { return a->priority > b->priority; });
  return out;
}

std::string effect(const RuleSpec& rule) {
  if (rule.drop != DropReason::kNone) return fmt::format("drops: {}", spec(rule.drop).name);
  switch (rule.reactive) {
    case Install::kAlways: return "passes";
    case Install::kOnDemand: return "passes; on demand";
    case Install::kNever: return "passes; proactive only";
  }
  return {};
}

std::string_view direction_name(Direction direction) { return direction == Direction::kReceive ? "receive" : "send"; }
std::string_view owner_name(OwnerKind kind) {
  switch (kind) {
    case OwnerKind::kHost: return "host";
    case OwnerKind::kPort: return "port";
    case OwnerKind::kNetwork: return "network";
  }
  return {};
}

}  // namespace

std::string render_text() {
  std::string out;
  auto to = std::back_inserter(out);
  for (const TableSpec& t : tables()) {
    fmt::format_to(to, "{:>2} {}  ({})\n   {}\n", static_cast<unsigned>(t.table), t.name, t.from, t.purpose);
    for (const RuleSpec* r : rules_of(t.table)) {
      fmt::format_to(to, "   {:>4} {:<26} {:<32} {}\n", r->priority, r->name, effect(*r), r->purpose);
    }
  }
  return out;
}

std::string render_markdown() {
  std::string out =
      "# The pipeline\n\nPrinted by `dcportalctl pipeline --md` from the declaration in `src/pipeline/pipeline.cc`; a test fails when the two "
      "differ.\n";
  auto to = std::back_inserter(out);
  for (const TableSpec& t : tables()) {
    fmt::format_to(to, "\n## Table {}: {}\n\nFrames of {}: {}.\n\n* matches: {}\n* writes: {}\n* goes to: {}; {}\n\n",
                   static_cast<unsigned>(t.table), t.name, t.from, t.purpose, field_names(t.match), field_names(t.set), next_names(t.next),
                   t.outputs ? "outputs" : "does not output");
    out += "| priority | rule | owner | direction | effect | purpose |\n|---|---|---|---|---|---|\n";
    for (const RuleSpec* r : rules_of(t.table)) {
      fmt::format_to(to, "| {} | `{}` | {} | {} | {} | {} |\n", r->priority, r->name, owner_name(r->owner), direction_name(r->direction),
                     effect(*r), r->purpose);
    }
  }
  out += "\n## Why frames are dropped\n\n| reason | meaning |\n|---|---|\n";
  for (const DropReasonSpec& d : drop_reasons()) {
    if (d.reason != DropReason::kNone) fmt::format_to(to, "| `{}` | {} |\n", d.name, d.meaning);
  }
  out += "\n## Modes\n\nFlows of rules that are *on demand* or *proactive only* are all installed in a proactive network. In a reactive one the first are "
         "installed when a packet asks for them, with an idle timeout, and the controller does the work of the second itself.\n";
  fmt::format_to(to,
                 "\n## Cookies\n\nA cookie is `{:#04x}` in bits 63-56, the rule's number in 55-48, the owner's kind in 47-40 (1 host, 2 port, "
                 "3 network) and the port's or network's number in 31-0. `metadata` is the network's number.\n",
                 kCookieMark >> 56);
  return out;
}

std::string render_dot() {
  std::string out = "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n";
  auto to = std::back_inserter(out);
  for (const TableSpec& t : tables()) {
    fmt::format_to(to, "  {} [label=\"{} {}\"];\n", t.name, static_cast<unsigned>(t.table), t.name);
    for (const TableSpec& n : tables()) {
      if (t.next.contains(n.table)) fmt::format_to(to, "  {} -> {};\n", t.name, n.name);
    }
    if (t.outputs) fmt::format_to(to, "  {} -> output;\n", t.name);
  }
  return out + "}\n";
}

}  // namespace dcportals::pipeline
