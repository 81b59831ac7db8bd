#include "ctl/trace_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/value.hpp>

#include "ctl/decisions_view.h"
#include "ctl/flow_view.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;

constexpr std::size_t kIndent = 6;      // of what is said about a step
constexpr std::size_t kLabel = 9;       // "matched  "
constexpr std::size_t kRuleWidth = 60;  // of the line that stands for the wire
constexpr std::string_view kFields[] = {"eth_src", "eth_dst", "ip_src", "ip_dst"};

// One after the other through the steps, remembering the frame before each.
class Story {
 public:
  Story(const TraceView& view, const Look& look) : view_(view), look_(look) {}

  void tell(const json::object& step) {
    const std::string kind = text_at(step, "kind");
    const json::object& frame = object_at(step, "frame");
    if (kind == "sent") {
      sent_ = &frame;
      title(fmt::format("{} on {} sends", port(step), text_at(step, "host")));
      line("", text_at(frame, "text"));
      if (view_.wants_ip && !frame.contains("ip_src")) line("", "only asks by ARP: nobody in its network has that address");
    } else if (kind == "table") {
      tell_table(step, frame);
    } else if (kind == "wire") {
      tell_wire(step, frame);
    } else if (kind == "controller") {
      tell_controller(step);
    } else if (kind == "outside") {
      title(fmt::format("out by {}'s attachment to {}", text_at(step, "host"), text_at(step, "physical_network")));
      line("", text_at(frame, "text"));
      if (is_as_sent(frame)) line("", "with the addresses that it was sent with");
    } else {
      const char* const answers = is_asked_ ? "gets the daemon's answer" : "gets the switch's answer";
      title(fmt::format("{} on {} {}", port(step), text_at(step, "host"), kind == "delivered" ? "receives" : answers));
      line("", text_at(frame, "text"));
      if (kind == "delivered" && is_as_sent(frame)) line("", "with the addresses that it was sent with");
    }
    is_asked_ = kind == "controller";
    before_ = &frame;
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void title(const std::string& text) { out_ += fmt::format("\n  {}\n", look_.paint(Style::kBold, text)); }
  void line(std::string_view name, const std::string& text, Style style = Style::kPlain) {
    const std::size_t width = name.empty() ? 0 : kLabel;
    out_ += std::string(kIndent, ' ') + look_.paint(Style::kDim, pad_right(name, width)) +
            look_.paint(style, wrap_indented(text, kIndent + width, look_.width)) + '\n';
  }
  // What is painted in parts is short and not broken.
  void field_line(std::string_view field, const std::string& text) {
    out_ += std::string(kIndent, ' ') + look_.paint(Style::kDim, pad_right(field, kLabel)) + text + '\n';
  }
  [[nodiscard]] std::string port(const json::object& step) const { return label(view_.ports, text_at(step, "port_id")); }

  void tell_table(const json::object& step, const json::object& frame) {
    const std::string where =
        fmt::format("{}, table {} {}", text_at(step, "host"), text_at(step, "table_id"), text_at(step, "table"));
    const std::string purpose = text_at(step, "purpose");
    title(where);
    line("rule", fmt::format("{}{}{}", text_at(step, "rule"), purpose.empty() ? "" : ": ", purpose));
    const FlowText flow = read_flow(text_at(step, "flow"));
    if (!flow.match.empty()) line("matched", flow.match, Style::kDim);
    if (!flow.actions.empty()) line("actions", flow.actions, Style::kDim);
    if (before_ == nullptr) return;
    for (const std::string_view field : kFields) {
      const std::string now = text_at(frame, field);
      const std::string was = text_at(*before_, field);
      if (now != was) field_line(field, fmt::format("{} -> {}", was.empty() ? "none" : was, look_.paint(Style::kYellow, now)));
    }
  }

  void tell_controller(const json::object& step) {
    title(fmt::format("{} asks the daemon ({})", text_at(step, "host"), text_at(step, "asked")));
    const std::string decision = text_at(step, "decision");
    const std::string reason = text_at(step, "reason");
    const std::string meaning =
        reason.empty() ? std::string(meaning_of_decision(decision)) : fmt::format("{}, {}", reason, text_at(step, "reason_text"));
    line("decided", fmt::format("{}{}{}", decision, meaning.empty() ? "" : ": ", meaning), reason.empty() ? Style::kPlain : Style::kRed);
    for (const json::value& value : array_at(step, "installs")) {
      const json::object& install = as_object(value);
      const FlowText flow = read_flow(text_at(install, "flow"));
      line("installs", fmt::format("{} on {}", flow.rule, text_at(install, "host")));
      line("", fmt::format("{} actions={}", flow.match, flow.actions), Style::kDim);
    }
  }

  void tell_wire(const json::object& step, const json::object& frame) {
    const std::string to = text_at(step, "to");
    const std::string text =
        fmt::format("== on the wire, {} to {} ", text_at(step, "from"), to.empty() ? "a MAC address of no host" : to);
    const std::size_t width = look_.width == 0 ? kRuleWidth : std::min(kRuleWidth, look_.width - 2);
    const std::size_t used = display_width(text);
    out_ += fmt::format("\n  {}\n", look_.paint(Style::kCyan, text + std::string(used < width ? width - used : 0, '=')));
    for (const std::string_view field : kFields) {
      const std::string now = text_at(frame, field);
      if (now.empty()) continue;
      const std::string was = sent_ != nullptr ? text_at(*sent_, field) : now;
      const bool hidden = was != now;
      field_line(field, look_.paint(hidden ? Style::kYellow : Style::kPlain, pad_right(now, 17)) +
                            (hidden ? fmt::format("  for {}", was) : "  as sent"));
    }
  }

  [[nodiscard]] bool is_as_sent(const json::object& frame) const {
    return sent_ != nullptr &&
           std::ranges::all_of(kFields, [&](std::string_view field) { return text_at(frame, field) == text_at(*sent_, field); });
  }

  const TraceView& view_;
  const Look& look_;
  const json::object* sent_ = nullptr;
  const json::object* before_ = nullptr;
  bool is_asked_ = false;  // the step before was the daemon's
  std::string out_;
};

// Who had the frame last, and where: "at hv1 in table forward".
struct End {
  bool is_daemon = false;
  std::string place;
};

End end_of(const json::object& trace) {
  End out;
  for (const json::value& value : array_at(trace, "steps")) {
    const json::object& step = as_object(value);
    const std::string kind = text_at(step, "kind");
    if (kind == "table") out = {false, fmt::format(" at {} in table {}", text_at(step, "host"), text_at(step, "table"))};
    if (kind == "wire") out = {false, " on the wire"};
    if (kind == "controller") out = {true, fmt::format(" by the daemon, which {} has asked", text_at(step, "host"))};
  }
  return out;
}

struct Verdict {
  std::string text;
  Style style;
};

std::string place(const json::object& delivery, const TraceView& view) {
  const std::string ofport = text_at(delivery, "ofport");
  const std::string outside = text_at(delivery, "physical_network");
  if (!outside.empty()) return fmt::format("the physical network {} by {}, OpenFlow port {}", outside, text_at(delivery, "host"), ofport);
  return fmt::format("{} on {}{}", label(view.ports, text_at(delivery, "port_id")), text_at(delivery, "host"),
                     ofport.empty() ? "" : ", OpenFlow port " + ofport);
}

std::string delivered(const json::object& trace, const TraceView& view) {
  const json::array& all = array_at(trace, "deliveries");
  if (all.size() < 2) return fmt::format("Delivered to {}.", place(object_at(trace, "delivered_to"), view));
  std::vector<std::string> places;
  for (const json::value& value : all) places.push_back(place(as_object(value), view));
  const bool ports_only = std::ranges::all_of(all, [](const json::value& value) { return as_object(value).contains("port_id"); });
  return fmt::format("Delivered to {} {}: {}.", all.size(), ports_only ? "ports" : "places", fmt::join(places, "; "));
}

Verdict verdict(const json::object& trace, const TraceView& view) {
  const std::string word = text_at(trace, "verdict");
  if (word == "delivered") return {delivered(trace, view), Style::kGreen};
  const End end = end_of(trace);
  if (word == "answered") return {fmt::format("Answered{}{}.", end.is_daemon ? "" : " by the switch", end.place), Style::kGreen};
  const std::string reason = text_at(trace, "reason");
  const std::string text = text_at(trace, "reason_text");
  return {fmt::format("Dropped{}: {}{}{}.", end.place, reason.empty() ? "no reason is known" : reason, text.empty() ? "" : ", ", text),
          Style::kRed};
}

}  // namespace

std::string render_trace(const json::object& trace, const TraceView& view, const Look& look) {
  Story story(view, look);
  for (const json::value& step : array_at(trace, "steps")) story.tell(as_object(step));
  const Verdict end = verdict(trace, view);
  return fmt::format("{}\n{}\n{}\n", view.title, story.take(), look.paint(end.style, wrap_indented(end.text, 0, look.width)));
}

std::vector<std::string> ports_in(const json::object& trace) {
  std::vector<std::string> out;
  const auto add = [&](const json::object& object) {
    std::string id = raw_at(object, "port_id");
    if (!id.empty() && std::ranges::find(out, id) == out.end()) out.push_back(std::move(id));
  };
  for (const json::value& step : array_at(trace, "steps")) add(as_object(step));
  add(object_at(trace, "delivered_to"));
  return out;
}

}  // namespace dcportals::ctl
