// Action lists (OpenFlow 1.3 section 7.2.5) and instructions (7.2.4) on the wire. Internal.
#pragma once

#include "openflow/action.h"
#include "openflow/wire.h"

namespace dcportals::openflow {

// To the end of `in`.
bool decode_actions(ByteReader& in, Actions& out, Fault& fault);
void encode_actions(const Actions& actions, WireWriter& out);

// To the end of `in`. Any order is read; OVS's order is written.
bool decode_instructions(ByteReader& in, Instructions& out, Fault& fault);
void encode_instructions(const Instructions& instructions, WireWriter& out);

// Nicira's actions, from their subtype on (nicira_codec.cc).
bool decode_nicira_action(ByteReader& body, Actions& out, Fault& fault);
void encode_action(const RegMove& action, WireWriter& out);
void encode_action(const RegLoad& action, WireWriter& out);
void encode_action(const Resubmit& action, WireWriter& out);
void encode_action(const ControllerAction& action, WireWriter& out);

}  // namespace dcportals::openflow
