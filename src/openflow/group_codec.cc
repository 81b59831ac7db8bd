// Groups (OpenFlow 1.3 sections 7.3.4.2 and 7.3.5.8). As with flows, a group that we do not understand is kept aside, not lost.
#include "openflow/action_codec.h"
#include "openflow/message_codec.h"

namespace dcportals::openflow {
namespace {

using enum DecodeErrorCode;

constexpr std::size_t kBucketMin = 16;
constexpr std::size_t kGroupMin = 8;

bool decode_type(std::uint8_t number, std::size_t at, GroupType& out, Fault& fault) {
  if (number > static_cast<std::uint8_t>(GroupType::kFastFailover)) return fault.raise(kBadValue, at, "group type");
  out = static_cast<GroupType>(number);
  return true;
}

// To the end of `in`.
bool decode_buckets(ByteReader& in, std::vector<Bucket>& out, Fault& fault) {
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "bucket");
    if (length < kBucketMin || length % 8 != 0) return fault.raise(kBadLength, at, "length of a bucket");
    ByteReader body = in.sub(length - 2);
    if (!in.ok()) return fault.truncated(in, "bucket");
    Bucket& bucket = out.emplace_back();
    bucket.weight = body.u16();
    bucket.watch_port = OfPort(body.u32());
    bucket.watch_group = GroupId(body.u32());
    body.skip(4);
    if (!decode_actions(body, bucket.actions, fault)) return false;
  }
  return true;
}

void encode_buckets(const std::vector<Bucket>& buckets, WireWriter& out) {
  for (const Bucket& bucket : buckets) {
    const std::size_t start = out.size();
    out.u16(0);
    out.u16(bucket.weight);
    out.u32(bucket.watch_port.value());
    out.u32(bucket.watch_group.value());
    out.zeros(4);
    encode_actions(bucket.actions, out);
    mend_length(out, start, start);
  }
}

void decode_description(ByteReader& in, GroupDescriptionReply& out) {
  const std::uint8_t type = in.u8();
  in.skip(1);
  const GroupId id(in.u32());
  ByteReader raw = in;
  GroupDescription group{GroupType::kAll, id, {}};
  Fault inner;
  if (decode_type(type, in.offset(), group.type, inner) && decode_buckets(in, group.buckets, inner)) {
    out.groups.push_back(std::move(group));
    return;
  }
  out.opaque.push_back({type, id, rest_of(raw)});
}

}  // namespace

bool decode_body(ByteReader& in, GroupMod& out, Fault& fault) {
  const std::size_t at = in.offset();
  const std::uint16_t command = in.u16();
  const std::uint8_t type = in.u8();
  in.skip(1);
  out.group_id = GroupId(in.u32());
  if (command > static_cast<std::uint16_t>(GroupModCommand::kDelete)) return fault.raise(kBadValue, at, "group-mod command");
  out.command = static_cast<GroupModCommand>(command);
  return decode_type(type, at + 2, out.type, fault) && decode_buckets(in, out.buckets, fault);
}

void encode_body(const GroupMod& m, WireWriter& out) {
  out.u16(static_cast<std::uint16_t>(m.command));
  out.u8(static_cast<std::uint8_t>(m.type));
  out.zeros(1);
  out.u32(m.group_id.value());
  encode_buckets(m.buckets, out);
}

bool decode_body(ByteReader& in, GroupDescriptionReply& out, Fault& fault) {
  while (!in.empty()) {
    const std::size_t at = in.offset();
    const std::size_t length = in.u16();
    if (!in.ok()) return fault.truncated(in, "group description");
    if (length < kGroupMin) return fault.raise(kBadLength, at, "length of a group description");
    ByteReader entry = in.sub(length - 2);
    if (!in.ok()) return fault.truncated(in, "group description");
    decode_description(entry, out);
  }
  return true;
}

void encode_body(const GroupDescriptionReply& m, WireWriter& out) {
  const auto begin = [&out](std::uint8_t type, GroupId id) {
    const std::size_t start = out.size();
    out.u16(0);
    out.u8(type);
    out.zeros(1);
    out.u32(id.value());
    return start;
  };
  for (const GroupDescription& group : m.groups) {
    const std::size_t start = begin(static_cast<std::uint8_t>(group.type), group.group_id);
    encode_buckets(group.buckets, out);
    mend_length(out, start, start);
  }
  for (const OpaqueGroup& group : m.opaque) {
    const std::size_t start = begin(group.type, group.group_id);
    out.bytes(group.buckets);
    mend_length(out, start, start);
  }
}

}  // namespace dcportals::openflow
