// The packets that wait at the desk, in memory that is used again and bounded.
//
// A packet is named by its index; `next` chains it into whichever list it is in. Freed places are taken last in, first out, so a desk that
// keeps up works in a few warm cache lines and never allocates.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "decision/ask.h"

namespace dcportals::decision {

inline constexpr std::uint32_t kNobody = 0xffffffff;

struct Packet {
  Dpid at;
  openflow::OfPort in_port;
  std::optional<std::uint64_t> metadata;
  AskClass ask_class = AskClass::kForward;
  bool truncated = false;
  std::uint32_t source = kNobody;  // whose it is, for counters
  std::uint32_t next = kNobody;
  Bytes frame;

  // As it was read; lives as long as the packet stays where it is.
  [[nodiscard]] Ask ask() const { return {ask_class, in_port, metadata, frame, truncated}; }
};

// A first-in-first-out chain of packets.
struct PacketChain {
  std::uint32_t first = kNobody;
  std::uint32_t last = kNobody;
  std::uint32_t count = 0;
};

class PacketPool {
 public:
  // At most so many packets, and so many bytes of frames.
  PacketPool(std::size_t packets, std::size_t bytes) : most_packets_(packets), most_bytes_(bytes) {}

  [[nodiscard]] std::size_t used() const { return used_; }
  [[nodiscard]] Packet& operator[](std::uint32_t index) { return packets_[index]; }

  // A copy of the ask, not in any chain; kNobody when there is no room.
  [[nodiscard]] std::uint32_t add(Dpid at, const Ask& ask, std::uint32_t source) {
    if (used_ >= most_packets_ || bytes_ + ask.frame.size() > most_bytes_) return kNobody;
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(packets_.size()));
      packets_.emplace_back();
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    ++used_;
    bytes_ += ask.frame.size();
    Packet& p = packets_[index];
    p.at = at;
    p.in_port = ask.in_port;
    p.metadata = ask.metadata;
    p.ask_class = ask.ask_class;
    p.truncated = ask.truncated;
    p.source = source;
    p.next = kNobody;
    p.frame.assign(ask.frame.begin(), ask.frame.end());
    return index;
  }
  void release(std::uint32_t index) {
    Bytes& frame = packets_[index].frame;
    bytes_ -= frame.size();
    --used_;
    if (frame.capacity() > kKeptCapacity) Bytes().swap(frame);
    frame.clear();
    free_.push_back(index);
  }

  void push(PacketChain& chain, std::uint32_t index) {
    packets_[index].next = kNobody;
    (chain.count == 0 ? chain.first : packets_[chain.last].next) = index;
    chain.last = index;
    ++chain.count;
  }
  // The chain must not be empty.
  std::uint32_t pop(PacketChain& chain) {
    const std::uint32_t index = chain.first;
    chain.first = packets_[index].next;
    --chain.count;
    return index;
  }

 private:
  static constexpr std::size_t kKeptCapacity = 2048;  // bytes; a free place keeps no more than an ordinary frame's

  std::size_t most_packets_, most_bytes_;
  std::size_t used_ = 0, bytes_ = 0;
  std::vector<Packet> packets_;
  std::vector<std::uint32_t> free_;
};

}  // namespace dcportals::decision
