// Flows as text: canonical text stays what it is, other spellings become canonical, and mistakes are named with their place.
#include "openflow/parse.h"

#include <gtest/gtest.h>

#include "openflow/format.h"

namespace dcportals::openflow {
namespace {

std::string canonical(const std::string& text) {
  const auto mod = parse_flow(text);
  if (!mod) return "error at " + std::to_string(mod.error().offset) + ": " + mod.error().text;
  return format_flow(mod->table_id, mod->priority, mod->cookie, mod->match, mod->instructions);
}

TEST(ParseFlowTest, CanonicalTextStays) {
  for (const char* text : {
           "cookie=0x0, table=0, actions=drop",
           "cookie=0x5, table=3, priority=100 actions=drop",
           "cookie=0x1, table=3, priority=100,arp,in_port=1,arp_tpa=10.0.0.1 actions=IN_PORT",
           "cookie=0x0, table=0, tcp,in_port=LOCAL,nw_src=10.0.0.0/8,tp_dst=80 actions=output:2,LOCAL,CONTROLLER:128",
           "cookie=0x0, table=0, icmp6,icmp_type=135,nd_target=fe80::/64,nd_sll=00:00:00:00:00:01 actions=goto_table:3",
           "cookie=0x0, table=0, dl_vlan=5,dl_vlan_pcp=3 actions=pop_vlan",
           "cookie=0x0, table=0, dl_vlan_pcp=3 actions=drop",
           "cookie=0x0, table=0, vlan_tci=0x0000/0x1fff actions=drop",
           "cookie=0x0, table=0, vlan_tci=0x1000/0x1000 actions=drop",
           "cookie=0x0, table=0, ip,nw_tos=184,nw_frag=later actions=drop",
           "cookie=0x0, table=0, reg0=0x5/0xf,metadata=0x7,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=drop",
           "cookie=0x0, table=0, dl_type=0x88cc actions=meter:1,output:2,clear_actions,write_actions(group:3,output:1),"
           "write_metadata:0x5/0xff,goto_table:9",
           "cookie=0x0, table=0, actions=move:NXM_OF_IP_DST[0..22]->NXM_OF_ETH_DST[0..22],load:0x5->NXM_NX_REG0[5..7],"
           "set_field:fa:16:3e:00:00:01->eth_src,set_field:fe80::1->ipv6_src,set_field:4097->vlan_vid",
           "cookie=0x0, table=0, actions=resubmit(,5),resubmit:3,resubmit(3,4),push_vlan:0x8100",
           "cookie=0x0, table=0, actions=controller(reason=no_match,max_len=128,id=3,userdata=00.ff,meter_id=7)",
       }) {
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(ParseFlowTest, OtherSpellings) {
  EXPECT_EQ(canonical("actions=drop"), "cookie=0x0, table=0, actions=drop");
  EXPECT_EQ(canonical("in_port=local, priority=5 , table=1,eth_type=0x0806,action=output:LOCAL"),
            "cookie=0x0, table=1, priority=5,arp,in_port=LOCAL actions=LOCAL");
  EXPECT_EQ(canonical("dl_type=0x0800,nw_proto=6,tcp_dst=80,ip_src=1.2.3.4,actions=2"),
            "cookie=0x0, table=0, tcp,nw_src=1.2.3.4,tp_dst=80 actions=output:2");
  EXPECT_EQ(canonical("tp_dst=80,tcp,actions=strip_vlan"), "cookie=0x0, table=0, tcp,tp_dst=80 actions=pop_vlan");
  EXPECT_EQ(canonical("dl_vlan=0xffff,actions=drop"), "cookie=0x0, table=0, vlan_tci=0x0000/0x1fff actions=drop");
  EXPECT_EQ(canonical("actions=move:eth_src[]->eth_dst[],load:5->reg0,controller"),
            "cookie=0x0, table=0, actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],load:0x5->NXM_NX_REG0[],CONTROLLER:65535");
}

TEST(ParseFlowTest, ALineOfDumpFlows) {
  EXPECT_EQ(
      canonical(" cookie=0x5, duration=1.5s, table=3, n_packets=1, n_bytes=2, idle_age=3, priority=7,in_port=1 actions=drop\n"),
      "cookie=0x5, table=3, priority=7,in_port=1 actions=drop");
}

TEST(ParseFlowTest, AttributesOfTheFlowMod) {
  const auto mod =
      parse_flow("table=1,cookie=5/0xff,idle_timeout=3,hard_timeout=4,out_port=LOCAL,send_flow_rem,reset_counts,actions=drop");
  ASSERT_TRUE(mod) << mod.error().text;
  EXPECT_EQ(mod->cookie, Cookie(5));
  EXPECT_EQ(mod->cookie_mask, 0xffU);
  EXPECT_EQ(mod->idle_timeout, 3);
  EXPECT_EQ(mod->hard_timeout, 4);
  EXPECT_EQ(mod->out_port, kPortLocal);
  EXPECT_EQ(mod->flags, 5);
  EXPECT_EQ(mod->priority, kDefaultPriority);
  EXPECT_EQ(mod->command, FlowModCommand::kAdd);
}

TEST(ParseFlowTest, MistakesAndTheirPlaces) {
  EXPECT_EQ(canonical(""), "error at 0: actions expected");
  EXPECT_EQ(canonical("arp"), "error at 3: actions expected");
  EXPECT_EQ(canonical("arp,foo=1,actions=drop"), "error at 4: field that we do not know");
  EXPECT_EQ(canonical("arp,foo,actions=drop"), "error at 4: word that we do not know");
  EXPECT_EQ(canonical("priority=65536,actions=drop"), "error at 9: number expected");
  EXPECT_EQ(canonical("in_port=1,in_port=1,actions=drop"), "error at 10: field given twice");
  EXPECT_EQ(canonical("ip,arp,actions=drop"), "error at 3: field given twice");
  EXPECT_EQ(canonical("nw_src=1.2.3.4,actions=drop"), "error at 27: ip_src without its prerequisite");
  EXPECT_EQ(canonical("tp_src=5,actions=drop"), "error at 0: field without its protocol");
  EXPECT_EQ(canonical("ip,nw_src=1.2.3/8,actions=drop"), "error at 3: bad value of the field");
  EXPECT_EQ(canonical("ip,nw_src=1.2.3.4/33,actions=drop"), "error at 3: bad value of the field");
  EXPECT_EQ(canonical("in_port=1/1,actions=drop"), "error at 0: bad value of the field");
  EXPECT_EQ(canonical("dl_vlan=4096,actions=drop"), "error at 8: VLAN id over 4095");
  EXPECT_EQ(canonical("ip,nw_tos=1,actions=drop"), "error at 10: nw_tos with ECN bits");
  EXPECT_EQ(canonical("actions=foo"), "error at 8: action that we do not know");
  EXPECT_EQ(canonical("actions=drop,output:1"), "error at 8: action that we do not know");
  EXPECT_EQ(canonical("actions=output:x"), "error at 15: action that we do not know");
  EXPECT_EQ(canonical("actions=set_field:1->foo"), "error at 21: field that we do not know or that cannot be set");
  EXPECT_EQ(canonical("actions=set_field:1->eth_type"), "error at 21: field that we do not know or that cannot be set");
  EXPECT_EQ(canonical("actions=set_field:256->nw_ttl"), "error at 18: bad value of the field");
  EXPECT_EQ(canonical("actions=set_field:1/1->reg0"), "error at 18: bad value of the field");
  EXPECT_EQ(canonical("actions=load:2->reg0[0]"), "error at 13: value wider than its bits");
  EXPECT_EQ(canonical("actions=load:2->reg0[30..32]"), "error at 21: bits outside the field");
  EXPECT_EQ(canonical("actions=load:2->reg0[3..2]"), "error at 21: bits outside the field");
  EXPECT_EQ(canonical("actions=load:2->ipv6_src"), "error at 16: load of more than 64 bits");
  EXPECT_EQ(canonical("actions=move:reg0[]->metadata[]"), "error at 13: fields of different width");
  EXPECT_EQ(canonical("actions=move:reg0"), "error at 13: '->' expected");
  EXPECT_EQ(canonical("actions=goto_table:3,output:1"), "error at 21: instruction out of order");
  EXPECT_EQ(canonical("actions=goto_table:3,goto_table:4"), "error at 21: instruction out of order");
  EXPECT_EQ(canonical("actions=write_actions(goto_table:3)"), "error at 22: action that we do not know");
  EXPECT_EQ(canonical("actions=controller(foo=1)"), "error at 19: argument of controller that we do not know");
  EXPECT_EQ(canonical("actions=controller(userdata=0)"), "error at 28: hexadecimal bytes expected");
  EXPECT_EQ(canonical("actions=resubmit(70000,1)"), "error at 17: port of 16 bits expected");
  EXPECT_EQ(canonical("actions=frob(1)"), "error at 8: action that we do not know");
}

TEST(ParseMatchTest, ByItself) {
  EXPECT_EQ(parse_match("")->format(), "");
  EXPECT_EQ(parse_match("arp, in_port=1")->format(), "arp,in_port=1");
  EXPECT_FALSE(parse_match("arp,actions=drop"));
}

TEST(ParseActionsTest, ByThemselves) {
  EXPECT_EQ(parse_actions("drop")->size(), 0U);
  EXPECT_EQ(parse_actions("")->size(), 0U);
  EXPECT_EQ(format(*parse_actions("output:1,group:2")), "output:1,group:2");
  EXPECT_FALSE(parse_actions("goto_table:1"));
  EXPECT_EQ(parse_instructions("goto_table:1")->format(), "goto_table:1");
}

}  // namespace
}  // namespace dcportals::openflow
