#include <fmt/format.h>

#include "emulator/emulator.h"
#include "packet/rewrite.h"

namespace dcportals::emulator {
namespace {

using openflow::Field;
using openflow::FieldValue;

// One frame on its way through the tables.
class Passage {
 public:
  Passage(const flowtable::SwitchTables& tables, openflow::OfPort in_port, ByteSpan frame)
      : tables_(tables), in_port_(in_port), frame_(frame.begin(), frame.end()) {}

  Outcome run() {
    std::optional<openflow::TableId> table = openflow::TableId{0};
    while (table) table = visit(*table);
    return std::move(outcome_);
  }

  void act(const openflow::Output& output) {
    if (output.port == in_port_) return;
    outcome_.emissions.push_back({output.port == openflow::kPortInPort ? in_port_ : output.port, frame_});
  }
  void act(const openflow::SetField& set) { write(set.field, set.value); }
  void act(const openflow::RegMove& move) {
    if (move.source_offset != 0 || move.destination_offset != 0 || move.bits > 48) return complain("a move of a field's middle");
    const flowtable::FieldValues values = fields();
    const auto source = values.get(move.source), destination = values.get(move.destination);
    if (!source || !destination) return;
    const FieldValue bits{(std::uint64_t{1} << move.bits) - 1};
    write(move.destination, (*source & bits) | (*destination & ~bits));
  }
  // Each bucket of an "all" group has a copy of its own (section 5.6.1).
  void act(const openflow::GroupAction& action) {
    const openflow::Group* group = tables_.group(action.group);
    if (group == nullptr || group->type != openflow::GroupType::kAll) return complain("a group that is not there, or not of type all");
    if (++group_depth_ > kMaxGroupDepth) return complain("groups within groups without end");
    for (const openflow::Bucket& bucket : group->buckets) {
      const Bytes whole = frame_;
      for (const openflow::Action& a : bucket.actions) std::visit([this](const auto& each) { act(each); }, a);
      frame_ = whole;
    }
    --group_depth_;
  }
  void act(const openflow::ControllerAction& action) { outcome_.questions.push_back({action.userdata, metadata_, frame_}); }
  template <class Other>
  void act(const Other&) {
    complain("an action that the emulator does not know");
  }

 private:
  // The table to go to next, nullopt at the end.
  std::optional<openflow::TableId> visit(openflow::TableId table) {
    const openflow::Flow* flow = tables_.flows().lookup(table, fields());
    outcome_.steps.push_back({table, flow != nullptr ? std::optional(*flow) : std::nullopt, frame_});
    if (flow == nullptr) return std::nullopt;
    const openflow::Instructions& instructions = flow->instructions;
    if (instructions.clear_actions || !instructions.write.empty()) complain("an instruction that the emulator does not know");
    for (const openflow::Action& action : instructions.apply) std::visit([this](const auto& a) { act(a); }, action);
    if (instructions.metadata) {
      metadata_ = (metadata_ & ~instructions.metadata->mask) | (instructions.metadata->value & instructions.metadata->mask);
    }
    outcome_.steps.back().after = frame_;
    return instructions.go_to;
  }

  [[nodiscard]] flowtable::FieldValues fields() const { return extract_fields(in_port_, metadata_, frame_); }

  void write(Field field, FieldValue value) {
    const MacAddress mac(value.low);
    const Ipv4Address ip(static_cast<std::uint32_t>(value.low));
    switch (field) {
      case Field::kEthDst: return packet::set_eth_dst(frame_, mac);
      case Field::kEthSrc: return packet::set_eth_src(frame_, mac);
      case Field::kIpv4Src: return packet::set_ipv4_src(frame_, ip);
      case Field::kIpv4Dst: return packet::set_ipv4_dst(frame_, ip);
      case Field::kArpOp: return packet::set_arp_operation(frame_, static_cast<std::uint16_t>(value.low));
      case Field::kArpSha: return packet::set_arp_sender(frame_, mac);
      case Field::kArpSpa: return packet::set_arp_sender(frame_, ip);
      case Field::kArpTha: return packet::set_arp_target(frame_, mac);
      case Field::kArpTpa: return packet::set_arp_target(frame_, ip);
      default: return complain(fmt::format("writing {}", openflow::spec(field).name));
    }
  }

  void complain(std::string what) {
    if (outcome_.unsupported.empty()) outcome_.unsupported = std::move(what);
  }

  const flowtable::SwitchTables& tables_;
  openflow::OfPort in_port_;
  static constexpr int kMaxGroupDepth = 8;

  std::uint64_t metadata_ = 0;
  int group_depth_ = 0;
  Bytes frame_;
  Outcome outcome_;
};

}  // namespace

Outcome run(const flowtable::SwitchTables& tables, openflow::OfPort in_port, ByteSpan frame) {
  return Passage(tables, in_port, frame).run();
}

}  // namespace dcportals::emulator
