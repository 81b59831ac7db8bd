#include "decision/packet_out.h"

#include <algorithm>

namespace dcportals::decision {
namespace {

constexpr std::uint8_t kTypePacketOut = 13;
constexpr std::size_t kFixedSize = 24;        // header, buffer id, in_port, length of actions
constexpr std::size_t kOutputActionSize = 16;
constexpr std::size_t kHeadSize = kFixedSize + kOutputActionSize;

// Offsets in an ARP frame.
constexpr std::size_t kEthDst = 0, kEthSrc = 6, kOperation = 20, kSha = 22, kSpa = 28, kTha = 32, kTpa = 38;
constexpr std::size_t kMacSize = 6, kIpSize = 4;

}  // namespace

void append_packet_out(Bytes& out, openflow::Xid xid, openflow::OfPort in_port, openflow::OfPort to, ByteSpan frame) {
  const std::size_t size = kHeadSize + frame.size();
  if (size > openflow::kMaxMessageSize) return;
  const std::size_t start = out.size();
  out.resize(start + size);
  std::uint8_t* p = out.data() + start;
  p[0] = openflow::kVersion13;
  p[1] = kTypePacketOut;
  store_be(p + 2, static_cast<std::uint16_t>(size));
  store_be(p + 4, xid.value());
  store_be(p + 8, openflow::kNoBuffer.value());
  store_be(p + 12, in_port.value());
  store_be(p + 16, static_cast<std::uint16_t>(kOutputActionSize));
  // OFPAT_OUTPUT is 0; padding and max_len are zeros, which resize() has written.
  store_be(p + kFixedSize + 2, static_cast<std::uint16_t>(kOutputActionSize));
  store_be(p + kFixedSize + 4, to.value());
  std::copy(frame.begin(), frame.end(), p + kHeadSize);
}

void turn_into_arp_reply(Bytes& frame, MacAddress mac) {
  std::uint8_t* p = frame.data();
  const auto own = mac.bytes();
  std::copy_n(p + kEthSrc, kMacSize, p + kEthDst);
  std::copy_n(own.data(), kMacSize, p + kEthSrc);
  store_be(p + kOperation, std::uint16_t{2});
  std::uint8_t asked[kIpSize];
  std::copy_n(p + kTpa, kIpSize, asked);
  std::copy_n(p + kSha, kMacSize, p + kTha);
  std::copy_n(p + kSpa, kIpSize, p + kTpa);
  std::copy_n(own.data(), kMacSize, p + kSha);
  std::copy_n(asked, kIpSize, p + kSpa);
}

void set_xids(std::uint8_t* messages, std::size_t size, openflow::Xid xid) {
  for (std::size_t at = 0; at + openflow::kHeaderSize <= size;) {
    store_be(messages + at + 4, xid.value());
    at += std::max<std::size_t>(load_be<std::uint16_t>(messages + at + 2), openflow::kHeaderSize);
  }
}

}  // namespace dcportals::decision
