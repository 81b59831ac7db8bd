// What a switch tells about itself: description, ports, tables (OpenFlow 1.3 sections 7.2.1, 7.3.5, 7.4.3).
#include <algorithm>
#include <string>

#include "openflow/message_codec.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::size_t kPortSize = 64;
constexpr std::size_t kPortNameSize = 16;
constexpr std::size_t kPortStatsSize = 112;
constexpr std::size_t kTableStatsSize = 24;
constexpr std::size_t kDescriptionSize = 256;
constexpr std::size_t kSerialNumberSize = 32;

// A field of fixed size, cut at its first zero.
std::string decode_text(ByteReader& in, std::size_t size) {
  const ByteSpan field = in.take(size);
  return {field.begin(), std::ranges::find(field, 0)};
}

// Text that fills the field is not terminated; longer text is cut.
void encode_text(std::string_view text, std::size_t size, WireWriter& out) {
  text = text.substr(0, size);
  for (const char c : text) out.u8(static_cast<std::uint8_t>(c));
  out.zeros(size - text.size());
}

void decode_port(ByteReader& in, PortDescription& out) {
  out.port_no = OfPort(in.u32());
  in.skip(4);
  const ByteSpan mac = in.take(6);
  if (!mac.empty()) out.hw_addr = MacAddress::from_bytes(mac.data());
  in.skip(2);
  out.name = decode_text(in, kPortNameSize);
  out.config = in.u32();
  out.state = in.u32();
  out.current = in.u32();
  out.advertised = in.u32();
  out.supported = in.u32();
  out.peer = in.u32();
  out.current_speed = in.u32();
  out.max_speed = in.u32();
}

void encode_port(const PortDescription& port, WireWriter& out) {
  out.u32(port.port_no.value());
  out.zeros(4);
  out.bytes(port.hw_addr.bytes());
  out.zeros(2);
  encode_text(port.name, kPortNameSize, out);
  for (const std::uint32_t v :
       {port.config, port.state, port.current, port.advertised, port.supported, port.peer, port.current_speed, port.max_speed}) {
    out.u32(v);
  }
}

// Entries of one size; what is left at the end of the message is a mistake that codec.cc finds.
template <class Entry, class Decode>
bool decode_entries(ByteReader& in, std::size_t size, std::vector<Entry>& out, Decode decode) {
  out.resize(in.remaining() / size);
  for (Entry& entry : out) decode(in, entry);
  return true;
}

void decode_port_stats(ByteReader& in, PortStats& s) {
  s.port_no = OfPort(in.u32());
  in.skip(4);
  for (std::uint64_t* v : {&s.rx_packets, &s.tx_packets, &s.rx_bytes, &s.tx_bytes, &s.rx_dropped, &s.tx_dropped, &s.rx_errors,
                           &s.tx_errors, &s.rx_frame_err, &s.rx_over_err, &s.rx_crc_err, &s.collisions}) {
    *v = in.u64();
  }
  s.duration_seconds = in.u32();
  s.duration_nanoseconds = in.u32();
}

void encode_port_stats(const PortStats& s, WireWriter& out) {
  out.u32(s.port_no.value());
  out.zeros(4);
  for (const std::uint64_t v : {s.rx_packets, s.tx_packets, s.rx_bytes, s.tx_bytes, s.rx_dropped, s.tx_dropped, s.rx_errors,
                                s.tx_errors, s.rx_frame_err, s.rx_over_err, s.rx_crc_err, s.collisions}) {
    out.u64(v);
  }
  out.u32(s.duration_seconds);
  out.u32(s.duration_nanoseconds);
}

void decode_table_stats(ByteReader& in, TableStats& s) {
  s.table_id = TableId(in.u8());
  in.skip(3);
  s.active_count = in.u32();
  s.lookup_count = in.u64();
  s.matched_count = in.u64();
}

}  // namespace

bool decode_body(ByteReader& in, PortStatus& out, Fault& fault) {
  const std::uint8_t reason = in.u8();
  if (reason > static_cast<std::uint8_t>(PortReason::kModify)) {
    return fault.raise(kBadValue, in.offset() - 1, "port-status reason");
  }
  out.reason = static_cast<PortReason>(reason);
  in.skip(7);
  decode_port(in, out.port);
  return true;
}

void encode_body(const PortStatus& m, WireWriter& out) {
  out.u8(static_cast<std::uint8_t>(m.reason));
  out.zeros(7);
  encode_port(m.port, out);
}

bool decode_body(ByteReader& in, PortDescriptionReply& out, Fault&) {
  return decode_entries(in, kPortSize, out.ports, decode_port);
}

void encode_body(const PortDescriptionReply& m, WireWriter& out) {
  for (const PortDescription& port : m.ports) encode_port(port, out);
}

bool decode_body(ByteReader& in, PortStatsRequest& out, Fault&) {
  out.port_no = OfPort(in.u32());
  in.skip(4);
  return true;
}

void encode_body(const PortStatsRequest& m, WireWriter& out) {
  out.u32(m.port_no.value());
  out.zeros(4);
}

bool decode_body(ByteReader& in, PortStatsReply& out, Fault&) {
  return decode_entries(in, kPortStatsSize, out.ports, decode_port_stats);
}

void encode_body(const PortStatsReply& m, WireWriter& out) {
  for (const PortStats& stats : m.ports) encode_port_stats(stats, out);
}

bool decode_body(ByteReader& in, TableStatsReply& out, Fault&) {
  return decode_entries(in, kTableStatsSize, out.tables, decode_table_stats);
}

void encode_body(const TableStatsReply& m, WireWriter& out) {
  for (const TableStats& s : m.tables) {
    out.u8(s.table_id.value());
    out.zeros(3);
    out.u32(s.active_count);
    out.u64(s.lookup_count);
    out.u64(s.matched_count);
  }
}

bool decode_body(ByteReader& in, DescriptionReply& out, Fault&) {
  out.manufacturer = decode_text(in, kDescriptionSize);
  out.hardware = decode_text(in, kDescriptionSize);
  out.software = decode_text(in, kDescriptionSize);
  out.serial_number = decode_text(in, kSerialNumberSize);
  out.datapath = decode_text(in, kDescriptionSize);
  return true;
}

void encode_body(const DescriptionReply& m, WireWriter& out) {
  encode_text(m.manufacturer, kDescriptionSize, out);
  encode_text(m.hardware, kDescriptionSize, out);
  encode_text(m.software, kDescriptionSize, out);
  encode_text(m.serial_number, kSerialNumberSize, out);
  encode_text(m.datapath, kDescriptionSize, out);
}

}  // namespace dcportals::openflow
