// Messages as `ovs-ofctl ofp-print` writes them: names, headers, and the bodies that have no file of their own.
#include <array>

#include "base/hex.h"
#include "openflow/format.h"
#include "openflow/message_text.h"
#include "openflow/message_types.h"

namespace dcportals::openflow {
namespace {

constexpr std::uint64_t kNoGeneration = ~std::uint64_t{0};
constexpr Cookie kNoCookie{~std::uint64_t{0}};

template <class M>
concept HasText = requires(std::string& out, const M& m) { append_body(out, m); };
// Errors and bundle-adds carry messages, and a peer may nest them as deep as 64 kB allow.
constexpr int kMaxNesting = 3;

std::string format_nested(const Envelope& envelope, int nesting);
void append_outer(std::string& out, const ErrorMessage& m, int nesting);
void append_outer(std::string& out, const BundleAdd& m, int nesting);
template <class M>
concept HasMessageInside = requires(std::string& out, const M& m) { append_outer(out, m, 0); };

std::string body_of(const Message& message, int nesting) {
  std::string out;
  std::visit(
      [&]<class M>(const M& m) {
        if constexpr (HasMore<M>) {
          if (m.more) out += " flags=[more]";
        }
        if constexpr (HasText<M>) append_body(out, m);
        if constexpr (HasMessageInside<M>) append_outer(out, m, nesting);
      },
      message);
  return out;
}

// "OF1.3" of the header's version; versions that do not exist as numbers.
void append_version(std::string& out, const Message& message) {
  const auto* hello = std::get_if<Hello>(&message);
  const std::uint8_t version = hello != nullptr ? hello->version : kVersion13;
  if (version >= 1 && version <= 6) {
    put(out, "OF1.{}", version - 1);
  } else {
    put(out, "OF 0x{:02x}", version);
  }
}

void append_config(std::string& out, const SwitchConfig& config) {
  constexpr std::array<std::string_view, 4> kFragments{"normal", "drop", "reassemble", "nx-match"};
  put(out, " frags={} miss_send_len={}", kFragments[config.flags & 3], config.miss_send_len);
}

void append_role(std::string& out, ControllerRole role) {
  constexpr std::array<std::string_view, 4> kRoles{"nochange", "equal", "primary", "secondary"};
  put(out, " role={}", kRoles[static_cast<std::size_t>(role) & 3]);
}

std::string_view to_string(PacketInReason reason) {
  constexpr std::array<std::string_view, 6> kReasons{"no_match", "action", "invalid_ttl", "action_set", "group", "packet_out"};
  const auto i = static_cast<std::size_t>(reason);
  return i < kReasons.size() ? kReasons[i] : "?";
}

void append_bundle_flags(std::string& out, std::uint16_t flags) {
  constexpr std::array<std::string_view, 2> kFlags{"atomic", "ordered"};
  out += " flags=";
  append_bits(out, flags, kFlags);
}

std::string format_nested(const Envelope& envelope, int nesting) {
  std::string out(type_name(envelope.message));
  out += " (";
  append_version(out, envelope.message);
  put(out, ") (xid=0x{:x}):", envelope.xid.value());
  if (nesting <= kMaxNesting) out += body_of(envelope.message, nesting);
  return out;
}

void append_outer(std::string& out, const ErrorMessage& m, int nesting) {
  out += ' ' + error_name(m);
  if (m.type == 0) {  // OFPET_HELLO_FAILED: a text for humans
    out += '\n';
    append_text(out, {reinterpret_cast<const char*>(m.data.data()), m.data.size()});
  } else if (const auto failed = decode(m.data)) {
    out += '\n' + format_nested(*failed, nesting + 1);
  }
}

void append_outer(std::string& out, const BundleAdd& m, int nesting) {
  out += "\n bundle_id=";
  append_hex(out, m.bundle_id.value());
  append_bundle_flags(out, m.flags);
  if (const auto inner = decode(m.message)) {
    out += '\n' + format_nested(*inner, nesting + 1);
  } else {
    put(out, "\n{} ({})", to_hex(m.message), inner.error().text);
  }
}

}  // namespace

std::string_view type_name(const Message& message) {
  return std::visit([](const auto& m) { return wire_type(m).name; }, message);
}

std::string format(const Message& message) {
  std::string out(type_name(message));
  const std::string body = body_of(message, 0);
  if (!body.empty()) out += ':' + body;
  return out;
}

std::string format(const Envelope& envelope) {
  return format_nested(envelope, 0);
}

void append_bits(std::string& out, std::uint32_t bits, std::span<const std::string_view> names) {
  if (bits == 0) {
    out += '0';
    return;
  }
  const std::size_t start = out.size();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((bits >> i & 1) == 0 || names[i].empty()) continue;
    if (out.size() != start) out += ' ';
    out += names[i];
    bits &= ~(1u << i);
  }
  if (bits != 0) put(out, "{}0x{:x}", out.size() == start ? "" : " ", bits);
}

void append_duration(std::string& out, std::uint32_t seconds, std::uint32_t nanoseconds) {
  put(out, "{}", seconds);
  if (nanoseconds % 1'000'000 != 0) {
    put(out, ".{:09}", nanoseconds);
  } else if (nanoseconds != 0) {
    put(out, ".{:03}", nanoseconds / 1'000'000);
  }
  out += 's';
}

void append_body(std::string& out, const Hello& m) {
  out += "\n version bitmap: ";
  if (!m.versions.empty()) {
    put(out, "0x{:02x}", fmt::join(m.versions, ", 0x"));
    return;
  }
  for (unsigned version = 1; version <= m.version; ++version) put(out, "{}0x{:02x}", version == 1 ? "" : ", ", version);
}

void append_body(std::string& out, const EchoRequest& m) {
  put(out, " {} bytes of payload", m.data.size());
}
void append_body(std::string& out, const EchoReply& m) {
  put(out, " {} bytes of payload", m.data.size());
}

void append_body(std::string& out, const FeaturesReply& m) {
  constexpr std::array<std::string_view, 9> kCapabilities{"FLOW_STATS", "TABLE_STATS", "PORT_STATS", "GROUP_STATS", "",
                                                          "IP_REASM",   "QUEUE_STATS", "",           "PORT_BLOCKED"};
  put(out, " dpid:{:016x}\nn_tables:{}, n_buffers:{}", m.dpid.value(), m.n_tables, m.n_buffers);
  if (m.auxiliary_id != 0) put(out, ", auxiliary_id:{}", m.auxiliary_id);
  out += "\ncapabilities: ";
  append_bits(out, m.capabilities, kCapabilities);
}

void append_body(std::string& out, const GetConfigReply& m) {
  append_config(out, m.config);
}
void append_body(std::string& out, const SetConfig& m) {
  append_config(out, m.config);
}

void append_body(std::string& out, const RoleRequest& m) {
  append_role(out, m.role);
  if (m.role != ControllerRole::kNoChange && m.generation_id != kNoGeneration) put(out, " generation_id={}", m.generation_id);
}

void append_body(std::string& out, const RoleReply& m) {
  append_role(out, m.role);
  if (m.generation_id != kNoGeneration) put(out, " generation_id={}", m.generation_id);
}

void append_body(std::string& out, const PacketIn& m) {
  if (m.table_id != TableId(0)) put(out, " table_id={}", m.table_id.value());
  if (m.cookie != kNoCookie) put(out, " cookie=0x{:x}", m.cookie.value());
  put(out, " total_len={} {} (via {}) data_len={}", m.total_len, m.match.format(), to_string(m.reason), m.data.size());
  if (m.buffer_id == kNoBuffer) {
    out += " (unbuffered)";
    if (m.total_len != m.data.size()) out += " (***total_len != data_len***)";
  } else {
    put(out, " buffer=0x{:08x}", m.buffer_id.value());
    if (m.total_len < m.data.size()) out += " (***total_len < data_len***)";
  }
  if (!m.userdata.empty()) put(out, "\n userdata={:02x}", fmt::join(m.userdata, "."));
}

void append_body(std::string& out, const PacketOut& m) {
  out += " in_port=";
  append_port(out, m.in_port);
  put(out, " actions={}", format(m.actions));
  if (m.buffer_id == kNoBuffer) {
    put(out, " data_len={}", m.data.size());
  } else {
    put(out, " buffer=0x{:08x}", m.buffer_id.value());
  }
}

void append_body(std::string& out, const SetPacketInFormat& m) {
  constexpr std::array<std::string_view, 3> kFormats{"standard", "nxt_packet_in", "nxt_packet_in2"};
  const auto i = static_cast<std::size_t>(m.format);
  put(out, " format={}", i < kFormats.size() ? kFormats[i] : "?");
}

void append_body(std::string& out, const BundleControl& m) {
  constexpr std::array<std::string_view, 8> kTypes{"OPEN_REQUEST",   "OPEN_REPLY",   "CLOSE_REQUEST",   "CLOSE_REPLY",
                                                   "COMMIT_REQUEST", "COMMIT_REPLY", "DISCARD_REQUEST", "DISCARD_REPLY"};
  out += "\n bundle_id=";
  append_hex(out, m.bundle_id.value());
  put(out, " type={}", kTypes[static_cast<std::size_t>(m.type) % kTypes.size()]);
  append_bundle_flags(out, m.flags);
}

void append_body(std::string& out, const Unknown& m) {
  put(out, " type={} length={}", m.type, kHeaderSize + m.body.size());
}

}  // namespace dcportals::openflow
