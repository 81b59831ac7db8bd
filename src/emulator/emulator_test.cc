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
  return {{TableId{table}, 1, std::move(match)}, openflow::Cookie{}, std::move(instructions)};
}

TEST(Emulator, MissDropsAndSaysWhere) {
  const Outcome outcome = run({}, OfPort{1}, kEcho);
  ASSERT_EQ(outcome.steps.size(), 1U);
  EXPECT_EQ(outcome.last_flow(), nullptr);
  EXPECT_TRUE(outcome.emissions.empty());
}

TEST(Emulator, MetadataAndRewritesCarryToTheNextTable) {
  flowtable::FlowTable tables;
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
    flowtable::FlowTable tables;
    openflow::Instructions instructions;
    instructions.apply = {openflow::Output{port}};
    tables.put(flow(0, {}, instructions));
    EXPECT_EQ(run(tables, OfPort{1}, kEcho).emissions.size(), count);
  }
}

TEST(Emulator, SaysWhatItDoesNotKnow) {
  flowtable::FlowTable tables;
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
