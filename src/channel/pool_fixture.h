// What the tests of Pool share: a pool on a loop, switches at 127.0.0.x, and a packet handler that does what the packets say.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "channel/pool.h"
#include "channel/server_fixture.h"
#include "channel/xid.h"

namespace dcportals::channel {

// What the handlers of all workers share with the test. Atomic, or set before the pool is made.
struct Script {
  std::atomic<int> packets = 0;
  std::atomic<int> batch_ends = 0;
  std::atomic<int> ups = 0;
  std::atomic<int> downs = 0;
  std::atomic<std::uint64_t> version = 0;  // what kTell sends next, changed by tests of the fence
  std::size_t bulk = 0;                    // bytes that kTell sends
};

// What a packet asks its handler for; the frame's first byte. The next 8 are a dpid, the target.
enum class Ask : std::uint8_t {
  kReply = 1,  // a packet-out to the one that asks
  kTell = 2,   // a packet-out to the target; its data begins with the version of the handler
  kSure = 3,   // a flow mod to the target, a barrier, and when it is answered a packet-out to the one that asks, 1 or 0 in its data
  kNothing = 4,
  kDecline = 5,
};

inline openflow::PacketIn ask(Ask what, Dpid target = Dpid(0)) {
  openflow::PacketIn packet;
  ByteWriter out(packet.data);
  out.u8(static_cast<std::uint8_t>(what));
  out.u64(target.value());
  packet.total_len = static_cast<std::uint16_t>(packet.data.size());
  return packet;
}

class ScriptedHandler : public PacketHandler {
 public:
  ScriptedHandler(Outlet& outlet, Script& script) : outlet_(outlet), script_(script) {}

  void on_up(Dpid dpid) override {
    ++script_.ups;
    switches.insert(dpid);
  }
  void on_down(Dpid dpid) override {
    ++script_.downs;
    switches.erase(dpid);
  }
  bool on_packet_in(Dpid dpid, ByteSpan message) override {
    ++script_.packets;
    const auto envelope = openflow::decode(message);
    if (!envelope) return false;
    ByteReader in(std::get<openflow::PacketIn>(envelope->message).data);
    const auto what = static_cast<Ask>(in.u8());
    const Dpid target(in.u64());
    if (what == Ask::kDecline) return false;
    if (what == Ask::kReply) packet_out(dpid, 0, 8);
    if (what == Ask::kTell) packet_out(target, version, std::max<std::size_t>(8, script_.bulk));
    if (what == Ask::kSure) {
      openflow::FlowMod mod;
      mod.priority = ++priority_;
      send(target, mod);
      outlet_.barrier(target, dpid.value());
    }
    return true;
  }
  void on_barrier(Dpid, std::uint64_t token, bool ok) override { packet_out(Dpid(token), ok ? 1 : 0, 8); }
  void on_batch_end() override { ++script_.batch_ends; }

  void packet_out(Dpid dpid, std::uint64_t number, std::size_t size) {
    openflow::PacketOut out;
    out.data.resize(size);
    store_be(out.data.data(), number);
    send(dpid, out);
  }
  void send(Dpid dpid, const openflow::Message& message) {
    outlet_.send(dpid, openflow::encode(message, openflow::Xid(kFirstOutletXid)));
  }
  [[nodiscard]] Outlet& outlet() { return outlet_; }

  std::set<Dpid> switches;
  std::uint64_t version = 0;

 private:
  Outlet& outlet_;
  Script& script_;
  std::uint16_t priority_ = 0;
};

class PoolTest : public testing::Test {
 protected:
  PoolTest() {
    options_.listen_endpoint = "127.0.0.1:0";
    options_.workers = 3;
  }
  ~PoolTest() override { pool_.reset(); }

  // The pool's main thread does nothing but in run_main().
  void keep_main_apart() { main_ = &apart_; }
  void listen() {
    pool_ = std::make_unique<Pool>(main_->io(), options_, recorder_,
                                   [this](Outlet& outlet) { return std::make_unique<ScriptedHandler>(outlet, script_); });
    pool_->listen();
  }
  // From 127.0.0.`host`: hosts 1, 2, 3 are on three workers, 4 is with 1, and so on.
  std::unique_ptr<FakeSwitch> make_switch(int host, Dpid dpid) {
    auto fake = std::make_unique<FakeSwitch>(net_.io(), dpid);
    fake->set_address("127.0.0." + std::to_string(host));
    return fake;
  }
  std::unique_ptr<FakeSwitch> make_switch(int host) { return make_switch(host, dpid_of(host)); }
  std::unique_ptr<FakeSwitch> bring_up(int host) {
    if (!pool_) listen();
    auto fake = make_switch(host);
    fake->connect(pool_->port());
    EXPECT_TRUE(run_until([&] { return pool_->is_up(dpid_of(host)); }));
    return fake;
  }
  // Goes on trying, as switches do, until it is a switch that is up and the one before it is down.
  bool comes_up(FakeSwitch& fake) {
    const std::size_t ups = recorder_.ups.size();
    fake.connect(pool_->port());
    return run_until([&] {
      if (fake.lost()) fake.connect(pool_->port());
      return recorder_.ups.size() > ups;
    });
  }
  static Dpid dpid_of(int host) { return Dpid(0xa00 + static_cast<std::uint64_t>(host)); }

  [[nodiscard]] bool run_until(const std::function<bool()>& done) {
    if (main_ == &net_) return net_.run_until(done);
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    while (!done() && Clock::now() < deadline) {
      (void)net_.run_until(done, std::chrono::milliseconds(1));
      main_->run_ready();
    }
    return done();
  }
  // For what workers change, which wakes no loop of ours. Where main is kept apart it does nothing meanwhile.
  [[nodiscard]] bool run_net_until(const std::function<bool()>& done) {
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    while (!done() && Clock::now() < deadline) (void)net_.run_until(done, std::chrono::milliseconds(1));
    return done();
  }

  SwitchStats stats_of(Dpid dpid) {
    std::optional<std::optional<SwitchStats>> stats;
    pool_->stats(dpid, [&](std::optional<SwitchStats> s) { stats = std::move(s); });
    EXPECT_FALSE(stats) << "never from within the call";
    EXPECT_TRUE(run_until([&] { return stats.has_value(); }));
    return stats.value_or(std::nullopt).value_or(SwitchStats{});
  }
  PoolStats stats() {
    std::optional<PoolStats> stats;
    pool_->stats([&](PoolStats s) { stats = std::move(s); });
    EXPECT_TRUE(run_until([&] { return stats.has_value(); }));
    return stats.value_or(PoolStats{});
  }

  Options options_;
  Script script_;
  Recorder recorder_;
  TestLoop net_;
  TestLoop apart_;
  TestLoop* main_ = &net_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace dcportals::channel
