#include "packet/build.h"

#include "packet/checksum.h"

namespace dcportals::packet {
namespace {

void write_ethernet(ByteWriter& writer, MacAddress destination, MacAddress source, std::uint16_t type) {
  writer.bytes(destination.bytes());
  writer.bytes(source.bytes());
  writer.u16(type);
}

// The checksum over the pseudo-header (RFC 768, RFC 9293 section 3.1) and a segment whose checksum field is zero.
std::uint16_t transport_checksum(const Endpoint& from, const Endpoint& to, std::uint8_t protocol, ByteSpan segment) {
  Bytes pseudo;
  ByteWriter writer(pseudo);
  writer.u32(from.ip.value());
  writer.u32(to.ip.value());
  writer.u16(protocol);
  writer.u16(static_cast<std::uint16_t>(segment.size()));
  return finish_checksum(ones_sum(segment, ones_sum(pseudo)));
}

Ipv4Options with_protocol(std::uint8_t protocol) {
  Ipv4Options options;
  options.protocol = protocol;
  return options;
}

}  // namespace

Bytes build_arp_request(const Endpoint& sender, Ipv4Address target) {
  Bytes frame;
  ByteWriter writer(frame);
  write_ethernet(writer, kBroadcastMac, sender.mac, kEtherTypeArp);
  writer.u16(1);
  writer.u16(kEtherTypeIpv4);
  writer.u8(6);
  writer.u8(4);
  writer.u16(1);
  writer.bytes(sender.mac.bytes());
  writer.u32(sender.ip.value());
  writer.zeros(6);
  writer.u32(target.value());
  return frame;
}

Bytes build_ipv4(const Endpoint& from, const Endpoint& to, const Ipv4Options& options, ByteSpan payload) {
  Bytes frame;
  ByteWriter writer(frame);
  write_ethernet(writer, to.mac, from.mac, kEtherTypeIpv4);
  const std::size_t header_size = 20 + options.options.size();
  writer.u8(static_cast<std::uint8_t>(0x40 | header_size / 4));
  writer.u8(options.tos);
  writer.u16(static_cast<std::uint16_t>(header_size + payload.size()));
  writer.u16(options.identification);
  writer.u16(options.fragment_field);
  writer.u8(options.ttl);
  writer.u8(options.protocol);
  writer.u16(0);
  writer.u32(from.ip.value());
  writer.u32(to.ip.value());
  writer.bytes(options.options);
  writer.set_u16(kEthernetSize + 10, finish_checksum(ones_sum(ByteSpan(frame).subspan(kEthernetSize, header_size))));
  writer.bytes(payload);
  writer.zeros(options.padding);
  return frame;
}

Bytes build_icmp_echo(const Endpoint& from, const Endpoint& to, std::uint16_t sequence, ByteSpan data) {
  Bytes message;
  ByteWriter writer(message);
  writer.u8(8);
  writer.u8(0);
  writer.u16(0);
  writer.u16(1);
  writer.u16(sequence);
  writer.bytes(data);
  writer.set_u16(2, finish_checksum(ones_sum(message)));
  return build_ipv4(from, to, with_protocol(kProtocolIcmp), message);
}

Bytes build_udp(const Endpoint& from, const Endpoint& to, std::uint16_t source, std::uint16_t destination, ByteSpan data,
                bool with_checksum) {
  Bytes segment;
  ByteWriter writer(segment);
  writer.u16(source);
  writer.u16(destination);
  writer.u16(static_cast<std::uint16_t>(8 + data.size()));
  writer.u16(0);
  writer.bytes(data);
  if (with_checksum) {
    const std::uint16_t sum = transport_checksum(from, to, kProtocolUdp, segment);
    writer.set_u16(6, sum == 0 ? 0xffff : sum);  // RFC 768: a computed 0 is sent as all ones
  }
  return build_ipv4(from, to, with_protocol(kProtocolUdp), segment);
}

Bytes build_tcp_syn(const Endpoint& from, const Endpoint& to, std::uint16_t source, std::uint16_t destination, ByteSpan data) {
  Bytes segment;
  ByteWriter writer(segment);
  writer.u16(source);
  writer.u16(destination);
  writer.u32(1);
  writer.u32(0);
  writer.u16(0x5002);  // header of 5 words, SYN
  writer.u16(0xffff);
  writer.u16(0);
  writer.u16(0);
  writer.bytes(data);
  writer.set_u16(16, transport_checksum(from, to, kProtocolTcp, segment));
  return build_ipv4(from, to, with_protocol(kProtocolTcp), segment);
}

}  // namespace dcportals::packet
