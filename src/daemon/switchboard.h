// Joins the pure controller to the world: what switches say goes in as events, the effects that come out are carried out.
//
// Packet-ins do not come here: the workers decide about them (decision_worker.h). Event loop's thread only. The controller never waits; whatever
// takes time (a request to a switch, a transaction) comes back as another event.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "channel/pool.h"
#include "controller/controller.h"
#include "daemon/refused_switches.h"
#include "daemon/transactor.h"

namespace dcportals::daemon {

class Switchboard : public channel::Handler {
 public:
  Switchboard(boost::asio::io_context& io, channel::Options options, controller::Controller& controller);

  // Set once, before anything happens: whom to give plans to.
  void set_transactor(Transactor& transactor) { transactor_ = &transactor; }
  // Called after every event that may have brought a host nearer to being synced.
  void set_progress_listener(std::function<void()> listener) { on_progress_ = std::move(listener); }

  // Changes that are on disk.
  void apply(const topology::Changes& changes);
  // Once a second.
  void tick();

  [[nodiscard]] channel::Pool& server() { return server_; }
  [[nodiscard]] const RefusedSwitches& refused() const { return refused_; }

  void on_up(openflow::Dpid dpid, const openflow::FeaturesReply& features, const std::string& peer) override;
  void on_message(openflow::Dpid dpid, const openflow::Envelope& envelope) override;
  void on_down(openflow::Dpid dpid, const std::string& reason) override;

 private:
  // Carries them out in order, after those that still wait.
  void perform(controller::Effects effects);
  void carry_on();
  void act(const controller::Publish& effect);
  void act(const controller::Introduce& effect);
  void act(const controller::Report& effect);
  void act(const controller::ReadTables& effect);
  void act(controller::SendBundle& effect);
  void act(const controller::Send& effect);
  void act(const controller::Disconnect& effect);
  void act(const controller::FreeKeys& effect);
  void act(const controller::Repaired& effect);
  // A request whose failure ends the connection: without the answer there is nothing to go on with.
  void ask(Dpid dpid, const openflow::Message& message, std::function<void(std::vector<openflow::Message>)> then);

  controller::Controller& controller_;
  Transactor* transactor_ = nullptr;
  std::function<void()> on_progress_;
  RefusedSwitches refused_;
  std::deque<controller::Effect> waiting_;  // for a snapshot to be in use
  bool publishing_ = false;
  channel::Pool server_;
};

}  // namespace dcportals::daemon
