// What the tests of Server share: a loop, a handler that writes down what it hears, fake switches.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "channel/fake_switch.h"
#include "channel/server.h"
#include "channel/test_loop.h"

namespace dcportals::channel {

struct Recorder : Handler {
  struct Up {
    Dpid dpid;
    openflow::FeaturesReply features;
    std::string peer;
  };
  std::vector<Up> ups;
  std::vector<std::pair<Dpid, openflow::Envelope>> messages;
  std::vector<std::pair<Dpid, std::string>> downs;
  std::function<void(Dpid)> when_up;
  std::function<void(Dpid, const openflow::Envelope&)> when_message;
  std::function<void(Dpid)> when_down;

  void on_up(Dpid dpid, const openflow::FeaturesReply& features, const std::string& peer) override {
    ups.push_back({dpid, features, peer});
    if (when_up) when_up(dpid);
  }
  void on_message(Dpid dpid, const openflow::Envelope& envelope) override {
    messages.emplace_back(dpid, envelope);
    if (when_message) when_message(dpid, envelope);
  }
  void on_down(Dpid dpid, const std::string& reason) override {
    downs.emplace_back(dpid, reason);
    if (when_down) when_down(dpid);
  }
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() { options_.listen_endpoint = "127.0.0.1:0"; }

  // After options_ are set.
  void listen() {
    server_ = std::make_unique<Server>(loop_.io(), options_, recorder_);
    server_->listen();
  }
  std::unique_ptr<FakeSwitch> make_switch(Dpid dpid = kDpid) { return std::make_unique<FakeSwitch>(loop_.io(), dpid); }
  // Listens if need be, and brings up a good switch.
  std::unique_ptr<FakeSwitch> bring_up(Dpid dpid = kDpid) {
    if (!server_) listen();
    auto fake = make_switch(dpid);
    fake->connect(server_->port());
    EXPECT_TRUE(run_until([&] { return server_->is_up(dpid); }));
    return fake;
  }
  [[nodiscard]] bool run_until(const std::function<bool()>& done) { return loop_.run_until(done); }
  // The reason for which the switch went down, when it has; "" if it did not.
  std::string reason_down() {
    EXPECT_TRUE(run_until([&] { return !recorder_.downs.empty(); }));
    return recorder_.downs.empty() ? "" : recorder_.downs.back().second;
  }

  static constexpr Dpid kDpid{0xa1};

  Options options_;
  Recorder recorder_;
  TestLoop loop_;
  std::unique_ptr<Server> server_;
};

}  // namespace dcportals::channel
