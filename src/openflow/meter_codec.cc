// Meters (OpenFlow 1.3 sections 7.3.4.5, 7.3.5.10 and 7.3.5.11).
#include "openflow/message_codec.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::size_t kBandSize = 16;
constexpr std::size_t kMeterConfigMin = 8;
constexpr std::size_t kMeterStatsMin = 40;
constexpr std::size_t kBandStatsSize = 16;

// To the end of `in`.
bool decode_bands(ByteReader& in, std::vector<MeterBand>& out, Fault& fault) {
  while (!in.empty()) {
    const std::size_t at = in.offset();
    MeterBand band;
    const std::uint16_t type = in.u16();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "meter band");
    const bool known = type == static_cast<std::uint16_t>(MeterBand::Type::kDrop) ||
                       type == static_cast<std::uint16_t>(MeterBand::Type::kDscpRemark);
    if (!known) return fault.raise(kUnsupported, at, "meter band that we do not know");
    if (length != kBandSize) return fault.raise(kBadLength, at, "length of a meter band");
    band.type = static_cast<MeterBand::Type>(type);
    band.rate = in.u32();
    band.burst_size = in.u32();
    const std::uint8_t prec_level = in.u8();
    if (band.type == MeterBand::Type::kDscpRemark) band.prec_level = prec_level;
    in.skip(3);
    if (!in.ok()) return fault.truncated(in, "meter band");
    out.push_back(band);
  }
  return true;
}

void encode_bands(const std::vector<MeterBand>& bands, WireWriter& out) {
  for (const MeterBand& band : bands) {
    out.u16(static_cast<std::uint16_t>(band.type));
    out.u16(kBandSize);
    out.u32(band.rate);
    out.u32(band.burst_size);
    out.u8(band.type == MeterBand::Type::kDscpRemark ? band.prec_level : std::uint8_t{0});
    out.zeros(3);
  }
}

bool decode_meter_id(ByteReader& in, MeterId& out) {
  out = MeterId(in.u32());
  in.skip(4);
  return true;
}

void encode_meter_id(MeterId id, WireWriter& out) {
  out.u32(id.value());
  out.zeros(4);
}

void decode_stats(ByteReader& in, MeterStats& out) {
  in.skip(6);
  out.flow_count = in.u32();
  out.packet_in_count = in.u64();
  out.byte_in_count = in.u64();
  out.duration_seconds = in.u32();
  out.duration_nanoseconds = in.u32();
  out.bands.resize(in.remaining() / kBandStatsSize);
  for (MeterStats::Band& band : out.bands) {
    band.packet_count = in.u64();
    band.byte_count = in.u64();
  }
}

}  // namespace

bool decode_body(ByteReader& in, MeterMod& out, Fault& fault) {
  const std::size_t at = in.offset();
  const std::uint16_t command = in.u16();
  out.flags = in.u16();
  out.meter_id = MeterId(in.u32());
  if (command > static_cast<std::uint16_t>(MeterModCommand::kDelete)) return fault.raise(kBadValue, at, "meter-mod command");
  out.command = static_cast<MeterModCommand>(command);
  return decode_bands(in, out.bands, fault);
}

void encode_body(const MeterMod& m, WireWriter& out) {
  out.u16(static_cast<std::uint16_t>(m.command));
  out.u16(m.flags);
  out.u32(m.meter_id.value());
  encode_bands(m.bands, out);
}

bool decode_body(ByteReader& in, MeterConfigRequest& out, Fault&) {
  return decode_meter_id(in, out.meter_id);
}
bool decode_body(ByteReader& in, MeterStatsRequest& out, Fault&) {
  return decode_meter_id(in, out.meter_id);
}
void encode_body(const MeterConfigRequest& m, WireWriter& out) {
  encode_meter_id(m.meter_id, out);
}
void encode_body(const MeterStatsRequest& m, WireWriter& out) {
  encode_meter_id(m.meter_id, out);
}

bool decode_body(ByteReader& in, MeterConfigReply& out, Fault& fault) {
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "meter configuration");
    if (length < kMeterConfigMin) return fault.raise(kBadLength, at, "length of a meter configuration");
    ByteReader entry = in.sub(length - 2);
    if (!in.ok()) return fault.truncated(in, "meter configuration");
    MeterConfig& meter = out.meters.emplace_back();
    meter.flags = entry.u16();
    meter.meter_id = MeterId(entry.u32());
    if (!decode_bands(entry, meter.bands, fault)) return false;
  }
  return true;
}

void encode_body(const MeterConfigReply& m, WireWriter& out) {
  for (const MeterConfig& meter : m.meters) {
    const std::size_t start = out.size();
    out.u16(0);
    out.u16(meter.flags);
    out.u32(meter.meter_id.value());
    encode_bands(meter.bands, out);
    mend_length(out, start, start);
  }
}

bool decode_body(ByteReader& in, MeterStatsReply& out, Fault& fault) {
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const MeterId id(in.u32());
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "meter statistics");
    if (length < kMeterStatsMin || (length - kMeterStatsMin) % kBandStatsSize != 0) {
      return fault.raise(kBadLength, at, "length of meter statistics");
    }
    ByteReader entry = in.sub(length - 6);
    if (!in.ok()) return fault.truncated(in, "meter statistics");
    MeterStats& stats = out.meters.emplace_back();
    stats.meter_id = id;
    decode_stats(entry, stats);
  }
  return true;
}

void encode_body(const MeterStatsReply& m, WireWriter& out) {
  for (const MeterStats& s : m.meters) {
    const std::size_t start = out.size();
    out.u32(s.meter_id.value());
    out.zeros(8);  // length and padding
    out.u32(s.flow_count);
    out.u64(s.packet_in_count);
    out.u64(s.byte_in_count);
    out.u32(s.duration_seconds);
    out.u32(s.duration_nanoseconds);
    for (const MeterStats::Band& band : s.bands) {
      out.u64(band.packet_count);
      out.u64(band.byte_count);
    }
    mend_length(out, start, start + 4);
  }
}

}  // namespace dcportals::openflow
