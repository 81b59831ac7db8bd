// Header and dispatch: finds the codec of a message by the numbers in message_types.h. Bodies are in the *_codec.cc files.
#include "openflow/codec.h"

#include <array>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "openflow/action_codec.h"
#include "openflow/message_codec.h"
#include "openflow/message_types.h"
#include "openflow/oxm.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::uint16_t kMultipartMore = 1;  // OFPMPF_REQ_MORE, OFPMPF_REPLY_MORE
constexpr std::size_t kXidOffset = 4;
constexpr std::size_t kEmptyMatchSize = 8;

// Reads a body of type M, and nothing else, into `out`.
template <class M>
bool decode_as(ByteReader& in, std::uint8_t version, Message& out, Fault& fault) {
  M& message = out.emplace<M>();
  if constexpr (std::is_same_v<M, Hello>) message.version = version;
  if constexpr (kWireType<M>.type == kTypeMultipartRequest || kWireType<M>.type == kTypeMultipartReply) {
    const std::size_t at = in.offset();
    const bool more = (in.u16() & kMultipartMore) != 0;
    in.skip(4);
    if constexpr (HasMore<M>) {
      message.more = more;
    } else if (more) {
      return fault.raise(kUnsupported, at, "multipart request in parts");
    }
  }
  if constexpr (!std::is_empty_v<M>) {
    if (!decode_body(in, message, fault)) return false;
  }
  if (!in.ok()) return fault.truncated(in, kWireType<M>.name);
  return in.empty() || fault.raise(kBadLength, in.offset(), "bytes after the end of the message");
}

struct Row {
  WireType wire;
  bool (*decode)(ByteReader& in, std::uint8_t version, Message& out, Fault& fault) = nullptr;
};

template <std::size_t... I>
constexpr auto make_rows(std::index_sequence<I...>) {
  static_assert((!kWireType<std::variant_alternative_t<I, Message>>.name.empty() && ...),
                "every message has a row in message_types.h");
  return std::array<Row, sizeof...(I)>{
      Row{kWireType<std::variant_alternative_t<I, Message>>, &decode_as<std::variant_alternative_t<I, Message>>}...};
}
static_assert(std::is_same_v<std::variant_alternative_t<std::variant_size_v<Message> - 1, Message>, Unknown>);
constexpr auto kRows = make_rows(std::make_index_sequence<std::variant_size_v<Message> - 1>{});

// Where to begin to look for a type's rows.
constexpr std::uint8_t kMaxType = 29;
constexpr auto kFirstRow = [] {
  std::array<std::uint8_t, kMaxType + 1> first{};
  for (std::size_t i = kRows.size(); i-- > 0;) first[kRows[i].wire.type] = static_cast<std::uint8_t>(i);
  return first;
}();

const Row* find_row(std::uint8_t type, std::uint64_t subtype) {
  if (type > kMaxType) return nullptr;
  for (std::size_t i = kFirstRow[type]; i < kRows.size(); ++i) {
    if (kRows[i].wire.type == type && kRows[i].wire.subtype == subtype) return &kRows[i];
  }
  return nullptr;
}

// Reads the multipart type or the experimenter numbers, after which a row is known by `type` and the result.
std::uint64_t read_subtype(std::uint8_t type, ByteReader& in) {
  if (type == kTypeMultipartRequest || type == kTypeMultipartReply) return in.u16();
  if (type != kTypeExperimenter) return 0;
  const std::uint64_t experimenter = in.u32();
  return experimenter << 32 | in.u32();
}

bool decode_body_of(std::uint8_t version, std::uint8_t type, ByteReader& in, Message& out, Fault& fault) {
  ByteReader whole = in;
  const std::uint64_t subtype = read_subtype(type, in);
  if (!in.ok()) return fault.truncated(in, "message");
  if (type == kNxtPacketIn2.type && subtype == kNxtPacketIn2.subtype)
    return decode_packet_in2(in, out.emplace<PacketIn>(), fault);
  if (const Row* row = find_row(type, subtype)) return row->decode(in, version, out, fault);
  out.emplace<Unknown>(type, rest_of(whole));
  return true;
}

bool same_xid(const BundleAdd& add, Xid xid) {
  return load_be<std::uint32_t>(add.message.data() + kXidOffset) == xid.value();
}

// The length is mended by encode_whole().
void encode_header(WireWriter& out, std::uint8_t version, std::uint8_t type, Xid xid) {
  out.u8(version);
  out.u8(type);
  out.u16(0);
  out.u32(xid.value());
}

struct Encoder {
  WireWriter& out;
  Xid xid;

  template <class M>
  void operator()(const M& m) const {
    const WireType wire = wire_type(m);
    encode_header(out, version_of(m), wire.type, xid);
    if (wire.type == kTypeExperimenter) out.u64(wire.subtype);
    if (wire.type == kTypeMultipartRequest || wire.type == kTypeMultipartReply) {
      bool more = false;
      if constexpr (HasMore<M>) more = m.more;
      out.u16(static_cast<std::uint16_t>(wire.subtype));
      out.u16(more ? kMultipartMore : 0);
      out.zeros(4);
    }
    if constexpr (!std::is_empty_v<M>) encode_body(m, out);
    if constexpr (std::is_same_v<M, BundleAdd>) {
      if (m.message.size() >= kHeaderSize) out.set_u32(out.size() - m.message.size() + kXidOffset, xid.value());
    }
  }
  void operator()(const Unknown& m) const {
    encode_header(out, kVersion13, m.type, xid);
    out.bytes(m.body);
  }

 private:
  static std::uint8_t version_of(const Hello& m) { return m.version; }
  template <class M>
  static std::uint8_t version_of(const M&) {
    return kVersion13;
  }
};

// Writes one message with its length.
void encode_whole(const Message& message, Xid xid, WireWriter& out) {
  const std::size_t start = out.size();
  std::visit(Encoder{out, xid}, message);
  mend_length(out, start, start + 2);
}

// Calls `write`, which appends one message; takes all back when it fails.
template <class Write>
void append_message(Bytes& out, Write write) {
  WireWriter writer(out);
  const std::size_t start = writer.size();
  try {
    write(writer);
    if (writer.size() - start > kMaxMessageSize) throw std::length_error("OpenFlow message over 65535 bytes");
  } catch (...) {
    writer.truncate(start);
    throw;
  }
}

}  // namespace

const char* to_string(DecodeErrorCode code) {
  switch (code) {
    case kTruncated:
      return "truncated";
    case kBadVersion:
      return "bad version";
    case kBadLength:
      return "bad length";
    case kBadValue:
      return "bad value";
    case kUnsupported:
      return "unsupported";
  }
  return "unknown";
}

std::expected<std::size_t, DecodeError> message_length(ByteSpan start) {
  if (start.size() < 4) return 0;
  const std::size_t length = load_be<std::uint16_t>(start.data() + 2);
  if (length < kHeaderSize) return std::unexpected(DecodeError{kBadLength, 2, "message shorter than its header"});
  return length;
}

std::expected<Envelope, DecodeError> decode(ByteSpan bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  const std::uint8_t type = in.u8();
  const std::size_t length = in.u16();
  const Xid xid(in.u32());
  if (!in.ok()) return std::unexpected(DecodeError{kTruncated, bytes.size(), "header"});
  if (length > bytes.size()) return std::unexpected(DecodeError{kTruncated, bytes.size(), "message"});
  if (length != bytes.size()) return std::unexpected(DecodeError{kBadLength, 2, "length of the message"});
  if (version != kVersion13 && type != kWireType<Hello>.type)
    return std::unexpected(DecodeError{kBadVersion, 0, "not OpenFlow 1.3"});
  Envelope envelope{xid, {}};
  Fault fault;
  if (!decode_body_of(version, type, in, envelope.message, fault)) return std::unexpected(fault.error());
  const auto* add = std::get_if<BundleAdd>(&envelope.message);
  if (add != nullptr && !same_xid(*add, xid)) {
    return std::unexpected(DecodeError{kBadValue, kHeaderSize, "bundle-add whose message has another xid"});
  }
  return envelope;
}

void encode(const Message& message, Xid xid, Bytes& out) {
  append_message(out, [&](WireWriter& writer) { encode_whole(message, xid, writer); });
}

Bytes encode(const Message& message, Xid xid) {
  Bytes out;
  encode(message, xid, out);
  return out;
}

void encode_bundle_add(BundleId bundle, std::uint16_t flags, const Message& inner, Xid xid, Bytes& out) {
  append_message(out, [&](WireWriter& writer) {
    const std::size_t start = writer.size();
    Encoder{writer, xid}(BundleAdd{bundle, flags, {}});
    encode_whole(inner, xid, writer);
    mend_length(writer, start, start + 2);
  });
}

Unknown delete_opaque(const OpaqueFlow& flow) {
  FlowMod mod;
  mod.command = FlowModCommand::kDeleteStrict;
  mod.table_id = flow.known.table_id;
  mod.priority = flow.known.priority;
  return {kWireType<FlowMod>.type, written_by([&](WireWriter& out) {
            encode_body(mod, out);
            out.truncate(out.size() - kEmptyMatchSize);
            encode_raw_match(flow.match, out);
          })};
}

}  // namespace dcportals::openflow
