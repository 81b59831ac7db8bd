#include "decision/snapshot.h"

namespace dcportals::decision {
namespace {

template <class Record>
bool same_value(const std::shared_ptr<const Record>& a, const std::shared_ptr<const Record>& b) {
  return *a == *b;
}
bool same_value(const AddressAtSite& a, const AddressAtSite& b) {
  return *a.port == *b.port && a.index == b.index;
}

// Whether all of `a` is in `b`, and how much that is.
template <class Map>
bool included(const Map& a, const Map& b, std::size_t& count) {
  bool same = true;
  count = 0;
  a.for_each([&](const auto& key, const auto& value) {
    const auto* other = b.find(key);
    same = same && other != nullptr && same_value(value, *other);
    ++count;
  });
  return same;
}

template <class Map>
bool same(const Map& a, const Map& b) {
  std::size_t of_a = 0, of_b = 0;
  return included(a, b, of_a) && included(b, a, of_b) && of_a == of_b;
}

}  // namespace

bool same_content(const Snapshot& a, const Snapshot& b) {
  const auto& x = a.indices();
  const auto& y = b.indices();
  return same(x.hosts, y.hosts) && same(x.networks, y.networks) && same(x.places, y.places) && same(x.destinations, y.destinations) &&
         same(x.keys, y.keys) && same(x.routers, y.routers);
}

}  // namespace dcportals::decision
