// Groups and meters in text.
#include <array>

#include "base/hex.h"
#include "openflow/message_text.h"

namespace dcportals::openflow {
namespace {

std::string_view to_string(GroupType type) {
  constexpr std::array<std::string_view, 4> kTypes{"all", "select", "indirect", "ff"};
  const auto i = static_cast<std::size_t>(type);
  return i < kTypes.size() ? kTypes[i] : "?";
}

void append_group(std::string& out, GroupId id, GroupType type, const std::vector<Bucket>& buckets) {
  put(out, " group_id={},type={}", id.value(), to_string(type));
  for (const Bucket& bucket : buckets) {
    out += ",bucket=";
    if (type == GroupType::kSelect) put(out, "weight:{},", bucket.weight);
    if (bucket.watch_port != kPortAny) {
      out += "watch_port:";
      append_port(out, bucket.watch_port);
      out += ',';
    }
    if (bucket.watch_group != kGroupAny) put(out, "watch_group:{},", bucket.watch_group.value());
    put(out, "actions={}", format(bucket.actions));
  }
}

void append_meter_id(std::string& out, MeterId id, char between) {
  put(out, "meter{}", between);
  if (id == kMeterController) {
    out += "controller";
  } else if (id == kMeterAll) {
    out += "all";
  } else {
    put(out, "{}", id.value());
  }
}

void append_meter(std::string& out, MeterId id, std::uint16_t flags, const std::vector<MeterBand>& bands) {
  constexpr std::array<std::string_view, 4> kFlags{"kbps", "pktps", "burst", "stats"};
  append_meter_id(out, id, '=');
  out += ' ';
  if (flags != 0) {
    append_bits(out, flags, kFlags);
    out += ' ';
  }
  out += "bands=";
  for (const MeterBand& band : bands) {
    const bool remark = band.type == MeterBand::Type::kDscpRemark;
    put(out, "\ntype={} rate={}", remark ? "dscp_remark" : "drop", band.rate);
    if ((flags & kMeterBurst) != 0) put(out, " burst_size={}", band.burst_size);
    if (remark) put(out, " prec_level={}", band.prec_level);
  }
}

}  // namespace

void append_body(std::string& out, const GroupMod& m) {
  constexpr std::array<std::string_view, 3> kCommands{"ADD", "MOD", "DEL"};
  const auto i = static_cast<std::size_t>(m.command);
  put(out, "\n {}", i < kCommands.size() ? kCommands[i] : "?");
  append_group(out, m.group_id, m.type, m.buckets);
}

void append_body(std::string& out, const GroupDescriptionRequest&) {
  out += " group_id=ALL";
}

void append_body(std::string& out, const GroupDescriptionReply& m) {
  for (const GroupDescription& group : m.groups) {
    out += '\n';
    append_group(out, group.group_id, group.type, group.buckets);
  }
  for (const OpaqueGroup& group : m.opaque) {
    put(out, "\n group_id={},type={},buckets=<{}>", group.group_id.value(), group.type, to_hex(group.buckets));
  }
}

// A delete's flags and bands mean nothing.
void append_body(std::string& out, const MeterMod& m) {
  constexpr std::array<std::string_view, 3> kCommands{"ADD", "MOD", "DEL"};
  const auto i = static_cast<std::size_t>(m.command);
  put(out, " {} ", i < kCommands.size() ? kCommands[i] : "?");
  if (m.command == MeterModCommand::kDelete) {
    append_meter(out, m.meter_id, 0, {});
  } else {
    append_meter(out, m.meter_id, m.flags, m.bands);
  }
}

void append_body(std::string& out, const MeterConfigRequest& m) {
  out += ' ';
  append_meter_id(out, m.meter_id, '=');
}

void append_body(std::string& out, const MeterConfigReply& m) {
  for (const MeterConfig& meter : m.meters) {
    out += &meter == &m.meters.front() ? "\n" : "\n\n";
    append_meter(out, meter.meter_id, meter.flags, meter.bands);
  }
}

void append_body(std::string& out, const MeterStatsRequest& m) {
  out += ' ';
  append_meter_id(out, m.meter_id, '=');
}

void append_body(std::string& out, const MeterStatsReply& m) {
  for (const MeterStats& s : m.meters) {
    out += &s == &m.meters.front() ? "\n" : "\n\n";
    append_meter_id(out, s.meter_id, ':');
    put(out, " flow_count:{} packet_in_count:{} byte_in_count:{} duration:", s.flow_count, s.packet_in_count, s.byte_in_count);
    append_duration(out, s.duration_seconds, s.duration_nanoseconds);
    out += " bands:";
    for (std::size_t i = 0; i < s.bands.size(); ++i) {
      put(out, "\n{}: packet_count:{} byte_count:{}", i, s.bands[i].packet_count, s.bands[i].byte_count);
    }
  }
}

}  // namespace dcportals::openflow
