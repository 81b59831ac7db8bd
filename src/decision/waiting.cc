#include "decision/waiting.h"

namespace dcportals::decision {
namespace {

template <class Slots>
std::uint32_t take_free(Slots& slots, std::vector<std::uint32_t>& free) {
  if (free.empty()) {
    free.push_back(static_cast<std::uint32_t>(slots.size()));
    slots.emplace_back();
  }
  const std::uint32_t index = free.back();
  free.pop_back();
  return index;
}

}  // namespace

std::uint32_t Waiting::find(const Pair& pair) const {
  const std::uint32_t* found = by_pair_.find(pair);
  return found == nullptr ? kNobody : *found;
}

std::uint32_t Waiting::add(const Pair& pair, Dpid at, ByteSpan sender_flow) {
  const std::uint32_t index = take_free(pairs_, free_pairs_);
  const std::uint32_t serial = pairs_[index].serial + 1;
  pairs_[index] = {.pair = pair, .at = at, .held = {}, .barriers = 0, .refused = false, .sender_flow = sender_flow, .serial = serial, .used = true};
  by_pair_[pair] = index;
  return index;
}

void Waiting::remove(std::uint32_t index) {
  by_pair_.erase(pairs_[index].pair);
  pairs_[index].used = false;
  free_pairs_.push_back(index);
}

void Waiting::wait_for(std::uint32_t index, Dpid receiver) {
  barriers_[open_barrier(receiver)].tickets.push_back({index, pairs_[index].serial});
  ++pairs_[index].barriers;
}

std::uint32_t Waiting::open_barrier(Dpid dpid) {
  if (const std::uint32_t* open = open_by_dpid_.find(dpid)) return *open;
  const std::uint32_t index = take_free(barriers_, free_barriers_);
  barriers_[index].dpid = dpid;
  barriers_[index].used = true;
  ++barriers_[index].serial;
  open_by_dpid_[dpid] = index;
  open_.push_back(index);
  return index;
}

}  // namespace dcportals::decision
