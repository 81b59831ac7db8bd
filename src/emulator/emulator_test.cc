#include "emulator/emulator.h"

#include <gtest/gtest.h>

#include "packet/build.h"

namespace dcportals::emulator {
namespace {

using openflow::Field;
using openflow::Flow;
using openflow::Match;
using openflow::OfPort;
using openflow::TableId;

const packet::Endpoint kA{MacAddress(0xfa163e000001), Ipv4Address(0x0a000001)};
const packet::Endpoint kB{MacAddress(0xfa163e000002), Ipv4Address(0x0a000002)};
const Bytes kEcho = packet::build_icmp_echo(kA, kB, 1, {});

Flow flow(std::uint8_t table, Match match, openflow::Instructions instructions) {
  return {{TableId{table}, 1, std::move(match)}, openflow::Cookie{}, std::move(instructions), 0};
}

TEST(Emulator, MissDropsAndSaysWhere) {
  const Outcome outcome = run({}, OfPort{1}, kEcho);
  ASSERT_EQ(outcome.steps.size(), 1U);
  EXPECT_EQ(outcome.last_flow(), nullptr);
  EXPECT_TRUE(outcome.emissions.empty());
}

TEST(Emulator, MetadataAndRewritesCarryToTheNextTable) {
  flowtable::SwitchTables tables;
  openflow::Instructions first;
  first.apply = {openflow::SetField{Field::kIpv4Dst, 0xf0000001U}};
  first.metadata = openflow::WriteMetadata{7};
  first.go_to = TableId{10};
  tables.put(flow(0, Match().set(Field::kInPort, OfPort{1}), first));
  openflow::Instructions second;
  second.apply = {openflow::Output{OfPort{2}}};
  tables.put(flow(10, Match().set(Field::kMetadata, 7U).set(Field::kEthType, 0x0800U).set(Field::kIpv4Dst, Ipv4Address(0xf0000001)), second));
  const Outcome outcome = run(tables, OfPort{1}, kEcho);
  ASSERT_EQ(outcome.emissions.size(), 1U);
  EXPECT_EQ(outcome.emissions[0].port, OfPort{2});
  EXPECT_EQ(packet::parse_headers(outcome.emissions[0].frame)->ipv4->destination, Ipv4Address(0xf0000001));
}

TEST(Emulator, OutputToTheIngressPortNeedsInPort) {
  for (const auto& [port, count] : {std::pair{OfPort{1}, 0U}, std::pair{openflow::kPortInPort, 1U}}) {
    flowtable::SwitchTables tables;
    openflow::Instructions instructions;
    instructions.apply = {openflow::Output{port}};
    tables.put(flow(0, {}, instructions));
    EXPECT_EQ(run(tables, OfPort{1}, kEcho).emissions.size(), count);
  }
}

TEST(Emulator, EveryBucketHasItsOwnCopyAndTheFrameGoesOnUnchanged) {
  flowtable::SwitchTables tables;
  openflow::Instructions instructions;
  instructions.meter = openflow::MeterId{4};
  instructions.apply = {openflow::GroupAction{openflow::GroupId{1}}, openflow::Output{OfPort{9}}};
  tables.put(flow(0, {}, instructions));
  const auto bucket = [](openflow::Actions actions) { return openflow::Bucket{.actions = std::move(actions)}; };
  tables.put(openflow::Group{openflow::GroupType::kAll, openflow::GroupId{1},
                             {bucket({openflow::SetField{Field::kEthDst, 7U}, openflow::Output{OfPort{2}}}), bucket({openflow::Output{OfPort{1}}}),
                              bucket({openflow::GroupAction{openflow::GroupId{2}}})}});
  tables.put(openflow::Group{openflow::GroupType::kAll, openflow::GroupId{2}, {bucket({openflow::Output{OfPort{3}}})}});
  const Outcome outcome = run(tables, OfPort{1}, kEcho);
  ASSERT_EQ(outcome.unsupported, "");
  ASSERT_EQ(outcome.emissions.size(), 3U) << "none to the port that it came in at";
  EXPECT_EQ(packet::parse_headers(outcome.emissions[0].frame)->eth_dst, MacAddress(7));
  EXPECT_EQ(outcome.emissions[1].frame, kEcho);
  EXPECT_EQ(outcome.emissions[2].frame, kEcho);
}

TEST(Emulator, AskingTheControllerTellsTheNetwork) {
  flowtable::SwitchTables tables;
  openflow::Instructions first, second;
  first.metadata = openflow::WriteMetadata{7};
  first.go_to = TableId{10};
  second.apply = {openflow::ControllerAction{.userdata = {2}, .meter = openflow::MeterId{4}}};
  tables.put(flow(0, {}, first));
  tables.put(flow(10, {}, second));
  const Outcome outcome = run(tables, OfPort{1}, kEcho);
  ASSERT_EQ(outcome.questions.size(), 1U);
  EXPECT_EQ(outcome.questions[0].userdata, (Bytes{2}));
  EXPECT_EQ(outcome.questions[0].metadata, 7U);
}

TEST(Emulator, MovesTheLowestBits) {
  flowtable::SwitchTables tables;
  openflow::Instructions instructions;
  instructions.apply = {openflow::SetField{Field::kEthDst, 0x01005e000000U}, openflow::RegMove{Field::kIpv4Dst, 0, Field::kEthDst, 0, 23},
                        openflow::Output{OfPort{2}}};
  tables.put(flow(0, {}, instructions));
  const Outcome outcome = run(tables, OfPort{1}, packet::build_icmp_echo(kA, {kB.mac, Ipv4Address(0xefff1234)}, 1, {}));
  ASSERT_EQ(outcome.emissions.size(), 1U);
  EXPECT_EQ(packet::parse_headers(outcome.emissions[0].frame)->eth_dst, MacAddress(0x01005e7f1234));
}

TEST(Emulator, SaysWhatItDoesNotKnow) {
  flowtable::SwitchTables tables;
  openflow::Instructions instructions;
  instructions.apply = {openflow::PopVlan{}};
  tables.put(flow(0, {}, instructions));
  EXPECT_FALSE(run(tables, OfPort{1}, kEcho).unsupported.empty());
}

TEST(ExtractFields, UntaggedIsNotAnyTag) {
  EXPECT_EQ(extract_fields(OfPort{1}, 0, kEcho).get(Field::kVlanVid), openflow::FieldValue{openflow::kVlanNone});
  Bytes tagged = kEcho;
  const Bytes tag{0x81, 0x00, 0x00, 0x00};
  tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
  const auto fields = extract_fields(OfPort{1}, 0, tagged);
  EXPECT_EQ(fields.get(Field::kVlanVid), openflow::FieldValue{openflow::kVlanPresent}) << "priority tag: VLAN id 0, but a tag";
  EXPECT_EQ(fields.get(Field::kEthType), openflow::FieldValue{0x0800}) << "as in Open vSwitch, the type behind the tag";
}

}  // namespace
}  // namespace dcportals::emulator
