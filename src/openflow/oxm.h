// Matches on the wire: OXM fields (OpenFlow 1.3 section 7.2.3) with the Nicira and Ericsson classes that OVS adds. Internal.
#pragma once

#include "openflow/field.h"
#include "openflow/match.h"
#include "openflow/wire.h"

namespace dcportals::openflow {

enum class UnknownFields : std::uint8_t {
  kRefuse,  // where a match selects flows: a field that we ignore would change its meaning
  kSkip,    // in packet-ins, where it is only one more remark about the packet
};

// A whole ofp_match with its padding. With kRefuse, prerequisites must be met.
bool decode_match(ByteReader& in, Match& out, Fault& fault, UnknownFields unknown = UnknownFields::kRefuse);
// The same structure, only cut out: `fields` are its OXM fields. False when the framing is wrong.
bool frame_match(ByteReader& in, ByteReader& fields, Fault& fault);
// The fields of a match, to the end of `in`.
bool decode_fields(ByteReader& in, Match& out, Fault& fault, UnknownFields unknown = UnknownFields::kRefuse);

void encode_match(const Match& match, WireWriter& out);
void encode_fields(const Match& match, WireWriter& out);
// The same structure around fields that are bytes already.
void encode_raw_match(ByteSpan fields, WireWriter& out);

// An OXM header with value, as set_field carries it (section 7.2.5); no mask, no padding. The value is cut to the field's width.
bool decode_unmasked(ByteReader& in, Field& field, FieldValue& value, Fault& fault);
void encode_unmasked(Field field, FieldValue value, WireWriter& out);

// Only a header, in Nicira's actions: NXM where there is a number for the field, else OXM; either is read.
bool decode_action_header(ByteReader& in, Field& field, Fault& fault);
void encode_action_header(Field field, WireWriter& out);

}  // namespace dcportals::openflow
