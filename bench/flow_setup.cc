// Question: how many new flows a second can one core set up, and what does a decision cost?
//
// On bench/cloud.h, all reactive, packet-ins of random pairs of VMs of one network on two hosts, 98-byte frames: each is read, validated, both
// ends are looked up, and both switches get their flow mods and barrier, and the sender's its packet back. First without sockets: the desk with
// an outlet that copies into memory and acknowledges after each batch. Times are of this thread's processor. Over TCP: flow_setup_tcp.cc.
#include <fmt/format.h>

#include "bench/flow_questions.h"
#include "decision/desk.h"

namespace dcportals::bench {
namespace {

using decision::Desk;
using decision::Kind;

constexpr std::size_t kPairs = 200'000;
constexpr std::size_t kRounds = 10;

// Switches that take everything and have carried it out at once.
class MemoryOutlet : public decision::Outlet {
 public:
  void send(Dpid, ByteSpan messages) override {
    if (queue_.size() + messages.size() > kQueue) queue_.clear();
    queue_.insert(queue_.end(), messages.begin(), messages.end());
    bytes += messages.size();
  }
  void barrier(Dpid dpid, std::uint64_t token) override {
    barriers_.emplace_back(dpid, token);
    ++barriers;
  }
  void acknowledge(Desk& desk) {
    for (const auto& [dpid, token] : barriers_) desk.on_barrier(dpid, token, true);
    barriers_.clear();
  }
  std::size_t bytes = 0, barriers = 0;

 private:
  static constexpr std::size_t kQueue = 256U << 10;  // what switches take while they are written to
  Bytes queue_;
  std::vector<std::pair<Dpid, std::uint64_t>> barriers_;
};

void measure_desk(const Cloud& cloud, const std::shared_ptr<const decision::Snapshot>& snapshot, const Questions& questions,
                  std::size_t batch) {
  MemoryOutlet outlet;
  flowgen::Policy unlimited = cloud.policy;
  unlimited.first_packets = {1'000'000, 1'000'000};
  Desk desk(outlet, {}, unlimited, snapshot);
  decision::Time now{1};
  double start = 0;
  // The first round warms the memory that is used again.
  for (std::size_t round = 0; round <= kRounds; ++round) {
    if (round == 1) start = cpu_seconds();
    for (std::size_t i = 0; i < questions.size();) {
      for (const std::size_t end = std::min(i + batch, questions.size()); i < end; ++i) {
        desk.on_packet_in(questions.dpid(i), questions.message(i), now);
      }
      desk.on_batch_end();
      outlet.acknowledge(desk);
      now += std::chrono::microseconds(batch);
    }
  }
  const double seconds = cpu_seconds() - start;
  const auto expected = questions.size() * (kRounds + 1);
  if (desk.totals().of(Kind::kRemote) != expected) throw std::logic_error("decisions are missing");
  print(fmt::format("full decisions, batches of {}", batch), seconds, static_cast<double>(questions.size() * kRounds));
  fmt::print("    {} bytes sent and {:.2f} barriers a decision\n", outlet.bytes / expected,
             static_cast<double>(outlet.barriers) / static_cast<double>(expected));
}

void measure_parts(const decision::Snapshot& snapshot, const Questions& questions) {
  std::uint64_t sum = 0;
  double start = cpu_seconds();
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < questions.size(); ++i) sum += decision::read_ask(questions.message(i))->frame.size();
  }
  const auto count = static_cast<double>(questions.size() * kRounds);
  print("of which: reading the packet-in", cpu_seconds() - start, count);
  start = cpu_seconds();
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      sum += decision::decide(snapshot, questions.dpid(i), *decision::read_ask(questions.message(i))).sender_flow.size();
    }
  }
  print("of which: reading and deciding", cpu_seconds() - start, count);
  if (sum == 0) throw std::logic_error("nothing was decided");
}

std::shared_ptr<const decision::Snapshot> measure_snapshot(Cloud& cloud) {
  decision::SnapshotBuilder builder(cloud.scenario.topology.key_pool());
  double start = cpu_seconds();
  builder.refresh_all(cloud.world());
  auto snapshot = builder.publish();
  fmt::print("{:<64} {:>8.2f} s\n", "snapshot of everything", cpu_seconds() - start);
  constexpr unsigned kChanges = 2000;
  start = cpu_seconds();
  for (unsigned n = 1; n <= kChanges; ++n) {
    topology::Port port = *cloud.scenario.topology.port(testing::port_id(n));
    port.port_security_enabled = !port.port_security_enabled;
    cloud.scenario.topology.apply(topology::PutPort{port});
    builder.refresh_port(cloud.world(), testing::port_id(n));
    snapshot = builder.publish();
  }
  print("one port changed, and a new snapshot", cpu_seconds() - start, kChanges);
  return snapshot;
}

}  // namespace
}  // namespace dcportals::bench

int main() {
  using namespace dcportals::bench;
  Cloud cloud;
  const auto snapshot = measure_snapshot(cloud);
  for (const std::size_t run : {1U, 16U}) {
    const auto questions = random_questions(cloud, kPairs, run);
    fmt::print("{} question{} of a switch in a row:\n", run, run == 1 ? "" : "s");
    measure_parts(*snapshot, questions);
    for (const std::size_t batch : {1U, 16U, 256U}) measure_desk(cloud, snapshot, questions, batch);
  }
}
