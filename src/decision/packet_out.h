// The messages that the desk writes itself: packet-outs (OpenFlow 1.3 section 7.3.7), straight into a buffer that is used again.
#pragma once

#include "base/byte_io.h"
#include "base/mac_address.h"
#include "openflow/types.h"

namespace dcportals::decision {

// Appends a packet-out of the frame to one port. A frame that no message has room for is not appended.
void append_packet_out(Bytes& out, openflow::Xid xid, openflow::OfPort in_port, openflow::OfPort to, ByteSpan frame);

// Turns an ARP request (an untagged frame of at least 42 bytes) into the answer that its target is at `mac` (RFC 826).
void turn_into_arp_reply(Bytes& frame, MacAddress mac);

// Sets the xid of one message, or of several in a row.
void set_xids(std::uint8_t* messages, std::size_t size, openflow::Xid xid);

}  // namespace dcportals::decision
