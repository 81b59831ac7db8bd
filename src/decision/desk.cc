#include "decision/desk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "decision/foresight.h"
#include "decision/packet_out.h"

namespace dcportals::decision {

Desk::Desk(Outlet& outlet, DeskOptions options, const flowgen::Policy& limits, std::shared_ptr<const Snapshot> snapshot)
    : outlet_(outlet),
      options_(options),
      limits_(limits),
      snapshot_(std::move(snapshot)),
      packets_(options.packets, options.bytes),
      xid_(options.first_xid.value()) {}

flowgen::RateLimit Desk::limit_of(AskClass ask) const {
  switch (ask) {
    case AskClass::kArp: return limits_.arp_requests;
    case AskClass::kForward:
    case AskClass::kFlood: return limits_.first_packets;
    case AskClass::kWire: break;
  }
  return limits_.wire_packets;
}

bool Desk::on_packet_in(Dpid at, ByteSpan message, Time now) {
  const auto ask = read_ask(message);
  if (!ask) return false;
  const std::uint32_t index = sources_.find(*snapshot_, at, *ask);
  Source& source = sources_[index];
  const auto refuse = [&](Reason reason) {
    totals_.count_drop(reason);
    sources_.counters(index).count_drop(reason);
    return true;
  };
  if (!source.buckets[static_cast<std::size_t>(ask->ask_class)].take(now, limit_of(ask->ask_class))) return refuse(OwnReason::kRateLimited);
  if (source.queue.count >= options_.queue_per_port) return refuse(OwnReason::kQueueFull);
  const std::uint32_t packet = packets_.add(at, *ask, index);
  if (packet == kNobody) return refuse(OwnReason::kQueueFull);
  sources_.push(packets_, packet);
  return true;
}

bool Desk::on_batch_end() {
  std::size_t served = 0;
  while (served < options_.decisions_per_batch) {
    const std::size_t count = serve_group(std::min(kForesight, options_.decisions_per_batch - served));
    if (count == 0) break;
    served += count;
  }
  close_barriers();
  return served == options_.decisions_per_batch;
}

// The next packets, at most so many. How many there were.
std::size_t Desk::serve_group(std::size_t most) {
  std::array<std::uint32_t, kForesight> group{};
  std::array<const Packet*, kForesight> packets{};
  std::size_t count = 0;
  while (count < most) {
    const std::uint32_t packet = sources_.pop(packets_);
    if (packet == kNobody) break;
    sources_.fetch_counters(packets_[packet].source);
    group[count] = packet;
    packets[count++] = &packets_[packet];
  }
  if (count > 1) foresee(*snapshot_, std::span(packets).first(count));
  for (const std::uint32_t packet : std::span(group).first(count)) serve(packet);
  return count;
}

void Desk::serve(std::uint32_t index) {
  const Packet& packet = packets_[index];
  const Decision decision = decide(*snapshot_, packet.at, packet.ask());
  if (decision.kind == Kind::kDrop) return drop(index, decision.reason);
  if (decision.kind == Kind::kArpReply) return answer_arp(index, decision);
  if (!decision.receiver_flow.empty()) return wait(index, decision);
  append_flows(decision.sender_flow);
  append_release(packet);
  send(packet.at);
  done(index, decision.kind);
}

void Desk::answer_arp(std::uint32_t index, const Decision& decision) {
  Packet& packet = packets_[index];
  turn_into_arp_reply(packet.frame, decision.answer);
  append_packet_out(out_, next_xid(), openflow::kPortController, packet.in_port, packet.frame);
  send(packet.at);
  done(index, decision.kind);
}

void Desk::wait(std::uint32_t index, const Decision& decision) {
  std::uint32_t pair = waiting_.find(decision.pair);
  const Source& source = sources_[packets_[index].source];
  const bool full = pair != kNobody && waiting_[pair].held.count >= options_.held_per_pair;
  if (full || source.held >= options_.held_per_port) return drop(index, OwnReason::kHeldFull);
  if (pair != kNobody) return hold(pair, index);
  pair = waiting_.add(decision.pair, packets_[index].at, decision.sender_flow);
  hold(pair, index);
  tell_receivers(pair, decision);
  if (waiting_[pair].barriers == 0) finish(pair);  // a broadcast whose network is on this host only
}

void Desk::tell_receivers(std::uint32_t pair, const Decision& decision) {
  const auto tell = [&](Dpid receiver) {
    append_flows(decision.receiver_flow);
    send(receiver);
    waiting_.wait_for(pair, receiver);
  };
  if (decision.everyone == nullptr) return tell(decision.receiver);
  for (const Dpid member : decision.everyone->members) {
    if (member != waiting_[pair].at) tell(member);
  }
}

void Desk::hold(std::uint32_t pair, std::uint32_t packet) {
  packets_.push(waiting_[pair].held, packet);
  sources_.fetch_counters(packets_[packet].source);
  ++sources_[packets_[packet].source].held;
}

// The receivers have acknowledged, or will not. Of a broadcast some may be gone; the others get their copies.
void Desk::finish(std::uint32_t index) {
  WaitingPair& pair = waiting_[index];
  const Kind kind = pair.pair.kind;
  const bool carried = !pair.refused || kind == Kind::kBroadcast;
  if (carried) append_flows(pair.sender_flow);
  while (pair.held.count > 0) {
    const std::uint32_t packet = packets_.pop(pair.held);
    --sources_[packets_[packet].source].held;
    if (carried) {
      append_release(packets_[packet]);
      done(packet, kind);
    } else {
      drop(packet, OwnReason::kDestinationGone);
    }
  }
  if (carried) send(pair.at);
  waiting_.remove(index);
}

void Desk::on_barrier(Dpid dpid, std::uint64_t token, bool ok) {
  waiting_.answered(dpid, token, ok, [this](std::uint32_t pair) { finish(pair); });
}

void Desk::close_barriers() {
  waiting_.close_barriers([this](Dpid dpid, std::uint64_t token) { outlet_.barrier(dpid, token); });
}

void Desk::on_down(Dpid at) {
  sources_.drop_queued(packets_, at, [this](std::uint32_t packet) { packets_.release(packet); });
  waiting_.for_each([&](std::uint32_t index) {
    WaitingPair& pair = waiting_[index];
    if (pair.at != at) return;
    while (pair.held.count > 0) {
      const std::uint32_t packet = packets_.pop(pair.held);
      --sources_[packets_[packet].source].held;
      packets_.release(packet);
    }
    waiting_.remove(index);
  });
}

void Desk::use(std::shared_ptr<const Snapshot> snapshot) {
  const auto old = std::exchange(snapshot_, std::move(snapshot));
  PacketChain again;
  waiting_.for_each([&](std::uint32_t index) {
    WaitingPair& pair = waiting_[index];
    while (pair.held.count > 0) {
      const std::uint32_t packet = packets_.pop(pair.held);
      --sources_[packets_[packet].source].held;
      packets_.push(again, packet);
    }
    waiting_.remove(index);
  });
  while (again.count > 0) serve(packets_.pop(again));
  close_barriers();
  sources_.tidy(*snapshot_);
}

void Desk::drop(std::uint32_t packet, Reason reason) {
  totals_.count_drop(reason);
  sources_.counters(packets_[packet].source).count_drop(reason);
  packets_.release(packet);
}

void Desk::done(std::uint32_t packet, Kind kind) {
  totals_.count(kind);
  sources_.counters(packets_[packet].source).count(kind);
  packets_.release(packet);
}

void Desk::append_flows(ByteSpan flows) {
  const std::size_t start = out_.size();
  out_.insert(out_.end(), flows.begin(), flows.end());
  set_xids(out_.data() + start, flows.size(), next_xid());
}

// Through the tables again, from where it came: the flows that it asked for are there now.
void Desk::append_release(const Packet& packet) {
  append_packet_out(out_, next_xid(), packet.in_port, openflow::kPortTable, packet.frame);
}

void Desk::send(Dpid dpid) {
  outlet_.send(dpid, out_);
  out_.clear();
}

openflow::Xid Desk::next_xid() {
  const openflow::Xid out(xid_);
  xid_ = xid_ == options_.last_xid.value() ? options_.first_xid.value() : xid_ + 1;
  return out;
}

}  // namespace dcportals::decision
