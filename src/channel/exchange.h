// One conversation with a switch: what was asked, and how to tell from messages with its transaction ids (xids) how it went.
//
// An exchange owns consecutive xids; ExchangeTable gives it each message that carries one of them. It stores its outcome first
// and tells the caller only in complete(), when the table has let go of it, because the caller may do anything, such as starting
// the next exchange. Knows no socket; time is a parameter. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "channel/rate.h"
#include "openflow/message.h"

namespace dcportals::channel {

class Exchange {
 public:
  enum class Progress : std::uint8_t {
    kNotMine,  // another kind of message that happens to have the xid
    kWaiting,
    kDone,
  };
  enum class End : std::uint8_t { kTimeout, kDisconnected };

  explicit Exchange(TimePoint deadline) : deadline_(deadline) {}
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] TimePoint deadline() const { return deadline_; }

  // A message whose xid is the exchange's first plus `offset`. `size`: its encoded bytes. May move from it unless kNotMine.
  [[nodiscard]] virtual Progress on_message(std::uint32_t offset, openflow::Message& message, std::size_t size,
                                            TimePoint now) = 0;
  // The same, but the message could not be decoded.
  [[nodiscard]] virtual Progress on_undecodable(std::uint32_t offset, const std::string& why, TimePoint now) = 0;
  // Nothing will come any more.
  virtual void on_end(End end, const std::string& why) = 0;
  // Calls back. Once, last.
  virtual void complete() = 0;

 protected:
  void set_deadline(TimePoint deadline) { deadline_ = deadline; }

 private:
  TimePoint deadline_;
};

}  // namespace dcportals::channel
