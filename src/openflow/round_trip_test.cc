// decode(encode(m)) == m for random messages of every kind, and text likewise; Open vSwitch reads our random flows as we mean
// them.
#include <gtest/gtest.h>

#include "base/hex.h"
#include "openflow/codec.h"
#include "openflow/format.h"
#include "openflow/oracle.h"
#include "openflow/parse.h"
#include "openflow/random_message.h"

namespace dcportals::openflow {
namespace {

constexpr Xid kXid{1};

// "later" and "no" stand for two masks each, and one value has no name.
void forget_odd_fragments(Match& match) {
  const FieldMatch* frag = match.find(Field::kIpFrag);
  if (frag == nullptr) return;
  const std::uint64_t value = frag->value.low, mask = frag->mask.low;
  const bool named = (mask == 3 && value != 2) || (mask == 1 && value == 1) || (mask == 2 && value == 0);
  if (!named) match.set_masked(Field::kIpFrag, {}, {});
}

// Leaves out what Open vSwitch 3.1 refuses or changes although OpenFlow permits it, so that the comparison can be of equality.
class OvsFlow : public RandomMessage {
 public:
  using RandomMessage::RandomMessage;

  [[nodiscard]] FlowMod flow() {
    FlowMod mod = flow_mod();
    mod.command = FlowModCommand::kAdd;
    mod.cookie_mask = 0;
    mod.buffer_id = kNoBuffer;
    mod.out_port = kPortAny;
    mod.out_group = kGroupAny;
    mod.match = match_for_ovs();
    mod.instructions.apply = actions_for_ovs();
    mod.instructions.write.clear();
    if (mod.instructions.metadata) mod.instructions.metadata->value &= mod.instructions.metadata->mask;
    if (mod.instructions.go_to && mod.instructions.go_to->value() <= mod.table_id.value()) mod.instructions.go_to.reset();
    return mod;
  }

 private:
  // OVS keeps 8 bits of arp_op, does not read full-length IPv6 masks that are no prefixes, and must not be asked for what is
  // there in no packet.
  Match match_for_ovs() {
    Match match = RandomMessage::match();
    match.set_masked(Field::kArpOp, {}, {});
    for (const Field field : {Field::kIpv6Src, Field::kIpv6Dst, Field::kIpv6NdTarget}) {
      if (const FieldMatch* f = match.find(field)) match.set(field, f->value);
    }
    forget_odd_fragments(match);
    if (const FieldMatch* vid = match.find(Field::kVlanVid); vid != nullptr && (vid->mask.low & kVlanPresent) == 0) {
      match.set_masked(Field::kVlanVid, {}, {});
    }
    return match;
  }

  // OVS checks that a field that is set is in the packet; registers and addresses of Ethernet always are.
  Actions actions_for_ovs() {
    Actions out;
    for (Action& a : actions()) {
      if (auto* set = std::get_if<SetField>(&a)) *set = {Field::kEthDst, set->value & full_mask(Field::kEthDst)};
      if (auto* load = std::get_if<RegLoad>(&a)) *load = {Field::kReg3, 8, 8, load->value & 0xff};
      if (auto* resubmit = std::get_if<Resubmit>(&a)) resubmit->table = TableId(5);  // ovs-ofctl does not read "resubmit(,)"
      if (auto* move = std::get_if<RegMove>(&a)) *move = {Field::kReg1, 4, Field::kEthSrc, 3, 11};
      if (std::holds_alternative<PopVlan>(a) || std::holds_alternative<PushVlan>(a)) continue;
      out.push_back(std::move(a));
    }
    return out;
  }
};

class RoundTripTest : public testing::TestWithParam<std::size_t> {};

TEST_P(RoundTripTest, RandomMessagesSurvive) {
  RandomMessage random(GetParam());
  for (int i = 0; i < 300; ++i) {
    const Message message = random.message(GetParam());
    Bytes bytes = encode(message, kXid);
    const auto decoded = decode(bytes);
    ASSERT_TRUE(decoded) << decoded.error().text << " at " << decoded.error().offset << "\n" << to_hex(bytes);
    ASSERT_EQ(decoded->message, message) << format(message) << "\n" << format(decoded->message);
    ASSERT_EQ(decoded->xid, kXid);
    ASSERT_EQ(encode(decoded->message, kXid), bytes);
    ASSERT_FALSE(format(*decoded).empty());
  }
}

// Every alternative but Unknown, which is the last.
INSTANTIATE_TEST_SUITE_P(All, RoundTripTest, testing::Range(std::size_t{0}, std::variant_size_v<Message> - 1));

TEST(TextRoundTripTest, ParsingWhatWeFormatGivesTheSameFlow) {
  RandomMessage random(7);
  for (int i = 0; i < 3000; ++i) {
    FlowMod mod = random.flow_mod();
    // A line of a flow table says nothing of these.
    mod.command = FlowModCommand::kAdd;
    mod.cookie_mask = mod.idle_timeout = mod.hard_timeout = mod.flags = 0;
    mod.buffer_id = kNoBuffer;
    mod.out_port = kPortAny;
    mod.out_group = kGroupAny;
    forget_odd_fragments(mod.match);
    for (Action& a : mod.instructions.apply) {
      if (auto* output = std::get_if<Output>(&a); output != nullptr && output->port != kPortController) output->max_len = 0;
    }
    for (Action& a : mod.instructions.write) {
      if (auto* output = std::get_if<Output>(&a); output != nullptr && output->port != kPortController) output->max_len = 0;
    }
    const std::string text = format_flow(mod.table_id, mod.priority, mod.cookie, mod.match, mod.instructions);
    const auto parsed = parse_flow(text);
    ASSERT_TRUE(parsed) << parsed.error().text << " at " << parsed.error().offset << " of " << text;
    ASSERT_EQ(format_flow(parsed->table_id, parsed->priority, parsed->cookie, parsed->match, parsed->instructions), text);
    ASSERT_EQ(parsed->match, mod.match) << text;
    ASSERT_EQ(parsed->instructions, mod.instructions) << text;
  }
}

TEST(OvsRoundTripTest, OpenVSwitchPrintsRandomFlowsAsWeDo) {
  OvsFlow random(11);
  std::vector<Bytes> messages;
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) {
    const Envelope envelope{kXid, random.flow()};
    messages.push_back(encode(envelope.message, kXid));
    texts.push_back(format(envelope));
  }
  const std::vector<std::string> printed = ovs_print(messages);
  for (std::size_t i = 0; i < printed.size(); ++i) ASSERT_EQ(printed[i], texts[i]) << to_hex(messages[i]);
}

TEST(OvsRoundTripTest, OpenVSwitchReadsOurTextAsWeDo) {
  OvsFlow random(13);
  std::vector<std::string> lines, expected;
  for (int i = 0; i < 500; ++i) {
    FlowMod mod = random.flow();
    mod.idle_timeout = mod.hard_timeout = mod.flags = 0;
    mod.instructions.meter.reset();
    if (mod.cookie == Cookie(~std::uint64_t{0})) mod.cookie = Cookie(5);  // which ovs-ofctl keeps for itself
    lines.push_back(format_flow(mod.table_id, mod.priority, mod.cookie, mod.match, mod.instructions));
    expected.push_back(format(Envelope{kXid, mod}));
  }
  const ParsedFlows parsed = ovs_parse_flows(lines);
  ASSERT_EQ(parsed.mods.size(), lines.size()) << parsed.complaint;
  for (std::size_t i = 0; i < lines.size(); ++i)
    EXPECT_EQ(parsed.mods[i].substr(parsed.mods[i].find("): ")), expected[i].substr(expected[i].find("): "))) << lines[i];
}

}  // namespace
}  // namespace dcportals::openflow
