#include "decision/sources.h"

namespace dcportals::decision {

std::uint32_t Sources::find(const Snapshot& snapshot, Dpid at, const Ask& ask) {
  Place place{at, ask.in_port};
  if (ask.ask_class == AskClass::kWire) {
    place.of_port = kFromWire;
  } else if (const std::uint32_t* known = by_place_.find(place)) {
    return *known;
  } else if (snapshot.port_at(place) == nullptr) {
    place.of_port = kFromUnknownPort;
  }
  const std::uint32_t* known = by_place_.find(place);
  return known != nullptr ? *known : make(place);
}

std::uint32_t Sources::make(Place place) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(sources_.size()));
    sources_.emplace_back();
    counters_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  sources_[index] = Source{};
  sources_[index].place = place;
  sources_[index].used = true;
  counters_[index] = Counters{};
  by_place_[place] = index;
  return index;
}

void Sources::push(PacketPool& packets, std::uint32_t packet) {
  const std::uint32_t index = packets[packet].source;
  Source& source = sources_[index];
  packets.push(source.queue, packet);
  if (source.queue.count == 1) give_turn(index);
}

std::uint32_t Sources::pop(PacketPool& packets) {
  if (waiting_ == 0) return kNobody;
  const std::uint32_t index = take_turn();
  const std::uint32_t packet = packets.pop(sources_[index].queue);
  if (sources_[index].queue.count > 0) give_turn(index);
  return packet;
}

void Sources::give_turn(std::uint32_t index) {
  sources_[index].next = kNobody;
  (waiting_ == 0 ? first_ : sources_[last_].next) = index;
  last_ = index;
  ++waiting_;
}

std::uint32_t Sources::take_turn() {
  const std::uint32_t index = first_;
  first_ = sources_[index].next;
  --waiting_;
  return index;
}

void Sources::tidy(const Snapshot& snapshot) {
  if (by_place_.size() < tidy_at_) return;
  for (std::uint32_t index = 0; index < sources_.size(); ++index) {
    Source& source = sources_[index];
    const bool stays = source.place.of_port == kFromWire || source.place.of_port == kFromUnknownPort ? snapshot.host(source.place.dpid) != nullptr
                                                                                                     : snapshot.port_at(source.place) != nullptr;
    if (!source.used || stays || source.queue.count > 0 || source.held > 0) continue;
    by_place_.erase(source.place);
    source.used = false;
    free_.push_back(index);
  }
  tidy_at_ = 1024 + 2 * by_place_.size();
}

}  // namespace dcportals::decision
