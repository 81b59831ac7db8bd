// The exchanges under way on one connection, by transaction id; and the ids themselves. One thread, no clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "channel/exchange.h"
#include "openflow/codec.h"
#include "openflow/types.h"

namespace dcportals::channel {

class ExchangeTable {
 public:
  // The first of `count` consecutive ids that no exchange has, up to kLastExchangeXid (xid.h). Never 0, which switches use for what
  // they send unasked.
  [[nodiscard]] openflow::Xid allocate(std::uint32_t count = 1);

  void add(openflow::Xid first, std::uint32_t count, std::unique_ptr<Exchange> exchange);

  // false: the message belongs to no exchange (and is unchanged). May call back.
  bool on_message(openflow::Envelope& envelope, std::size_t size, TimePoint now);
  bool on_undecodable(openflow::Xid xid, const std::string& why, TimePoint now);

  // Ends the exchanges whose time is over. May call back.
  void expire(TimePoint now);
  // Ends all. May call back.
  void disconnect(const std::string& why);

  [[nodiscard]] std::optional<TimePoint> next_deadline() const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t count;
    std::unique_ptr<Exchange> exchange;
  };
  using Entries = std::map<std::uint32_t, Entry>;  // by first id

  Entries::iterator find(std::uint32_t xid);
  bool advance(Entries::iterator entry, Exchange::Progress progress);

  Entries entries_;
  std::uint32_t next_ = 1;
};

}  // namespace dcportals::channel
