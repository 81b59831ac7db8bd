// See server.h. Which connections there are, and who has which dpid; what happens on one is Connection's.
#include "channel/server.h"

#include <utility>

#include "channel/connection.h"
#include "channel/peer_log.h"
#include "channel/transport.h"

namespace dcportals::channel {

namespace {

constexpr double kEventLogLinesPerSecond = 200;
constexpr double kTroubleLogLinesPerSecond = 5;

}  // namespace

Server::Server(boost::asio::io_context& io, Options options, Handler& handler)
    : io_(io),
      options_(std::make_shared<const Options>(std::move(options))),
      handler_(handler),
      event_log_(std::make_shared<PeerLog>(kEventLogLinesPerSecond)),
      trouble_log_(std::make_shared<PeerLog>(kTroubleLogLinesPerSecond)) {}

Server::~Server() {
  stop();
}

void Server::listen() {
  listener_ = std::make_unique<Listener>(
      io_, parse_endpoint(options_->listen_endpoint), [this](std::unique_ptr<Stream> stream) { accept(std::move(stream)); },
      [this](std::error_code error) { trouble_log_->warn("event=accept_failed error=\"{}\"", error.message()); });
  event_log_->info("event=listening endpoint={} port={}", options_->listen_endpoint, port());
}

std::uint16_t Server::port() const {
  return listener_ ? listener_->port() : std::uint16_t{0};
}

void Server::stop() {
  listener_.reset();
  by_dpid_.clear();
  stats_.switches_up = 0;
  const auto connections = std::exchange(connections_, {});
  for (const auto& [key, connection] : connections) connection->abandon();
}

void Server::accept(std::unique_ptr<Stream> stream) {
  ++stats_.accepted;
  if (connections_.size() >= options_->max_connections) {
    ++stats_.refused_full;
    trouble_log_->warn("event=refused peer={} reason=\"{} connections already\"", stream->peer(), connections_.size());
    return;
  }
  auto connection =
      std::make_shared<Connection>(io_, std::move(stream), options_, trouble_log_, static_cast<ConnectionOwner&>(*this));
  connections_.emplace(connection.get(), connection);
  connection->start();
}

bool Server::claim(openflow::Dpid dpid, Connection& connection) {
  const auto [place, fresh] = by_dpid_.try_emplace(dpid, &connection);
  // Perhaps the switch has lost its first connection and we do not know yet: then it will be let in when it tries again.
  if (!fresh) place->second->probe();
  return fresh;
}

void Server::on_up(Connection& connection) {
  ++stats_.switches_up;
  event_log_->info("event=up dpid={:016x} peer={}", connection.dpid().value(), connection.peer());
  handler_.on_up(connection.dpid(), connection.features(), connection.peer());
}

void Server::on_message(Connection& connection, const openflow::Envelope& envelope) {
  handler_.on_message(connection.dpid(), envelope);
}

void Server::on_end(Connection& connection, Ending ending, bool was_up, const std::string& reason) {
  const openflow::Dpid dpid = connection.dpid();
  const auto claimed = by_dpid_.find(dpid);
  if (claimed != by_dpid_.end() && claimed->second == &connection) by_dpid_.erase(claimed);
  if (was_up) {
    ++stats_.downs;
    --stats_.switches_up;
    event_log_->info("event=down dpid={:016x} peer={} reason=\"{}\"", dpid.value(), connection.peer(), reason);
    handler_.on_down(dpid, reason);
    return;
  }
  ++(ending == Ending::kDuplicate ? stats_.refused_duplicate : stats_.handshakes_failed);
  trouble_log_->warn("event=refused peer={} reason=\"{}\"", connection.peer(), reason);
}

void Server::on_gone(Connection& connection) {
  connections_.erase(&connection);
}

Connection* Server::find(openflow::Dpid dpid) const {
  const auto claimed = by_dpid_.find(dpid);
  return claimed != by_dpid_.end() && claimed->second->state() == State::kUp ? claimed->second : nullptr;
}

std::optional<openflow::Xid> Server::send(openflow::Dpid dpid, const openflow::Message& message) {
  Connection* connection = find(dpid);
  return connection ? connection->send(message) : std::nullopt;
}

void Server::request(openflow::Dpid dpid, const openflow::Message& message, RequestCallback callback) {
  if (Connection* connection = find(dpid)) return connection->request(message, std::move(callback));
  post(io_, [callback = std::move(callback)] {
    callback(std::unexpected(RequestError{RequestErrorCode::kNoSwitch, {}, "not connected"}));
  });
}

void Server::apply_bundle(openflow::Dpid dpid, std::vector<openflow::Message> messages, BundleCallback callback) {
  if (Connection* connection = find(dpid)) return connection->apply_bundle(std::move(messages), std::move(callback));
  post(io_, [callback = std::move(callback)] {
    callback(std::unexpected(BundleError{BundleErrorCode::kNoSwitch, {}, {}, "not connected"}));
  });
}

void Server::close(openflow::Dpid dpid, std::string_view reason) {
  if (Connection* connection = find(dpid)) connection->close(std::string(reason));
}

void Server::pause_reading(openflow::Dpid dpid) {
  if (Connection* connection = find(dpid)) connection->pause_reading();
}

void Server::resume_reading(openflow::Dpid dpid) {
  if (Connection* connection = find(dpid)) connection->resume_reading();
}

std::optional<SwitchStats> Server::stats(openflow::Dpid dpid) const {
  const Connection* connection = find(dpid);
  if (!connection) return std::nullopt;
  return connection->stats();
}

ServerStats Server::stats() const {
  ServerStats stats = stats_;
  stats.connections = connections_.size();
  return stats;
}

std::vector<openflow::Dpid> Server::switches() const {
  std::vector<openflow::Dpid> up;
  for (const auto& [dpid, connection] : by_dpid_) {
    if (connection->state() == State::kUp) up.push_back(dpid);
  }
  return up;
}

bool Server::is_up(openflow::Dpid dpid) const {
  return find(dpid) != nullptr;
}

}  // namespace dcportals::channel
