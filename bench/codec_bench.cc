// Question: what does one OpenFlow message cost to decode and to encode, and how far is the codec from being what limits a
// controller?
//
// A controller that installs flows for thousands of ports encodes flow mods by the million; one that is flooded decodes
// packet-ins. The messages are those of daily work: the hello, a rewriting flow as flow-mod alone and inside a bundle, a
// packet-in with a 98-byte frame (a ping), and a flow-stats reply with 100 flows, as reconciling reads. Bytes a second are of the
// wire.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "openflow/codec.h"
#include "openflow/parse.h"

namespace dcportals::openflow {
namespace {

constexpr Xid kXid{7};
constexpr std::size_t kPingFrame = 98;
constexpr std::size_t kFlowsOfAReply = 100;

FlowMod flow(const char* text) {
  auto mod = parse_flow(text);
  if (!mod) throw std::runtime_error(mod.error().text);
  return *mod;
}

// Restoring a destination: the commonest rule of the pipeline.
FlowMod rewrite_flow() {
  return flow(
      "table=6,priority=100,cookie=0x1000000000000003,ip,metadata=0x7,nw_dst=240.0.2.1,"
      "actions=set_field:fa:16:3e:00:00:02->eth_dst,set_field:10.0.0.2->ip_dst,output:2");
}

// Answering ARP inside the switch: the longest.
FlowMod arp_flow() {
  return flow(
      "table=2,priority=200,cookie=0x1000000000000001,arp,metadata=0x7,arp_op=1,arp_tpa=10.0.0.2,"
      "actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:fa:16:3e:00:00:02->eth_src,set_field:2->arp_op,"
      "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],set_field:fa:16:3e:00:00:02->arp_sha,"
      "move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:10.0.0.2->arp_spa,IN_PORT");
}

Message hello() {
  return Hello{kVersion13, {kVersion13}};
}
Message rewrite_flow_mod() {
  return rewrite_flow();
}
Message arp_flow_mod() {
  return arp_flow();
}
Message bundle_add() {
  return BundleAdd{BundleId(1), kBundleAtomic | kBundleOrdered, encode(rewrite_flow(), kXid)};
}

Message packet_in() {
  PacketIn in;
  in.total_len = kPingFrame;
  in.table_id = TableId(3);
  in.cookie = Cookie(5);
  in.match.set(Field::kInPort, OfPort(3)).set(Field::kMetadata, 7);
  in.data.assign(kPingFrame, 0x5a);
  return in;
}

Message flow_stats_reply() {
  FlowStatsReply reply;
  const FlowMod mod = rewrite_flow();
  for (std::size_t i = 0; i < kFlowsOfAReply; ++i) {
    FlowStats& stats = reply.flows.emplace_back();
    stats.table_id = mod.table_id;
    stats.priority = mod.priority;
    stats.cookie = mod.cookie;
    stats.match = mod.match;
    stats.instructions = mod.instructions;
  }
  return reply;
}

template <Message (*make)()>
void decoding(benchmark::State& state) {
  const Bytes bytes = encode(make(), kXid);
  for (auto _ : state) {
    auto decoded = decode(bytes);
    benchmark::DoNotOptimize(decoded);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes.size()) * state.iterations());
}

// Into one buffer that keeps its memory, as a connection's send queue does.
template <Message (*make)()>
void encoding(benchmark::State& state) {
  const Message message = make();
  Bytes out;
  for (auto _ : state) {
    out.clear();
    encode(message, kXid, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(out.size()) * state.iterations());
}

// As a transaction sends its flows: no copy of the inner message.
void encoding_bundle_add_directly(benchmark::State& state) {
  const Message message = rewrite_flow_mod();
  Bytes out;
  for (auto _ : state) {
    out.clear();
    encode_bundle_add(BundleId(1), kBundleAtomic | kBundleOrdered, message, kXid, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(out.size()) * state.iterations());
}

BENCHMARK(decoding<hello>);
BENCHMARK(encoding<hello>);
BENCHMARK(decoding<rewrite_flow_mod>);
BENCHMARK(encoding<rewrite_flow_mod>);
BENCHMARK(decoding<arp_flow_mod>);
BENCHMARK(encoding<arp_flow_mod>);
BENCHMARK(decoding<bundle_add>);
BENCHMARK(encoding<bundle_add>);
BENCHMARK(encoding_bundle_add_directly);
BENCHMARK(decoding<packet_in>);
BENCHMARK(encoding<packet_in>);
BENCHMARK(decoding<flow_stats_reply>);
BENCHMARK(encoding<flow_stats_reply>);

}  // namespace
}  // namespace dcportals::openflow

BENCHMARK_MAIN();
