#include "flowtable/flow_table.h"

#include <gtest/gtest.h>

namespace dcportals::flowtable {
namespace {

using openflow::Field;
using openflow::Flow;
using openflow::FlowMod;
using openflow::FlowModCommand;
using openflow::Match;
using openflow::OfPort;

Flow flow(std::uint16_t priority, Match match, std::uint32_t port, std::uint64_t cookie = 1) {
  openflow::Instructions instructions;
  instructions.apply.push_back(openflow::Output{OfPort{port}});
  return {{openflow::TableId{3}, priority, std::move(match)}, openflow::Cookie{cookie}, instructions};
}
Match in_port(std::uint32_t port) { return Match().set(Field::kInPort, OfPort{port}); }
Match in_port_to(std::uint32_t port, std::uint64_t mac) { return in_port(port).set(Field::kEthDst, MacAddress(mac)); }

FieldValues packet(std::uint32_t port, std::uint64_t mac) {
  FieldValues fields;
  fields.set(Field::kInPort, port);
  fields.set(Field::kEthDst, mac);
  return fields;
}

TEST(FlowTable, HighestPriorityWinsAndAMissIsNothing) {
  FlowTable table;
  table.put(flow(1, in_port(1), 10));
  table.put(flow(2, in_port_to(1, 5), 20));
  const openflow::TableId id{3};
  EXPECT_EQ(table.lookup(id, packet(1, 5))->key.priority, 2);
  EXPECT_EQ(table.lookup(id, packet(1, 6))->key.priority, 1);
  EXPECT_EQ(table.lookup(id, packet(2, 5)), nullptr);
  EXPECT_EQ(table.lookup(openflow::TableId{4}, packet(1, 5)), nullptr);
}

TEST(FlowTable, MasksAndAbsentFields) {
  FlowTable table;
  table.put(flow(1, Match().set_masked(Field::kEthDst, 0x010000000000, 0x010000000000), 10));
  EXPECT_NE(table.lookup(openflow::TableId{3}, packet(1, 0x01005e000001)), nullptr);
  EXPECT_EQ(table.lookup(openflow::TableId{3}, packet(1, 0x02005e000001)), nullptr);
  EXPECT_EQ(table.lookup(openflow::TableId{3}, FieldValues()), nullptr);
}

TEST(FlowTable, AddReplacesAndKeepsOneAKey) {
  FlowTable table;
  table.apply(openflow::add_message(flow(1, in_port(1), 10)));
  table.apply(openflow::add_message(flow(1, in_port(1), 11)));
  ASSERT_EQ(table.size(), 1U);
  EXPECT_EQ(table.flows()[0], flow(1, in_port(1), 11));
}

TEST(FlowTable, StrictDeleteTakesOneWideDeleteTakesAllWithin) {
  FlowTable table;
  table.put(flow(1, in_port(1), 10));
  table.put(flow(2, in_port_to(1, 5), 20));
  table.put(flow(2, in_port(2), 20));
  FlowTable strict = table;
  strict.apply(openflow::delete_message({openflow::TableId{3}, 1, in_port(1)}));
  EXPECT_EQ(strict.size(), 2U);
  FlowMod wide;
  wide.command = FlowModCommand::kDelete;
  wide.table_id = openflow::kTableAll;
  wide.match = in_port(1);
  table.apply(wide);
  ASSERT_EQ(table.size(), 1U);
  EXPECT_EQ(table.flows()[0].key.match, in_port(2));
}

TEST(FlowTable, CookieAndOutPortNarrowADelete) {
  FlowTable table;
  table.put(flow(1, in_port(1), 10, 0xdc01));
  table.put(flow(1, in_port(2), 11, 0xdc02));
  FlowMod mod;
  mod.command = FlowModCommand::kDelete;
  mod.table_id = openflow::kTableAll;
  mod.cookie = openflow::Cookie{0x02};
  mod.cookie_mask = 0xff;
  mod.out_port = OfPort{10};
  FlowTable copy = table;
  copy.apply(mod);
  EXPECT_EQ(copy.size(), 2U);
  mod.out_port = OfPort{11};
  table.apply(mod);
  EXPECT_EQ(table.size(), 1U);
}

TEST(FlowTable, ModifyChangesInstructionsOnly) {
  FlowTable table;
  table.put(flow(1, in_port(1), 10, 7));
  FlowMod mod = openflow::add_message(flow(1, in_port(1), 12, 9));
  mod.command = FlowModCommand::kModifyStrict;
  table.apply(mod);
  EXPECT_EQ(table.flows()[0], flow(1, in_port(1), 12, 7));
}

}  // namespace
}  // namespace dcportals::flowtable
