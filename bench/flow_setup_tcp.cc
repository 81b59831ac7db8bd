// Question: the same as flow_setup, over real TCP: how many new flows a second does one worker thread set up for 1, 16 and 256 switches that
// ask?
//
// The hosts of bench/cloud.h that share networks with an asking one are connected too; all are fakes in another thread, and acknowledge
// barriers. Each asking switch sends packet-ins of all pairs of its ports with their peers. What is counted is the worker thread's processor
// time: reading, deciding, sending to both ends, barriers and their answers.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <set>
#include <vector>

#include "bench/flow_questions.h"
#include "channel/fake_switch.h"
#include "channel/pool.h"
#include "channel/test_loop.h"
#include "channel/xid.h"
#include "decision/desk.h"

namespace dcportals::bench {
namespace {

constexpr double kSeconds = 3;                     // at least, of the worker's processor
constexpr std::size_t kQuestionsAtOnce = 8000;     // on their way, fewer than the desk holds

decision::Time steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

// Nobody but the workers hears from the switches.
struct Nobody : channel::Handler {
  void on_up(Dpid, const openflow::FeaturesReply&, const std::string&) override {}
  void on_message(Dpid, const openflow::Envelope&) override {}
  void on_down(Dpid dpid, const std::string& reason) override { fmt::print("switch {} went down: {}\n", dpid.value(), reason); }
};

// A desk on a worker.
class Server : public channel::PacketHandler, private decision::Outlet {
 public:
  Server(channel::Outlet& outlet, const flowgen::Policy& policy, std::shared_ptr<const decision::Snapshot> snapshot,
         std::atomic<std::uint64_t>& count)
      : outlet_(outlet), desk_(*this, options(), policy, std::move(snapshot)), count_(count) {}

  void on_up(Dpid) override {}
  void on_down(Dpid dpid) override { desk_.on_down(dpid); }
  bool on_packet_in(Dpid dpid, ByteSpan message) override {
    if (!now_) now_ = steady_now();
    return desk_.on_packet_in(dpid, message, *now_);
  }
  void on_barrier(Dpid dpid, std::uint64_t token, bool ok) override { desk_.on_barrier(dpid, token, ok); }
  void on_batch_end() override {
    while (desk_.on_batch_end()) {
    }
    now_.reset();
    if (desk_.totals().of(decision::Kind::kDrop) != 0) throw std::logic_error("a packet was dropped");
    count_ = desk_.totals().of(decision::Kind::kRemote);
  }

 private:
  static decision::DeskOptions options() {
    decision::DeskOptions out;
    out.first_xid = openflow::Xid{channel::kFirstOutletXid};
    out.last_xid = openflow::Xid{channel::kLastOutletXid};
    return out;
  }
  void send(Dpid dpid, ByteSpan messages) override { outlet_.send(dpid, messages); }
  void barrier(Dpid dpid, std::uint64_t token) override { outlet_.barrier(dpid, token); }

  channel::Outlet& outlet_;
  decision::Desk desk_;
  std::optional<decision::Time> now_;
  std::atomic<std::uint64_t>& count_;
};

class Bench {
 public:
  Bench(const Cloud& cloud, const std::shared_ptr<const decision::Snapshot>& snapshot, unsigned asking) : cloud_(cloud), asking_(asking) {
    flowgen::Policy unlimited = cloud.policy;
    unlimited.first_packets = {1'000'000, 1'000'000};
    channel::Options options;
    options.listen_endpoint = "127.0.0.1:0";
    options.max_messages_per_second = 0;
    pool_ = std::make_unique<channel::Pool>(loop_.io(), options, nobody_, [&, unlimited](channel::Outlet& outlet) {
      return std::make_unique<Server>(outlet, unlimited, snapshot, count_);
    });
    pool_->listen();
    connect();
    write_questions();
  }

  void run() {
    const double before = worker_seconds();
    double seconds = 0;
    while (seconds < kSeconds) {
      for (int round = 0; round < 20; ++round) ask_once();
      seconds = worker_seconds() - before;
    }
    print(fmt::format("full decisions over TCP, {} asking of {} switches", asking_, fakes_.size()), seconds, static_cast<double>(count_.load()));
  }

 private:
  // The n-th asking host: those that share networks come one after the other.
  static unsigned host(unsigned n) { return 1 + n / kPortsPerNetwork + n % kPortsPerNetwork * kHostStep; }

  void connect() {
    const unsigned connected = (asking_ + kPortsPerNetwork - 1) / kPortsPerNetwork * kPortsPerNetwork;
    for (unsigned n = 0; n < connected; ++n) {
      fakes_.push_back(std::make_unique<channel::FakeSwitch>(loop_.io(), Dpid{host(n)}));
      fakes_.back()->habits.keep_received = false;
      fakes_.back()->intercept = [](const openflow::Envelope& e) {
        return std::holds_alternative<openflow::FlowMod>(e.message) || std::holds_alternative<openflow::PacketOut>(e.message);
      };
      fakes_.back()->connect(pool_->port());
    }
    if (!loop_.run_until([&] { return pool_->switches().size() == connected; })) throw std::runtime_error("switches do not come up");
  }
  void write_questions() {
    const std::size_t each = std::min<std::size_t>(kPortsPerHost * (kPortsPerNetwork - 1), kQuestionsAtOnce / asking_);
    for (unsigned n = 0; n < asking_; ++n) {
      Bytes& bytes = questions_.emplace_back();
      std::size_t count = 0;
      for (unsigned from = 1; from <= kPorts && count < each; ++from) {
        if (host_of(from) != host(n)) continue;
        const unsigned first = (network_of(from) - 1) * kPortsPerNetwork + 1;
        for (unsigned to = first; to < first + kPortsPerNetwork && count < each; ++to) {
          if (to == from) continue;
          const Bytes message = ask(cloud_, from, to).message;
          bytes.insert(bytes.end(), message.begin(), message.end());
          ++count;
        }
      }
      asked_at_once_ += count;
    }
  }
  void ask_once() {
    const std::uint64_t expected = count_ + asked_at_once_;
    for (std::size_t n = 0; n < questions_.size(); ++n) fakes_[n]->send_raw(questions_[n]);
    while (count_ < expected) (void)loop_.run_until([&] { return count_ >= expected; }, std::chrono::milliseconds(1));
  }
  double worker_seconds() {
    std::atomic<double> seconds = 0;
    bool done = false;
    pool_->post_to_all([&](channel::PacketHandler&) { seconds = cpu_seconds(); }, [&] { done = true; });
    (void)loop_.run_until([&] { return done; });
    return seconds;
  }

  const Cloud& cloud_;
  unsigned asking_;
  channel::TestLoop loop_;
  Nobody nobody_;
  std::atomic<std::uint64_t> count_ = 0;
  std::unique_ptr<channel::Pool> pool_;
  std::vector<std::unique_ptr<channel::FakeSwitch>> fakes_;
  std::vector<Bytes> questions_;
  std::size_t asked_at_once_ = 0;
};

}  // namespace
}  // namespace dcportals::bench

int main() {
  using namespace dcportals;
  spdlog::set_level(spdlog::level::off);
  const bench::Cloud cloud;
  decision::SnapshotBuilder builder(cloud.scenario.topology.key_pool());
  builder.refresh_all(cloud.world());
  const auto snapshot = builder.publish();
  for (const unsigned asking : {1U, 16U, 256U}) bench::Bench(cloud, snapshot, asking).run();
}
