#include "daemon/drops.h"

#include <boost/json.hpp>
#include <variant>

namespace dcportals::daemon {
namespace {

// A cookie without the rule's byte (pipeline/cookie.h).
constexpr std::uint64_t kOwnerMask = ~(std::uint64_t{0xff} << 48);

}  // namespace

DropCounts count_drops(std::span<const openflow::Message> parts) {
  DropCounts out;
  for (const openflow::Message& part : parts) {
    for (const openflow::FlowStats& flow : std::get<openflow::FlowStatsReply>(part).flows) {
      const auto content = pipeline::parse_cookie(flow.cookie);
      if (!content || flow.packet_count == 0) continue;
      const pipeline::DropReason reason = pipeline::spec(content->rule).drop;
      if (reason != pipeline::DropReason::kNone) out[{content->owner.number, pipeline::spec(reason).name}] += flow.packet_count;
    }
  }
  return out;
}

openflow::FlowStatsRequest flows_of(const pipeline::Owner& owner) {
  openflow::FlowStatsRequest request;
  request.cookie = openflow::Cookie{pipeline::make_cookie(pipeline::Rule{}, owner).value() & kOwnerMask};
  request.cookie_mask = kOwnerMask;
  return request;
}

boost::json::object drop_json(std::string_view reason, std::uint64_t packets, std::string_view where) {
  return {{"reason", boost::json::string(reason)}, {"packets", packets}, {"where", boost::json::string(where)}};
}

boost::json::object decisions_json(const decision::Counters& counters) {
  using decision::Kind;
  boost::json::object out;
  for (const Kind kind : {Kind::kArpReply, Kind::kLocal, Kind::kRemote, Kind::kRestore, Kind::kBroadcast, Kind::kExternal, Kind::kDrop}) {
    out[decision::to_string(kind)] = counters.of(kind);
  }
  return out;
}

}  // namespace dcportals::daemon
