#include "daemon/event_feed.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

namespace dcportals::daemon {

namespace json = boost::json;
using status::Sequence;

struct EventFeed::Reader {
  Reader(Sequence k, rpc::Reply r, boost::asio::steady_timer t) : knows(k), reply(std::move(r)), timer(std::move(t)) {}
  Sequence knows;
  rpc::Reply reply;
  boost::asio::steady_timer timer;
};

namespace {

json::object event(const status::PortStatus& port) {
  json::array hosts;
  for (const topology::HostName& host : port.wired_hosts) hosts.emplace_back(host.text);
  return {{"kind", "port"}, {"port_id", port.port_id.to_string()}, {"hosts", std::move(hosts)}};
}

json::object event(const status::HostStatus& host) {
  return {{"kind", "host"}, {"name", host.name.text}, {"live", host.live}};
}

}  // namespace

EventFeed::EventFeed(boost::asio::io_context& io, const status::StatusBoard& board, std::string life)
    : io_(io), board_(board), life_(std::move(life)) {}

EventFeed::~EventFeed() = default;

std::optional<Sequence> EventFeed::parse(std::string_view cursor) const {
  const std::size_t dash = cursor.rfind('-');
  if (dash == std::string_view::npos || cursor.substr(0, dash) != life_) return std::nullopt;
  const std::string_view number = cursor.substr(dash + 1);
  Sequence sequence = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), sequence);
  if (error != std::errc() || end != number.data() + number.size() || sequence > board_.sequence()) return std::nullopt;
  return sequence;
}

json::object EventFeed::answer(bool reset, const std::vector<status::Status>& statuses) const {
  json::array events;
  events.reserve(statuses.size());
  for (const status::Status& one : statuses) events.push_back(std::visit([](const auto& s) { return event(s); }, one));
  return {{"cursor", fmt::format("{}-{}", life_, board_.sequence())}, {"reset", reset}, {"events", std::move(events)}};
}

void EventFeed::wait(std::optional<std::string_view> cursor, std::chrono::milliseconds timeout, rpc::Reply reply) {
  const auto knows = cursor ? parse(*cursor) : std::nullopt;
  if (!knows) return reply(answer(true, board_.all()));
  if (*knows < board_.sequence() || timeout.count() == 0) return reply(answer(false, board_.since(*knows)));
  auto reader = std::make_shared<Reader>(*knows, std::move(reply), boost::asio::steady_timer(io_, timeout));
  readers_.push_back(reader);
  // A timer that ran out in the same turn in which its reader was answered finds it gone.
  reader->timer.async_wait([this, weak = std::weak_ptr(reader)](boost::system::error_code error) {
    const auto expired = weak.lock();
    if (!error && expired) finish(expired);
  });
}

// An answer may make its reader ask anew, so the list is taken first.
void EventFeed::check() {
  for (const std::shared_ptr<Reader>& reader : std::list(readers_)) finish(reader);
}

void EventFeed::finish(const std::shared_ptr<Reader>& reader) {
  if (std::erase(readers_, reader) == 0) return;
  reader->reply(answer(false, board_.since(reader->knows)));
}

}  // namespace dcportals::daemon
