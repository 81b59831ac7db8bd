// Question: how many packet-ins does one worker thread of the channel take in, hand to a handler and answer, a second of its own time?
//
// Switches over loopback TCP send packet-ins with a 98-byte frame (NXT_PACKET_IN2, as our flows send them) as fast as they are read. The
// handler answers each with a flow mod and a packet-out, encoded already, as a decision does: to the switch that asks, or to switches of
// all workers, with a barrier for each. What is counted is the processor time of the workers' threads; the switches, which share the
// machine, are not what is measured.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

#include "channel/fake_switch.h"
#include "channel/pool.h"
#include "channel/test_loop.h"
#include "channel/xid.h"
#include "openflow/parse.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;

constexpr int kSwitches = 8;
constexpr int kPacketsOfABlob = 500;
constexpr std::uint64_t kFirstDpid = 0x100;

enum class Answers { kNone, kOwnSwitch, kAllSwitches };

struct Nobody : Handler {
  void on_up(Dpid, const of::FeaturesReply&, const std::string&) override {}
  void on_message(Dpid, const of::Envelope&) override {}
  void on_down(Dpid, const std::string& reason) override { fmt::print("a switch went down: {}\n", reason); }
};

Bytes flow_and_packet() {
  auto mod = of::parse_flow(
      "table=6,priority=100,cookie=0x1000000000000003,idle_timeout=60,ip,metadata=0x7,nw_dst=10.0.2.1,"
      "actions=set_field:fa:16:3e:00:00:02->eth_dst,set_field:240.0.0.2->ip_dst,output:2");
  if (!mod) std::abort();
  Bytes out = of::encode(*mod, of::Xid(kFirstOutletXid));
  of::PacketOut packet;
  packet.actions = mod->instructions.apply;
  packet.data.resize(98);
  of::encode(packet, of::Xid(kFirstOutletXid + 1), out);
  return out;
}

class Answerer : public PacketHandler {
 public:
  Answerer(Outlet& outlet, Answers answers, std::atomic<std::uint64_t>& count)
      : outlet_(outlet), answers_(answers), answer_(flow_and_packet()), count_(count) {}

  void on_up(Dpid) override {}
  void on_down(Dpid) override {}
  bool on_packet_in(Dpid dpid, ByteSpan message) override {
    ++packets_;
    if (answers_ == Answers::kNone) return message.size() > 100;
    const Dpid to = answers_ == Answers::kOwnSwitch ? dpid : Dpid(kFirstDpid + packets_ % kSwitches);
    outlet_.send(to, answer_);
    if (answers_ == Answers::kAllSwitches) outlet_.barrier(to, packets_);
    return true;
  }
  void on_barrier(Dpid, std::uint64_t, bool) override {}
  void on_batch_end() override { count_ += std::exchange(packets_, 0); }

 private:
  Outlet& outlet_;
  Answers answers_;
  Bytes answer_;
  std::atomic<std::uint64_t>& count_;
  std::uint64_t packets_ = 0;
};

Bytes blob() {
  of::PacketIn packet;
  packet.data.resize(98);
  packet.total_len = 98;
  packet.userdata = {2};
  packet.match.set(of::Field::kInPort, of::OfPort(5)).set(of::Field::kMetadata, of::FieldValue{7});
  Bytes bytes;
  for (int i = 0; i < kPacketsOfABlob; ++i) of::encode(packet, of::Xid(0), bytes);
  return bytes;
}

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

class Bench {
 public:
  Bench(std::size_t workers, Answers answers) {
    Options options;
    options.listen_endpoint = "127.0.0.1:0";
    options.workers = workers;
    options.max_messages_per_second = 0;
    pool_ = std::make_unique<Pool>(loop_.io(), options, nobody_, [this, answers](Outlet& outlet) {
      return std::make_unique<Answerer>(outlet, answers, count_);
    });
    pool_->listen();
    for (int i = 0; i < kSwitches; ++i) {
      fakes_.push_back(std::make_unique<FakeSwitch>(loop_.io(), Dpid(kFirstDpid + static_cast<std::uint64_t>(i))));
      fakes_.back()->set_address(fmt::format("127.0.0.{}", i + 1));
      fakes_.back()->habits.keep_received = false;
      fakes_.back()->intercept = [](const of::Envelope& e) {
        return std::holds_alternative<of::FlowMod>(e.message) || std::holds_alternative<of::PacketOut>(e.message);
      };
      fakes_.back()->connect(pool_->port());
    }
    (void)loop_.run_until([&] { return pool_->switches().size() == kSwitches; });
  }

  void run(const char* title, int rounds) {
    const double before = worker_seconds();
    const Bytes bytes = blob();
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t expected = count_ + kSwitches * kPacketsOfABlob;
      for (auto& fake : fakes_) fake->send_raw(bytes);
      while (count_ < expected) (void)loop_.run_until([&] { return count_ >= expected; }, std::chrono::milliseconds(1));
    }
    const double seconds = worker_seconds() - before;
    const auto packets = static_cast<double>(count_.load());
    fmt::print("{:<40} {:>8.0f} ns a packet-in, {:>9.0f} a second and worker\n", title, seconds / packets * 1e9, packets / seconds);
  }

 private:
  // Of all workers together.
  double worker_seconds() {
    std::vector<double> seconds(pool_->workers());
    std::atomic<std::size_t> next = 0;
    bool done = false;
    pool_->post_to_all([&](PacketHandler&) { seconds[next++] = thread_seconds(); }, [&] { done = true; });
    (void)loop_.run_until([&] { return done; });
    double sum = 0;
    for (double part : seconds) sum += part;
    return sum;
  }

  TestLoop loop_;
  Nobody nobody_;
  std::atomic<std::uint64_t> count_ = 0;
  std::unique_ptr<Pool> pool_;
  std::vector<std::unique_ptr<FakeSwitch>> fakes_;
};

}  // namespace
}  // namespace dcportals::channel

int main() {
  using namespace dcportals::channel;
  spdlog::set_level(spdlog::level::off);
  Bench(1, Answers::kNone).run("not answered", 100);
  Bench(1, Answers::kOwnSwitch).run("answered to the switch that asks", 100);
  Bench(2, Answers::kAllSwitches).run("answered to any, two workers, barriers", 100);
}
