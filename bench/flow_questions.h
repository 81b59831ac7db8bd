// What the switches of bench/cloud.h ask, and how its benchmarks measure and print.
#pragma once

#include <fmt/format.h>

#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "bench/cloud.h"
#include "decision/ask.h"
#include "openflow/codec.h"

namespace dcportals::bench {

// Of this thread's processor, so that a busy machine shows less.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline void print(const std::string& what, double seconds, double count) {
  fmt::print("{:<64} {:>8.0f} ns, {:>10.0f} a second\n", what, seconds / count * 1e9, count / seconds);
}

struct Question {
  Dpid at;
  Bytes message;
};

// One after the other in memory, as a connection's receive buffer has them.
class Questions {
 public:
  void add(const Question& question) {
    at_.push_back({question.at, bytes_.size(), question.message.size()});
    bytes_.insert(bytes_.end(), question.message.begin(), question.message.end());
  }
  [[nodiscard]] std::size_t size() const { return at_.size(); }
  [[nodiscard]] Dpid dpid(std::size_t i) const { return at_[i].dpid; }
  [[nodiscard]] ByteSpan message(std::size_t i) const { return ByteSpan(bytes_).subspan(at_[i].offset, at_[i].size); }

 private:
  struct Entry {
    Dpid dpid;
    std::size_t offset, size;
  };
  std::vector<Entry> at_;
  Bytes bytes_;
};

inline Question ask(const Cloud& cloud, unsigned from, unsigned to) {
  openflow::PacketIn in;
  in.match.set(openflow::Field::kInPort, of_port(from));
  in.match.set(openflow::Field::kMetadata, cloud.scenario.topology.network(testing::network_id(network_of(from)))->number.value());
  in.data = packet::build_icmp_echo(address_of(from), address_of(to), 1, Bytes(56));
  in.total_len = static_cast<std::uint16_t>(in.data.size());
  in.userdata = {static_cast<std::uint8_t>(decision::AskClass::kForward)};
  return {Dpid{host_of(from)}, openflow::encode(in, openflow::Xid{0})};
}

// Of pairs of ports of one network on two hosts. Each switch asks `run` times in a row.
inline Questions random_questions(const Cloud& cloud, std::size_t count, std::size_t run) {
  std::mt19937 random(1);
  unsigned host = 1;
  Questions out;
  while (out.size() < count) {
    if (out.size() % run == 0) host = static_cast<unsigned>(1 + random() % kHosts);
    const unsigned from = port_at(host, static_cast<unsigned>(random() % kPortsPerHost));
    const unsigned to = (network_of(from) - 1) * kPortsPerNetwork + 1 + static_cast<unsigned>(random() % kPortsPerNetwork);
    if (from != to) out.add(ask(cloud, from, to));
  }
  return out;
}

}  // namespace dcportals::bench
