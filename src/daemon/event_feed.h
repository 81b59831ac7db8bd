// Those who follow the status of ports and hosts: events.get (doc/architecture.md, "Status").
//
// A reader's cursor names the life of the daemon and the last change that it knows; one of another life gets everything. Event
// loop's thread only.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/json_rpc.h"
#include "status/status_board.h"

namespace boost::asio {
class io_context;
}

namespace dcportals::daemon {

class EventFeed {
 public:
  // `life` names this life of the daemon: no other has the same.
  EventFeed(boost::asio::io_context& io, const status::StatusBoard& board, std::string life);
  ~EventFeed();

  // Answers at once if there is something to tell, else when there is or the time is over.
  void wait(std::optional<std::string_view> cursor, std::chrono::milliseconds timeout, rpc::Reply reply);
  // A status changed.
  void check();

 private:
  struct Reader;
  // The last change that the cursor's owner knows; nullopt: it must begin anew.
  [[nodiscard]] std::optional<status::Sequence> parse(std::string_view cursor) const;
  [[nodiscard]] boost::json::object answer(bool reset, const std::vector<status::Status>& statuses) const;
  void finish(const std::shared_ptr<Reader>& reader);

  boost::asio::io_context& io_;
  const status::StatusBoard& board_;
  std::string life_;
  std::list<std::shared_ptr<Reader>> readers_;
};

}  // namespace dcportals::daemon
