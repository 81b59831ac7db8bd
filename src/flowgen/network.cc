// What a network has at one host: the ways of a broadcast (paper section 3.7.4), and those to the outside (attachment.h). See compile.h.
#include <algorithm>
#include <map>
#include <vector>

#include "flowgen/attachment.h"
#include "flowgen/view.h"

namespace dcportals::flowgen {
namespace {

using openflow::Field;
using pipeline::FlowBuilder;
using pipeline::Rule;
using pipeline::Table;

constexpr std::uint16_t kIp = openflow::kEthTypeIpv4;
constexpr MacAddress kBroadcastMac(0xffff'ffff'ffff);
constexpr Ipv4Address kLimitedBroadcast(0xffffffff);
constexpr Ipv4Prefix kMulticast(Ipv4Address(0xe0000000), 4);
// RFC 1112 section 6.4: 01:00:5e, a zero, and the lowest 23 bits of the group's IP address.
constexpr std::uint64_t kMulticastMac = 0x0100'5e00'0000;
constexpr std::uint64_t kMulticastMacMask = 0xffff'ff80'0000;
constexpr std::uint16_t kMulticastBits = 23;

// Appends what one network has at one host.
class Broadcast {
 public:
  Broadcast(const View& view, const topology::NetworkId& id, Sink& sink)
      : view_(view), id_(id), number_(view.topology.network(id)->number.value()), sink_(sink) {}

  void append() {
    append_local_copies();
    append_remote_copies();
    append_flood();
    append_delivery();
    for (const topology::SubnetId& id : view_.topology.subnets_of(id_)) {
      const topology::Subnet& subnet = *view_.topology.subnet(id);
      const auto* cidr = std::get_if<Ipv4Prefix>(&subnet.cidr);
      if (cidr != nullptr && has_broadcast(*cidr)) append_directed(*cidr);
    }
  }

 private:
  [[nodiscard]] FlowBuilder rule(Rule which) const {
    FlowBuilder flow(which, {pipeline::OwnerKind::kNetwork, static_cast<std::uint32_t>(number_)});
    flow.match(Field::kMetadata, number_);
    return flow;
  }
  [[nodiscard]] openflow::GroupId group(std::uint32_t part) const { return pipeline::group_id(number_, part); }

  void append_local_copies() {
    std::vector<openflow::OfPort> ports;
    for (const auto& [id, of_port] : view_.wiring.ports) {
      const topology::Port* port = view_.topology.port(id);
      if (port != nullptr && port->network_id == id_ && port->admin_state_up && view_.local(id)) ports.push_back(of_port);
    }
    std::ranges::sort(ports);
    openflow::Group group{openflow::GroupType::kAll, this->group(pipeline::kLocalCopies), {}};
    for (const openflow::OfPort port : ports) group.buckets.push_back({.actions = {openflow::Output{port}}});
    sink_.add(std::move(group));
  }

  void append_remote_copies() {
    std::map<std::uint32_t, std::vector<openflow::Bucket>> shards;
    for (const auto& [name, count] : view_.topology.hosts_of(id_)) {
      const topology::Host* host = view_.topology.host(name);
      if (name == view_.host || !view_.wiring.uplink || host == nullptr || !host->mac) continue;
      shards[host->index.value() / pipeline::kHostsPerShard].push_back(
          {.actions = {openflow::SetField{Field::kEthDst, host->mac->value()}, openflow::Output{*view_.wiring.uplink}}});
    }
    openflow::Group all{openflow::GroupType::kAll, group(pipeline::kRemoteCopies), {}};
    for (auto& [shard, buckets] : shards) {
      const openflow::GroupId id = group(pipeline::kFirstShard + shard);
      all.buckets.push_back({.actions = {openflow::GroupAction{id}}});
      sink_.add(openflow::Group{openflow::GroupType::kAll, id, std::move(buckets)});
    }
    sink_.add(std::move(all));
  }

  void append_flood() {
    sink_.add(rule(Rule::kFlood).match(Field::kEthDst, kBroadcastMac).match(Field::kEthType, kIp).match(Field::kIpv4Dst, kLimitedBroadcast)
                  .go_to(Table::kRewriteSource));
    sink_.add(rule(Rule::kFlood)
                  .match_masked(Field::kEthDst, kMulticastMac, kMulticastMacMask)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpv4Dst, kMulticast)
                  .go_to(Table::kRewriteSource));
  }

  void append_delivery() {
    const openflow::GroupId local = group(pipeline::kLocalCopies);
    sink_.add(rule(Rule::kDeliverFlood).match(Field::kEthType, kIp).match(Field::kIpv4Dst, kLimitedBroadcast).set(Field::kEthDst, kBroadcastMac)
                  .group(local));
    sink_.add(rule(Rule::kDeliverMulticast)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpv4Dst, kMulticast)
                  .set(Field::kEthDst, MacAddress(kMulticastMac))
                  .move(Field::kIpv4Dst, Field::kEthDst, kMulticastBits)
                  .group(local));
    if (const auto unspecified = view_.topology.key_pool().unspecified_key()) {
      sink_.add(rule(Rule::kDeliverUnspecified)
                    .match(Field::kEthType, kIp)
                    .match(Field::kIpv4Dst, unspecified->address)
                    .set(Field::kEthDst, kBroadcastMac)
                    .set(Field::kIpv4Src, Ipv4Address(0))
                    .set(Field::kIpv4Dst, kLimitedBroadcast)
                    .group(local));
    }
  }

  // Sender and receiver tell the subnet by the source address, so one key stands for the broadcast addresses of all.
  void append_directed(Ipv4Prefix cidr) {
    sink_.add(rule(Rule::kFloodDirected)
                  .match(Field::kEthDst, kBroadcastMac)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpv4Src, cidr)
                  .match(Field::kIpv4Dst, cidr.last())
                  .go_to(Table::kRewriteSource));
    sink_.add(rule(Rule::kDeliverDirected)
                  .match(Field::kEthType, kIp)
                  .match(Field::kIpv4Src, cidr)
                  .match(Field::kIpv4Dst, view_.topology.key_pool().broadcast_key().address)
                  .set(Field::kEthDst, kBroadcastMac)
                  .set(Field::kIpv4Dst, cidr.last())
                  .group(group(pipeline::kLocalCopies)));
  }

  const View& view_;
  const topology::NetworkId& id_;
  std::uint64_t number_;
  Sink& sink_;
};

}  // namespace

Entries compile_network(const Place& place, const topology::NetworkId& id) {
  Entries out;
  const View view(place);
  const topology::Network* network = view.topology.network(id);
  if (network == nullptr || !view.topology.hosts_of(id).contains(view.host)) return out;
  Sink sink(view, id, out);
  Broadcast(view, id, sink).append();
  append_attachment(view, *network, sink);
  return out;
}

}  // namespace dcportals::flowgen
