// What a switch tells about itself, in text: description, ports, tables.
#include <array>

#include "openflow/message_text.h"

namespace dcportals::openflow {
namespace {

// Section 7.2.1, ofp_port_config, ofp_port_state, ofp_port_features; names as OVS has them.
constexpr std::array<std::string_view, 7> kConfig{"PORT_DOWN", "", "NO_RECV", "", "", "NO_FWD", "NO_PACKET_IN"};
constexpr std::array<std::string_view, 3> kState{"LINK_DOWN", "BLOCKED", "LIVE"};
constexpr std::array<std::string_view, 16> kFeatures{"10MB-HD", "10MB-FD",  "100MB-HD",   "100MB-FD",       "1GB-HD", "1GB-FD",
                                                     "10GB-FD", "40GB-FD",  "100GB-FD",   "1TB-FD",         "OTHER",  "COPPER",
                                                     "FIBER",   "AUTO_NEG", "AUTO_PAUSE", "AUTO_PAUSE_ASYM"};
constexpr std::uint32_t kKbitPerMbit = 1000;

void append_line(std::string& out, std::string_view title, std::uint32_t bits, std::span<const std::string_view> names) {
  put(out, "\n     {:<12}", title);
  append_bits(out, bits, names);
}

void append_port_description(std::string& out, const PortDescription& port) {
  out += ' ';
  append_port(out, port.port_no);
  out += '(';
  append_text(out, port.name);
  put(out, "): addr:{}", port.hw_addr.to_string());
  append_line(out, "config:", port.config, kConfig);
  append_line(out, "state:", port.state, kState);
  if (port.current != 0) append_line(out, "current:", port.current, kFeatures);
  if (port.advertised != 0) append_line(out, "advertised:", port.advertised, kFeatures);
  if (port.supported != 0) append_line(out, "supported:", port.supported, kFeatures);
  if (port.peer != 0) append_line(out, "peer:", port.peer, kFeatures);
  put(out, "\n     speed: {} Mbps now, {} Mbps max", port.current_speed / kKbitPerMbit, port.max_speed / kKbitPerMbit);
}

// All ones: the switch does not count it.
void append_count(std::string& out, std::string_view name, std::uint64_t count) {
  put(out, "{}=", name);
  if (count == ~std::uint64_t{0}) {
    out += '?';
  } else {
    put(out, "{}", count);
  }
}

void append_port_stats(std::string& out, const PortStats& s) {
  std::string port;
  append_port(port, s.port_no);
  put(out, "\n  port {:>2}: rx ", port);
  append_count(out, "pkts", s.rx_packets);
  append_count(out, ", bytes", s.rx_bytes);
  append_count(out, ", drop", s.rx_dropped);
  append_count(out, ", errs", s.rx_errors);
  append_count(out, ", frame", s.rx_frame_err);
  append_count(out, ", over", s.rx_over_err);
  append_count(out, ", crc", s.rx_crc_err);
  append_count(out, "\n           tx pkts", s.tx_packets);
  append_count(out, ", bytes", s.tx_bytes);
  append_count(out, ", drop", s.tx_dropped);
  append_count(out, ", errs", s.tx_errors);
  append_count(out, ", coll", s.collisions);
  out += "\n           duration=";
  append_duration(out, s.duration_seconds, s.duration_nanoseconds);
}

}  // namespace

void append_body(std::string& out, const PortStatus& m) {
  constexpr std::array<std::string_view, 3> kReasons{"ADD", "DEL", "MOD"};
  const auto i = static_cast<std::size_t>(m.reason);
  put(out, " {}:", i < kReasons.size() ? kReasons[i] : "?");
  append_port_description(out, m.port);
}

void append_body(std::string& out, const DescriptionReply& m) {
  const auto line = [&out](std::string_view title, std::string_view text) {
    put(out, "\n{}: ", title);
    append_text(out, text);
  };
  line("Manufacturer", m.manufacturer);
  line("Hardware", m.hardware);
  line("Software", m.software);
  line("Serial Num", m.serial_number);
  line("DP Description", m.datapath);
}

void append_body(std::string& out, const PortDescriptionRequest&) {
  out += " port=ANY";
}

void append_body(std::string& out, const PortDescriptionReply& m) {
  for (const PortDescription& port : m.ports) {
    out += '\n';
    append_port_description(out, port);
  }
}

void append_body(std::string& out, const PortStatsRequest& m) {
  out += " port_no=";
  append_port(out, m.port_no);
}

void append_body(std::string& out, const PortStatsReply& m) {
  put(out, " {} ports", m.ports.size());
  for (const PortStats& stats : m.ports) append_port_stats(out, stats);
}

// ovs-ofctl writes "ditto" for a table equal to the one before; we repeat it.
void append_body(std::string& out, const TableStatsReply& m) {
  bool first = true;
  for (const TableStats& s : m.tables) {
    if (!first) out += '\n';
    first = false;
    put(out, "\n  table {}:\n    active={}, lookup={}, matched={}", s.table_id.value(), s.active_count, s.lookup_count,
        s.matched_count);
  }
}

}  // namespace dcportals::openflow
