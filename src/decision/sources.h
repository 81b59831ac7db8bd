// Who asks: for each asking port its token buckets, its queue and its counters; and whose turn it is.
//
// Queues are served round robin, so a port that floods delays itself and nobody else. Ports that the snapshot does not know share one
// source for each switch, and so does what comes from the wire: a switch cannot make more sources than it has ports.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "decision/counters.h"
#include "decision/packet_pool.h"
#include "decision/snapshot.h"
#include "decision/token_bucket.h"

namespace dcportals::decision {

// Stand for OpenFlow ports in the name of a source.
inline constexpr openflow::OfPort kFromWire{0};
inline constexpr openflow::OfPort kFromUnknownPort = openflow::kPortAny;

struct Source {
  std::array<TokenBucket, kAskClasses> buckets;
  PacketChain queue;
  std::uint32_t held = 0;  // packets that wait for other switches
  std::uint32_t next = kNobody;
  Place place;
  bool used = false;
};

class Sources {
 public:
  // The source that asks, made when it is new.
  [[nodiscard]] std::uint32_t find(const Snapshot& snapshot, Dpid at, const Ask& ask);
  [[nodiscard]] Source& operator[](std::uint32_t index) { return sources_[index]; }
  [[nodiscard]] Counters& counters(std::uint32_t index) { return counters_[index]; }
  // Starts to bring them into the cache, for a packet that will be counted soon.
  void fetch_counters(std::uint32_t index) const { __builtin_prefetch(counters_[index].decided.data(), 1); }
  [[nodiscard]] std::size_t size() const { return by_place_.size(); }

  // Queues a packet of its source, which then takes its turn.
  void push(PacketPool& packets, std::uint32_t packet);
  // The next packet; kNobody when all queues are empty.
  [[nodiscard]] std::uint32_t pop(PacketPool& packets);
  // Takes all packets of a switch out of the queues and gives them to `drop`.
  template <class Drop>
  void drop_queued(PacketPool& packets, Dpid at, Drop drop) {
    for (std::uint32_t turns = waiting_; turns > 0; --turns) {
      const std::uint32_t index = take_turn();
      Source& source = sources_[index];
      while (source.place.dpid == at && source.queue.count > 0) drop(packets.pop(source.queue));
      if (source.queue.count > 0) give_turn(index);
    }
  }

  // Forgets idle sources whose port the snapshot no longer has, now and then: its cost is spread over the calls.
  void tidy(const Snapshot& snapshot);

  // visit(place, counters).
  template <class Visit>
  void for_each(Visit visit) const {
    by_place_.for_each([&](const Place& place, std::uint32_t index) { visit(place, counters_[index]); });
  }

 private:
  [[nodiscard]] std::uint32_t make(Place place);
  void give_turn(std::uint32_t index);
  std::uint32_t take_turn();

  std::vector<Source> sources_;
  std::vector<Counters> counters_;  // beside, because they are cold
  std::vector<std::uint32_t> free_;
  FlatTable<Place, std::uint32_t, PlaceHash> by_place_;
  std::uint32_t first_ = kNobody, last_ = kNobody;  // whose turn is next
  std::uint32_t waiting_ = 0;
  std::size_t tidy_at_ = 1024;  // sources
};

}  // namespace dcportals::decision
