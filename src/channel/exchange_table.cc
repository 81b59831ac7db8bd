// See exchange_table.h. An exchange is taken out of the table before it calls back: the callback may change the table.
#include "channel/exchange_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "channel/xid.h"

namespace dcportals::channel {

openflow::Xid ExchangeTable::allocate(std::uint32_t count) {
  for (;;) {
    if (next_ > kLastExchangeXid - count) next_ = 1;
    const std::uint32_t last = next_ + count - 1;
    auto after = entries_.upper_bound(last);
    if (after == entries_.begin()) break;
    const auto& [first, entry] = *std::prev(after);
    if (first + (entry.count - 1) < next_) break;
    next_ = first + (entry.count - 1) + 1;  // after the one in the way
  }
  const openflow::Xid first(next_);
  next_ += count;
  return first;
}

void ExchangeTable::add(openflow::Xid first, std::uint32_t count, std::unique_ptr<Exchange> exchange) {
  entries_.emplace(first.value(), Entry{count, std::move(exchange)});
}

ExchangeTable::Entries::iterator ExchangeTable::find(std::uint32_t xid) {
  auto after = entries_.upper_bound(xid);
  if (after == entries_.begin()) return entries_.end();
  auto entry = std::prev(after);
  return xid - entry->first < entry->second.count ? entry : entries_.end();
}

bool ExchangeTable::advance(Entries::iterator entry, Exchange::Progress progress) {
  if (progress == Exchange::Progress::kNotMine) return false;
  if (progress == Exchange::Progress::kDone) {
    auto node = entries_.extract(entry);
    node.mapped().exchange->complete();
  }
  return true;
}

bool ExchangeTable::on_message(openflow::Envelope& envelope, std::size_t size, TimePoint now) {
  auto entry = find(envelope.xid.value());
  if (entry == entries_.end()) return false;
  return advance(entry, entry->second.exchange->on_message(envelope.xid.value() - entry->first, envelope.message, size, now));
}

bool ExchangeTable::on_undecodable(openflow::Xid xid, const std::string& why, TimePoint now) {
  auto entry = find(xid.value());
  if (entry == entries_.end()) return false;
  return advance(entry, entry->second.exchange->on_undecodable(xid.value() - entry->first, why, now));
}

void ExchangeTable::expire(TimePoint now) {
  std::vector<std::unique_ptr<Exchange>> late;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.exchange->deadline() > now) {
      ++entry;
      continue;
    }
    late.push_back(std::move(entry->second.exchange));
    entry = entries_.erase(entry);
  }
  for (auto& exchange : late) {
    exchange->on_end(Exchange::End::kTimeout, "no answer in time");
    exchange->complete();
  }
}

void ExchangeTable::disconnect(const std::string& why) {
  Entries all;
  std::swap(all, entries_);
  for (auto& [first, entry] : all) {
    entry.exchange->on_end(Exchange::End::kDisconnected, why);
    entry.exchange->complete();
  }
}

std::optional<TimePoint> ExchangeTable::next_deadline() const {
  std::optional<TimePoint> next;
  for (const auto& [first, entry] : entries_) {
    const TimePoint deadline = entry.exchange->deadline();
    next = next ? std::min(*next, deadline) : deadline;
  }
  return next;
}

}  // namespace dcportals::channel
