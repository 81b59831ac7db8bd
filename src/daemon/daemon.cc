#include "daemon/daemon.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <random>
#include <stdexcept>
#include <utility>

#include "daemon/config_api.h"
#include "daemon/digest_api.h"
#include "daemon/log.h"
#include "daemon/operation_api.h"
#include "daemon/switchboard.h"
#include "daemon/sync_waiters.h"
#include "daemon/transaction_queue.h"
#include "rpc/tls_identity.h"

namespace dcportals::daemon {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kGrace{5};

// What the store holds, made to fit the configured key pool.
topology::Topology load_topology(store::Store& store, const topology::KeyPool& pool) {
  topology::Topology topology(pool);
  for (const topology::Change& change : store.load()) topology.apply(change);
  topology::Planner planner(topology);
  if (auto fitted = planner.fit_key_pool(); !fitted) {
    throw std::runtime_error(fmt::format("fabric.{}: {}", fitted.error().field, fitted.error().text));
  }
  const topology::Changes changes = planner.finish();
  if (!changes.empty()) store.commit(changes);
  for (const topology::Change& change : changes) topology.apply(change);
  return topology;
}

void log_api_security(const rpc::HttpOptions& api) {
  if (rpc::sends_token_in_clear(api)) {
    log("daemon")->warn("event=token_in_clear api={}:{} text=\"who watches the network can read the API's token: configure "
                        "api.tls_certificate_file and api.tls_key_file, or listen on the loopback\"", api.address, api.port);
  }
  if (!api.tls) return;
  const auto expiry = api.tls->expiry();
  const bool expired = expiry <= std::chrono::system_clock::now();
  log("daemon")->log(expired ? spdlog::level::warn : spdlog::level::info, "event={} valid_until={:%FT%TZ}",
                     expired ? "certificate_expired" : "certificate", expiry);
}

std::string random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

struct Daemon::Parts {
  Parts(const Config& config, std::string version)
      : store(store::Store::open(config.store)),
        topology(load_topology(*store, config.key_pool)),
        controller(topology, config.controller, controller::Clock::now()),
        switchboard(io, config.openflow, controller),
        transactions(io, *store, topology, [this](const topology::Changes& changes) { apply(changes); }),
        waiters(io, controller, topology),
        board(topology, controller, config.host_grace, controller::Clock::now()),
        events(io, board, random_name()),
        operations{topology,
                   controller,
                   switchboard.server(),
                   switchboard.refused(),
                   transactions,
                   waiters,
                   events,
                   config.store.path,
                   std::move(version),
                   std::chrono::steady_clock::now()},
        signals(io, SIGTERM, SIGINT),
        ticker(io) {
    switchboard.set_transactor(transactions);
    switchboard.set_progress_listener([this] { on_progress(); });
    register_config_api(dispatcher, topology, config.controller.policy, transactions,
                        {.port = [this](const topology::Port& port, boost::json::object& computed) { add_port_details(port, computed); },
                         .network = [this](const topology::Network& network,
                                           boost::json::object& computed) { add_network_details(network, computed); }});
    register_operation_api(dispatcher, operations);
    register_digest_api(dispatcher, topology, {[this](const topology::PortId& id) { return board.wired_hosts(id); }, [this] { return board.settled(); }});
    auto listening = rpc::HttpServer::listen(io, config.api, [this](const std::string& body, rpc::Answer answer) {
      dispatcher.handle(body, std::move(answer));
    });
    if (!listening) throw std::runtime_error(fmt::format("api: {}", listening.error()));
    http = std::move(*listening);
    log_api_security(config.api);
    switchboard.server().listen();
    log("daemon")->info("event=started openflow={} api={}:{} networks={} ports={}", config.openflow.listen_endpoint,
                        config.api.address, http->port(), topology.network_count(), topology.port_count());
  }

  void apply(const topology::Changes& changes) {
    board.on_changes(changes);
    switchboard.apply(changes);
  }

  void on_progress() {
    waiters.check();
    if (board.update(controller.take_news(), controller::Clock::now())) events.check();
  }

  void add_port_details(const topology::Port& port, boost::json::object& computed) const {
    computed["wired"] = controller.is_wired(port.id);
    boost::json::array& wired_hosts = computed["wired_hosts"].emplace_array();
    for (const topology::HostName& host : board.wired_hosts(port.id)) wired_hosts.emplace_back(host.text);
    if (const auto fault = controller.flow_faults().find(port.id); fault != controller.flow_faults().end()) {
      computed["flow_fault"] = fmt::format("host {}: {}", fault->second.host.text, fault->second.text);
    }
  }

  void add_network_details(const topology::Network& network, boost::json::object& computed) const {
    if (!network.physical_network) return;
    const std::string& name = *network.physical_network;
    boost::json::array& hosts = computed["attached_hosts"].emplace_array();
    for (const topology::HostName& host : controller.connected_hosts()) {
      if (controller.switch_of(host)->wiring.attachments.contains(name)) hosts.emplace_back(host.text);
    }
    if (!controller.names().physical_networks.contains(name)) {
      computed["fault"] = fmt::format("the physical network \"{}\" is not in dcportald's configuration (fabric.physical_networks)", name);
    }
  }

  void tick() {
    ticker.expires_after(kTick);
    ticker.async_wait([this](boost::system::error_code error) {
      if (error) return;
      switchboard.tick();
      tick();
    });
  }

  void stop() {
    http->stop();
    switchboard.server().stop();
    ticker.cancel();
    io.stop();
  }

  boost::asio::io_context io{1};
  std::unique_ptr<store::Store> store;
  topology::Topology topology;
  controller::Controller controller;
  Switchboard switchboard;
  TransactionQueue transactions;
  SyncWaiters waiters;
  status::StatusBoard board;
  EventFeed events;
  OperationContext operations;
  rpc::Dispatcher dispatcher;
  std::unique_ptr<rpc::HttpServer> http;
  boost::asio::signal_set signals;
  boost::asio::steady_timer ticker;
};

Daemon::Daemon(const Config& config, std::string version) : parts_(std::make_unique<Parts>(config, std::move(version))) {}

Daemon::~Daemon() = default;

void Daemon::run() {
  parts_->signals.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    log("daemon")->info("event=stopping signal={}", signal);
    parts_->stop();
  });
  parts_->tick();
  parts_->io.run();
  // Commits under way end and are answered; nobody waits for those who only listen (events.get, sync.wait).
  parts_->io.restart();
  const auto end = std::chrono::steady_clock::now() + kGrace;
  while (!parts_->transactions.idle() && std::chrono::steady_clock::now() < end) parts_->io.run_one_until(end);
  parts_->io.poll();
}

}  // namespace dcportals::daemon
