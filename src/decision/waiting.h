// Decisions whose receivers have not acknowledged yet: for each pair the packets it holds, for each barrier the pairs that it will let go.
//
// One barrier a switch and batch: pairs join the switch's open barrier until close_barriers(). Memory is used again; there are never more pairs
// than packets in the pool.
#pragma once

#include <vector>

#include "decision/decide.h"
#include "decision/packet_pool.h"

namespace dcportals::decision {

struct WaitingPair {
  Pair pair;
  Dpid at;                    // the asking switch
  PacketChain held;
  std::uint32_t barriers = 0;  // not yet answered
  bool refused = false;        // one of them was not answered well
  ByteSpan sender_flow;        // of the snapshot that decided
  std::uint32_t serial = 0;    // tells the pairs apart that have had this place
  bool used = false;
};

class Waiting {
 public:
  // kNobody: the pair does not wait.
  [[nodiscard]] std::uint32_t find(const Pair& pair) const;
  [[nodiscard]] WaitingPair& operator[](std::uint32_t index) { return pairs_[index]; }
  [[nodiscard]] std::size_t size() const { return by_pair_.size(); }
  [[nodiscard]] std::size_t barriers() const { return barriers_.size() - free_barriers_.size(); }

  std::uint32_t add(const Pair& pair, Dpid at, ByteSpan sender_flow);
  void remove(std::uint32_t index);
  // The pair waits for the switch's open barrier.
  void wait_for(std::uint32_t index, Dpid receiver);
  // request(dpid, token) for each barrier that is open; none is then.
  template <class Request>
  void close_barriers(Request request) {
    for (const std::uint32_t index : open_) {
      Barrier& barrier = barriers_[index];
      open_by_dpid_.erase(barrier.dpid);
      request(barrier.dpid, std::uint64_t{barrier.serial} << 32 | index);
    }
    open_.clear();
  }
  // A barrier was answered: done(index) for each pair that waits for none any more. done may remove the pair; it must not add any.
  template <class Done>
  void answered(Dpid dpid, std::uint64_t token, bool ok, Done done) {
    const auto index = static_cast<std::uint32_t>(token);
    if (index >= barriers_.size() || !barriers_[index].used || barriers_[index].serial != token >> 32 || barriers_[index].dpid != dpid) return;
    for (const Ticket& ticket : barriers_[index].tickets) {
      WaitingPair& pair = pairs_[ticket.index];
      if (!pair.used || pair.serial != ticket.serial) continue;
      pair.refused = pair.refused || !ok;
      if (--pair.barriers == 0) done(ticket.index);
    }
    barriers_[index].tickets.clear();
    barriers_[index].used = false;
    free_barriers_.push_back(index);
  }
  template <class Visit>
  void for_each(Visit visit) {
    for (std::uint32_t index = 0; index < pairs_.size(); ++index) {
      if (pairs_[index].used) visit(index);
    }
  }

 private:
  struct Ticket {
    std::uint32_t index;
    std::uint32_t serial;
  };
  struct Barrier {
    Dpid dpid;
    std::uint32_t serial = 0;
    bool used = false;
    std::vector<Ticket> tickets;
  };
  struct PairHash {
    std::uint64_t operator()(const Pair& p) const {
      return mix((std::uint64_t{p.source} << 32 | p.destination) + static_cast<std::uint64_t>(p.kind) * 0x9e3779b97f4a7c15ULL);
    }
  };

  std::uint32_t open_barrier(Dpid dpid);

  std::vector<WaitingPair> pairs_;
  std::vector<std::uint32_t> free_pairs_;
  FlatTable<Pair, std::uint32_t, PairHash> by_pair_;
  std::vector<Barrier> barriers_;
  std::vector<std::uint32_t> free_barriers_;
  std::vector<std::uint32_t> open_;
  FlatTable<Dpid, std::uint32_t, NumberHash> open_by_dpid_;
};

}  // namespace dcportals::decision
