#include "decision/foresight.h"

#include <array>

namespace dcportals::decision {
namespace {

constexpr std::size_t kCacheLine = 64;
// Where the destination is in a frame without tags; that this is so is checked later, by those who decide.
constexpr std::size_t kIpDst = 30, kArpTpa = 38, kIpSize = 4;

void fetch(const void* start, std::size_t size) {
  const auto* at = static_cast<const std::uint8_t*>(start);
  const std::uint8_t* const end = at + size;
  for (at -= reinterpret_cast<std::uintptr_t>(at) % kCacheLine; at < end; at += kCacheLine) __builtin_prefetch(at);
}

// Leads from one key to what is behind it, a step at a time.
template <class Map, class Key, class Hash>
class Path {
 public:
  void start(const Map& map, const Key& key) {
    key_ = key;
    hash_ = Hash{}(key);
    branch_ = map.branch(hash_);
    if (branch_ != nullptr) fetch(branch_, sizeof *branch_);
  }
  void to_slot() {
    if (branch_ != nullptr) branch_->fetch(hash_ >> 32);
  }
  // nullptr: there is none.
  [[nodiscard]] const auto* value() const { return branch_ == nullptr ? nullptr : branch_->find(key_, hash_ >> 32); }

 private:
  Key key_{};
  std::uint64_t hash_ = 0;
  const typename Map::Branch* branch_ = nullptr;
};

using Maps = Indices<SharedMap>;

struct Sight {
  Path<decltype(Maps::places), Place, PlaceHash> place;
  Path<decltype(Maps::destinations), NetworkIp, NetworkIpHash> destination;
  const PortRecord* sender = nullptr;
  const PortRecord* receiver = nullptr;
};

void start(const Maps& maps, const Packet& packet, Sight& sight) {
  if (packet.ask_class == AskClass::kWire) return;
  sight.place.start(maps.places, {packet.at, packet.in_port});
  const std::size_t at = packet.ask_class == AskClass::kArp ? kArpTpa : kIpDst;
  if (!packet.metadata || packet.frame.size() < at + kIpSize) return;
  const topology::NetworkNumber network(static_cast<std::uint32_t>(*packet.metadata));
  sight.destination.start(maps.destinations, {network, Ipv4Address(load_be<std::uint32_t>(packet.frame.data() + at))});
}

void to_records(Sight& sight) {
  if (const PortAtSite* found = sight.place.value()) sight.sender = found->get();
  if (const AddressAtSite* found = sight.destination.value()) sight.receiver = found->port.get();
  if (sight.sender != nullptr) fetch(sight.sender, sizeof *sight.sender);
  if (sight.receiver != nullptr) fetch(sight.receiver, sizeof *sight.receiver);
}

void to_addresses(const Sight& sight) {
  // Most have one.
  if (sight.sender != nullptr) fetch(sight.sender->addresses.data(), sizeof(AddressRecord));
  if (sight.receiver != nullptr) fetch(sight.receiver->addresses.data(), sizeof(AddressRecord));
}

void to_messages(const Sight& sight) {
  if (sight.sender == nullptr || sight.receiver == nullptr || sight.sender->addresses.empty() || sight.receiver->addresses.empty()) return;
  const ByteSpan restore = sight.sender->bytes(sight.sender->addresses.front().restore_source);
  const AddressRecord& to = sight.receiver->addresses.front();
  const ByteSpan forward = sight.receiver->bytes(sight.sender->dpid == sight.receiver->dpid ? to.forward_local : to.forward_remote);
  fetch(restore.data(), restore.size());
  fetch(forward.data(), forward.size());
}

}  // namespace

void foresee(const Snapshot& snapshot, std::span<const Packet* const> packets) {
  std::array<Sight, kForesight> all{};
  const std::span<Sight> sights = std::span(all).first(packets.size());
  for (std::size_t i = 0; i < packets.size(); ++i) start(snapshot.indices(), *packets[i], sights[i]);
  for (Sight& sight : sights) {
    sight.place.to_slot();
    sight.destination.to_slot();
  }
  for (Sight& sight : sights) to_records(sight);
  for (const Sight& sight : sights) to_addresses(sight);
  for (const Sight& sight : sights) to_messages(sight);
}

}  // namespace dcportals::decision
