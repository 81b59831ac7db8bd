// See server.h. Which connections there are, and who has which dpid; what happens on one is Connection's.
#include "channel/server.h"

#include <algorithm>
#include <utility>

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

Server::Server(boost::asio::io_context& io, Options options, WorkerHandler& handler)
    : Server(io, std::move(options), static_cast<Handler&>(handler)) {
  worker_ = &handler;
}

Server::~Server() {
  stop();
}

void Server::listen() {
  listener_ = std::make_unique<Listener>(
      io_, parse_endpoint(options_->listen_endpoint), [this](Accepted accepted) { adopt(std::move(accepted)); },
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

void Server::adopt(Accepted accepted) {
  ++stats_.accepted;
  const std::string peer = accepted.peer();
  const bool allowed = connections_.size() < options_->max_connections;
  auto stream = allowed ? open_stream(io_, std::move(accepted)) : nullptr;
  if (!stream) {
    ++stats_.refused_full;
    trouble_log_->warn("event=refused peer={} reason=\"{}, {} connections\"", peer, allowed ? "no resources" : "too many",
                       connections_.size());
    if (worker_) worker_->on_gone();
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
  if (fresh && worker_ && !worker_->claim(dpid)) {
    by_dpid_.erase(place);
    return false;
  }
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

bool Server::on_packet_in(Connection& connection, ByteSpan message) {
  return worker_ && worker_->on_packet_in(connection.dpid(), message);
}

void Server::on_barrier(Connection& connection, std::span<const BarrierToken> tokens, bool ok) {
  if (worker_) worker_->on_barrier(connection.dpid(), tokens, ok);
}

void Server::on_turn_end(Connection& connection) {
  if (worker_) worker_->on_turn_end(connection.dpid());
}

void Server::on_end(Connection& connection, Ending ending, bool was_up, const std::string& reason) {
  const openflow::Dpid dpid = connection.dpid();
  const auto claimed = by_dpid_.find(dpid);
  const bool was_claimed = claimed != by_dpid_.end() && claimed->second == &connection;
  if (was_claimed) by_dpid_.erase(claimed);
  WorkerHandler* const worker = worker_;  // on_down may be the end of us, if we are alone
  if (was_up) {
    ++stats_.downs;
    --stats_.switches_up;
    event_log_->info("event=down dpid={:016x} peer={} reason=\"{}\"", dpid.value(), connection.peer(), reason);
    handler_.on_down(dpid, reason);
    if (worker) worker->release(dpid);
    return;
  }
  if (worker && was_claimed) worker->release(dpid);
  ++(ending == Ending::kDuplicate ? stats_.refused_duplicate : stats_.handshakes_failed);
  trouble_log_->warn("event=refused peer={} reason=\"{}\"", connection.peer(), reason);
}

void Server::on_gone(Connection& connection) {
  connections_.erase(&connection);
  if (worker_) worker_->on_gone();
}

Connection* Server::find(openflow::Dpid dpid) const {
  const auto claimed = by_dpid_.find(dpid);
  return claimed != by_dpid_.end() && claimed->second->state() == State::kUp ? claimed->second : nullptr;
}

std::optional<openflow::Xid> Server::send(openflow::Dpid dpid, const openflow::Message& message) {
  Connection* connection = find(dpid);
  return connection ? connection->send(message) : std::nullopt;
}

bool Server::send(openflow::Dpid dpid, ByteSpan encoded) {
  Connection* connection = find(dpid);
  if (connection) connection->send(encoded);
  return connection != nullptr;
}

bool Server::barrier(openflow::Dpid dpid, BarrierToken token) {
  Connection* connection = find(dpid);
  if (!connection) return false;
  const Connection::Waiting waiting = connection->barrier(token);
  if (waiting == Connection::Waiting::kFirst) barriers_due_.push_back(dpid);
  return waiting != Connection::Waiting::kRefused;
}

void Server::send_barriers() {
  for (openflow::Dpid dpid : barriers_due_) {
    if (Connection* connection = find(dpid)) connection->send_barrier();
  }
  barriers_due_.clear();
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
  hold(dpid, Connection::Hold::kCaller);
}

void Server::resume_reading(openflow::Dpid dpid) {
  release(dpid, Connection::Hold::kCaller);
}

void Server::hold(openflow::Dpid dpid, Connection::Hold reason) {
  if (Connection* connection = find(dpid)) connection->hold(reason);
}

void Server::release(openflow::Dpid dpid, Connection::Hold reason) {
  if (Connection* connection = find(dpid)) connection->release(reason);
}

void Server::probe(openflow::Dpid dpid) {
  if (Connection* connection = find(dpid)) connection->probe();
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
  std::ranges::sort(up);
  return up;
}

bool Server::is_up(openflow::Dpid dpid) const {
  return find(dpid) != nullptr;
}

}  // namespace dcportals::channel
