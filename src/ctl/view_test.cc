// Do hosts, flows, traces and the status read as they should? Golden texts of what the daemon may answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "ctl/drops_view.h"
#include "ctl/flow_view.h"
#include "ctl/host_view.h"
#include "ctl/status_view.h"
#include "ctl/trace_view.h"
#include "pipeline/cookie.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr const char* kPort = "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03";
constexpr const char* kPeer = "1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104";

TEST(HostView, ListsHosts) {
  const json::value hosts = json::parse(R"([
    {"name": "hv1", "state": "ready", "dpid": "0000525400aa0001", "mac": "52:54:00:aa:00:01", "ports": 12, "desired_revision": 17,
     "acknowledged_revision": 17},
    {"name": "hv2", "state": "disconnected", "dpid": "0000525400aa0002", "mac": null, "ports": 0, "desired_revision": 17,
     "acknowledged_revision": 9}])");
  EXPECT_EQ(render_hosts(hosts.as_array(), {}),
            "NAME  STATE         DESIRED  ACKNOWLEDGED  PORTS  MAC                DPID\n"
            "hv1   ready              17            17     12  52:54:00:aa:00:01  0000525400aa0001\n"
            "hv2   disconnected       17             9      0  -                  0000525400aa0002\n");
  EXPECT_THAT(render_hosts(hosts.as_array(), {.color = true}), HasSubstr("\x1b[1;31mdisconnected\x1b[0m"));
}

TEST(HostView, NamesRefusedSwitchesAndBreaksTheirReasons) {
  const json::value refused = json::parse(R"([{"dpid": "0000525400aa0002", "name": "hv1", "peer": "192.0.2.12:40112",
    "reason": "switch 0000525400aa0001 is connected as host hv1 already"}])");
  EXPECT_EQ(render_refused(refused.as_array(), {.width = 60}),
            "\nRefused switches:\n"
            "0000525400aa0002  hv1, from 192.0.2.12:40112\n"
            "                  switch 0000525400aa0001 is connected as\n"
            "                  host hv1 already\n");
  EXPECT_EQ(render_refused({}, {}), "");
}

TEST(HostView, ShowsOneHost) {
  const json::value host = json::parse(R"({"name": "hv1", "state": "reconciling", "dpid": "0000525400aa0001",
    "mac": "52:54:00:aa:00:01", "ports": [{"port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "ofport": 3, "wired": true}],
    "desired_revision": 17, "acknowledged_revision": 15, "flow_count": 42, "flow_mods_sent": 57, "connects": 1,
    "fault": "another switch has this name", "physical_networks": {"public": 4, "storage": 5},
    "decisions": {"arp_reply": 5, "local": 0, "remote": 107, "drop": 0},
    "drops": [{"port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "reason": "spoofed_ip_source", "packets": 12}]})");
  EXPECT_EQ(render_host(host.as_object(), {{kPort, "web-1"}}, {}),
            "name            hv1\n"
            "state           reconciling\n"
            "fault           another switch has this name\n"
            "revision        17 desired, 15 acknowledged\n"
            "mac             52:54:00:aa:00:01\n"
            "dpid            0000525400aa0001\n"
            "attached to     public by OpenFlow port 4\n"
            "                storage by OpenFlow port 5\n"
            "flows           42\n"
            "flow mods sent  57\n"
            "connects        1\n"
            "\n"
            "OFPORT  PORT   ID                                    STATE\n"
            "     3  web-1  9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03  wired\n"
            "\n"
            "Decided by the daemon:\n"
            "PACKETS  DECISION   MEANING\n"
            "      5  arp_reply  an ARP request, answered\n"
            "    107  remote     to a port of another host\n"
            "\n"
            "Dropped:\n"
            "PACKETS  REASON             PORT   MEANING\n"
            "     12  spoofed_ip_source  web-1  " +
                std::string(pipeline::spec(pipeline::DropReason::kSpoofedIpSource).meaning) + "\n");
}

TEST(DropsView, KnowsTheDaemonsReasonsAndWhoDropped) {
  const json::value drops = json::parse(R"([{"host": "hv1", "reason": "unknown_destination", "packets": 3, "where": "switch"},
    {"host": "hv1", "reason": "rate_limited", "packets": 40, "where": "controller"},
    {"host": "hv1", "reason": "of_tomorrow", "packets": 1, "where": "controller"}])");
  EXPECT_EQ(render_drops(drops.as_array(), {}, {}),
            "\nDropped:\n"
            "PACKETS  REASON               HOST  WHERE       MEANING\n"
            "      3  unknown_destination  hv1   switch      " + std::string(pipeline::spec(pipeline::DropReason::kUnknownDestination).meaning) + "\n"
            "     40  rate_limited         hv1   controller  the port asks the controller more often than it may\n"
            "      1  of_tomorrow          hv1   controller  -\n");
}

std::string flow(pipeline::Rule rule, const std::string& rest) {
  const auto cookie = pipeline::make_cookie(rule, {pipeline::OwnerKind::kPort, 1});
  return fmt::format("cookie=0x{:x}, table={}, {}", cookie.value(), static_cast<unsigned>(pipeline::spec(rule).table), rest);
}

TEST(FlowView, ReadsFlows) {
  const FlowText got = read_flow("+" + flow(pipeline::Rule::kVmFrame, "priority=300,in_port=3 actions=goto_table:10"));
  EXPECT_EQ(got.sign, '+');
  EXPECT_EQ(got.table, 0U);
  EXPECT_EQ(got.rule, "vm_frame");
  EXPECT_EQ(got.head, "cookie=0xdc04020000000001, table=0, ");
  EXPECT_EQ(got.match, "priority=300,in_port=3");
  EXPECT_EQ(got.actions, "goto_table:10");
  for (const char* odd : {"", "-", "actions=drop", "cookie=", "table=99999999999", "cookie=0x5, table=77, actions=drop"}) {
    (void)read_flow(odd);
  }
  EXPECT_EQ(read_flow("cookie=0x5, table=77, actions=drop").rule, "");
}

TEST(FlowView, GroupsByTable) {
  const std::vector<std::string> flows{
      flow(pipeline::Rule::kForwardMiss, "priority=0 actions=drop"),
      flow(pipeline::Rule::kVmFrame, "priority=300,in_port=3,vlan_tci=0x0000/0x1fff actions=goto_table:10"),
      "cookie=0x5, table=77, actions=drop",
  };
  EXPECT_EQ(render_flows(flows, {}), "table 0 classify: " + std::string(pipeline::spec(pipeline::Table::kClassify).purpose) +
                                         "\n"
                                         "  vm_frame      cookie=0xdc04020000000001, table=0, "
                                         "priority=300,in_port=3,vlan_tci=0x0000/0x1fff actions=goto_table:10\n"
                                         "\n"
                                         "table 30 forward: " +
                                         std::string(pipeline::spec(pipeline::Table::kForward).purpose) +
                                         "\n"
                                         "  forward_miss  cookie=0xdc1b020000000001, table=30, priority=0 actions=drop\n"
                                         "\n"
                                         "table 77\n"
                                         "                cookie=0x5, table=77, actions=drop\n"
                                         "\n"
                                         "3 flows\n");
  EXPECT_THAT(render_flows(flows, {.color = true, .width = 80}),
              HasSubstr("\x1b[2mcookie=0xdc04020000000001, table=0, \x1b[0mpriority=300,"));
}

TEST(FlowView, ShowsWhatInstalledFlowsMatched) {
  const std::string text =
      render_flows({"n_packets=7, n_bytes=588, " + flow(pipeline::Rule::kVmFrame, "priority=300,in_port=3 actions=drop"),
                    "cookie=0x5, table=0, priority=1 (not readable by dcportals)"},
                   {});
  EXPECT_THAT(text,
              HasSubstr("\n  vm_frame  7 packets  cookie=0xdc04020000000001, table=0, priority=300,in_port=3 actions=drop\n"));
  EXPECT_THAT(text, HasSubstr("\n                       cookie=0x5, table=0, priority=1 (not readable by dcportals)\n"));
}

TEST(FlowView, ShowsGroupsAndMetersBelowTheFlows) {
  const std::string text = render_flows({"meter=1 pktps burst stats bands=type=drop rate=500 burst_size=1000",
                                         "group_id=256,type=all,bucket=actions=output:2",
                                         "idle_timeout=60, " + flow(pipeline::Rule::kForwardMiss, "priority=0 actions=drop")},
                                        {});
  EXPECT_THAT(text, HasSubstr("  forward_miss  idle_timeout=60, cookie=0x"));
  EXPECT_THAT(text, testing::ContainsRegex("actions=drop\n\ngroups: .*\n +group_id=256,type=all,bucket=actions=output:2\n\nmeters: "));
  EXPECT_THAT(text, testing::EndsWith("\n\n1 flow, 1 group, 1 meter\n"));
}

TEST(FlowView, InstalledFlowsKeepTheirTimeout) {
  const FlowText got = read_flow("n_packets=7, n_bytes=588, idle_timeout=60, cookie=0x5, table=30, priority=1 actions=drop");
  EXPECT_EQ(got.packets, 7U);
  EXPECT_EQ(got.head, "idle_timeout=60, cookie=0x5, table=30, ");
}

TEST(FlowView, CountsADifference) {
  const std::string text = render_flows({"+cookie=0x5, table=0, actions=drop", "-cookie=0x5, table=10, actions=drop"}, {});
  EXPECT_THAT(text, HasSubstr("\n+   cookie=0x5, table=0, actions=drop\n"));
  EXPECT_THAT(text, HasSubstr("\n1 missing (+), 1 too many (-)\n"));
}

constexpr const char* kDelivered = R"({"verdict": "delivered",
  "delivered_to": {"port_id": "1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104", "host": "hv2", "ofport": 4},
  "steps": [
    {"kind": "sent", "host": "hv1", "port_id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03",
     "frame": {"text": "icmp 10.0.0.10 > 10.0.0.20", "eth_src": "fa:16:3e:00:00:0a", "eth_dst": "fa:16:3e:00:00:14",
               "ip_src": "10.0.0.10", "ip_dst": "10.0.0.20"}},
    {"kind": "table", "host": "hv1", "table": "forward", "table_id": 30, "rule": "forward_remote", "purpose": "to another host",
     "flow": "cookie=0xdc1f020000000001, table=30, priority=200,ip,metadata=0x1,nw_dst=10.0.0.20 actions=set_field:52:54:00:aa:00:02->eth_dst,goto_table:40",
     "frame": {"text": "x", "eth_src": "fa:16:3e:00:00:0a", "eth_dst": "52:54:00:aa:00:02", "ip_src": "10.0.0.10",
               "ip_dst": "240.1.0.1"}},
    {"kind": "wire", "from": "hv1", "to": "hv2",
     "frame": {"text": "x", "eth_src": "52:54:00:aa:00:01", "eth_dst": "52:54:00:aa:00:02", "ip_src": "240.0.0.1",
               "ip_dst": "240.1.0.1"}},
    {"kind": "table", "host": "hv2", "table": "restore_destination", "table_id": 60, "rule": "restore_destination", "purpose": "",
     "flow": "", "frame": {"text": "x", "eth_src": "fa:16:3e:00:00:0a", "eth_dst": "fa:16:3e:00:00:14", "ip_src": "10.0.0.10",
               "ip_dst": "10.0.0.20"}},
    {"kind": "delivered", "host": "hv2", "port_id": "1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104",
     "frame": {"text": "icmp 10.0.0.10 > 10.0.0.20", "eth_src": "fa:16:3e:00:00:0a", "eth_dst": "fa:16:3e:00:00:14",
               "ip_src": "10.0.0.10", "ip_dst": "10.0.0.20"}}]})";

TEST(TraceView, ToAPhysicalNetwork) {
  json::object trace = json::parse(R"({"verdict": "delivered", "delivered_to": {"physical_network": "public", "host": "hv1", "ofport": 7},
    "deliveries": [{"physical_network": "public", "host": "hv1", "ofport": 7}], "steps": [
    {"kind": "sent", "host": "hv1", "port_id": "p", "frame": {"text": "arp", "eth_src": "fa:16:3e:00:00:0a"}},
    {"kind": "outside", "host": "hv1", "physical_network": "public", "ofport": 7, "frame": {"text": "arp", "eth_src": "fa:16:3e:00:00:0a"}}]})")
                           .as_object();
  EXPECT_EQ(render_trace(trace, {{{"p", "gw"}}, "arp from gw", false}, {}),
            "arp from gw\n\n"
            "  gw on hv1 sends\n      arp\n\n"
            "  out by hv1's attachment to public\n      arp\n      with the addresses that it was sent with\n\n"
            "Delivered to the physical network public by hv1, OpenFlow port 7.\n");
  trace["deliveries"].as_array().push_back({{"port_id", "q"}, {"host", "hv2"}, {"ofport", 3}});
  EXPECT_THAT(render_trace(trace, {{{"q", "vm"}}, "", false}, {}),
              HasSubstr("Delivered to 2 places: the physical network public by hv1, OpenFlow port 7; vm on hv2, OpenFlow port 3."));
}

TEST(TraceView, TellsTheStory) {
  const TraceView view{{{kPort, "web-1"}, {kPeer, "web-2"}}, "icmp from web-1 to 10.0.0.20", true};
  EXPECT_EQ(render_trace(json::parse(kDelivered).as_object(), view, {}),
            "icmp from web-1 to 10.0.0.20\n"
            "\n"
            "  web-1 on hv1 sends\n"
            "      icmp 10.0.0.10 > 10.0.0.20\n"
            "\n"
            "  hv1, table 30 forward\n"
            "      rule     forward_remote: to another host\n"
            "      matched  priority=200,ip,metadata=0x1,nw_dst=10.0.0.20\n"
            "      actions  set_field:52:54:00:aa:00:02->eth_dst,goto_table:40\n"
            "      eth_dst  fa:16:3e:00:00:14 -> 52:54:00:aa:00:02\n"
            "      ip_dst   10.0.0.20 -> 240.1.0.1\n"
            "\n"
            "  == on the wire, hv1 to hv2 =================================\n"
            "      eth_src  52:54:00:aa:00:01  for fa:16:3e:00:00:0a\n"
            "      eth_dst  52:54:00:aa:00:02  for fa:16:3e:00:00:14\n"
            "      ip_src   240.0.0.1          for 10.0.0.10\n"
            "      ip_dst   240.1.0.1          for 10.0.0.20\n"
            "\n"
            "  hv2, table 60 restore_destination\n"
            "      rule     restore_destination\n"
            "      eth_src  52:54:00:aa:00:01 -> fa:16:3e:00:00:0a\n"
            "      eth_dst  52:54:00:aa:00:02 -> fa:16:3e:00:00:14\n"
            "      ip_src   240.0.0.1 -> 10.0.0.10\n"
            "      ip_dst   240.1.0.1 -> 10.0.0.20\n"
            "\n"
            "  web-2 on hv2 receives\n"
            "      icmp 10.0.0.10 > 10.0.0.20\n"
            "      with the addresses that it was sent with\n"
            "\n"
            "Delivered to web-2 on hv2, OpenFlow port 4.\n");
}

TEST(TraceView, HighlightsWhatChanged) {
  const std::string text = render_trace(json::parse(kDelivered).as_object(), {}, {.color = true, .width = 80});
  EXPECT_THAT(text, HasSubstr("10.0.0.20 -> \x1b[33m240.1.0.1\x1b[0m"));
  EXPECT_THAT(text, HasSubstr("\x1b[32mDelivered to 1c7c1a52 on hv2"));
}

TEST(TraceView, SaysWhyItWasDropped) {
  const json::value trace = json::parse(R"({"verdict": "dropped", "reason": "unknown_destination", "reason_text": "nobody has it",
    "steps": [{"kind": "table", "host": "hv1", "table": "forward", "table_id": 30, "rule": "forward_miss", "frame": {}}]})");
  EXPECT_THAT(render_trace(trace.as_object(), {}, {}),
              testing::EndsWith("\nDropped at hv1 in table forward: unknown_destination, nobody has it.\n"));
}

TEST(TraceView, SaysWhenTheVmWouldOnlyAsk) {
  const json::value trace = json::parse(R"({"verdict": "dropped", "steps": [{"kind": "sent", "host": "hv1", "port_id": "p",
    "frame": {"text": "arp who-has 10.0.0.77", "eth_src": "a", "eth_dst": "b"}}]})");
  TraceView view;
  EXPECT_THAT(render_trace(trace.as_object(), view, {}),
              HasSubstr("      only asks by ARP: nobody in its network has that address\n"));
  view.wants_ip = false;
  EXPECT_THAT(render_trace(trace.as_object(), view, {}), testing::Not(HasSubstr("only asks")));
}

TEST(TraceView, AFrameForNoHostIsLostOnTheWire) {
  const json::value trace = json::parse(R"({"verdict": "dropped", "reason": "not_for_this_host", "reason_text": "why",
    "steps": [{"kind": "wire", "from": "hv1", "to": null, "frame": {"eth_dst": "52:54:00:aa:00:09"}}]})");
  const std::string text = render_trace(trace.as_object(), {}, {});
  EXPECT_THAT(text, HasSubstr("== on the wire, hv1 to a MAC address of no host =="));
  EXPECT_THAT(text, testing::EndsWith("Dropped on the wire: not_for_this_host, why.\n"));
}

TEST(TraceView, AnswersAndArp) {
  const json::value trace = json::parse(R"({"verdict": "answered", "steps": [
    {"kind": "sent", "host": "hv1", "port_id": "p", "frame": {"text": "arp who-has 10.0.0.20", "eth_src": "a", "eth_dst": "b"}},
    {"kind": "table", "host": "hv1", "table": "responder", "table_id": 20, "rule": "arp_reply", "frame": {"eth_src": "c", "eth_dst": "a"}},
    {"kind": "answered", "host": "hv1", "port_id": "p", "frame": {"text": "arp 10.0.0.20 is-at c", "eth_src": "c", "eth_dst": "a"}}]})");
  const std::string text = render_trace(trace.as_object(), {}, {});
  EXPECT_THAT(text, HasSubstr("  p on hv1 gets the switch's answer\n      arp 10.0.0.20 is-at c\n"));
  EXPECT_THAT(text, HasSubstr("      eth_src  a -> c\n"));
  EXPECT_THAT(text, testing::EndsWith("Answered by the switch at hv1 in table responder.\n"));
}

TEST(TraceView, TellsWhatTheDaemonDecided) {
  const std::string installed = "idle_timeout=60, " + flow(pipeline::Rule::kForwardLocal, "priority=300,ip,metadata=0x1 actions=output:4");
  json::object trace = json::parse(R"({"verdict": "delivered", "delivered_to": {"port_id": "q", "host": "hv1", "ofport": 4}, "steps": [
    {"kind": "table", "host": "hv1", "table": "forward", "table_id": 30, "rule": "ask_forward", "frame": {"eth_src": "a"}},
    {"kind": "controller", "host": "hv1", "asked": "forward", "decision": "local", "frame": {"eth_src": "a"}}]})").as_object();
  trace["steps"].at(1).as_object()["installs"] = json::array{json::object{{"host", "hv1"}, {"flow", installed}}};
  EXPECT_THAT(render_trace(trace, {}, {}), HasSubstr("\n  hv1 asks the daemon (forward)\n"
                                                     "      decided  local: to a port of the same host\n"
                                                     "      installs forward_local on hv1\n"
                                                     "      priority=300,ip,metadata=0x1 actions=output:4\n"));
}

TEST(TraceView, TheDaemonAnswersAndDrops) {
  const json::value answered = json::parse(R"({"verdict": "answered", "steps": [
    {"kind": "controller", "host": "hv1", "asked": "arp", "decision": "arp_reply", "installs": [], "frame": {}},
    {"kind": "answered", "host": "hv1", "port_id": "p", "frame": {"text": "arp 10.0.0.20 is-at c"}}]})");
  const std::string text = render_trace(answered.as_object(), {}, {});
  EXPECT_THAT(text, HasSubstr("  p on hv1 gets the daemon's answer\n"));
  EXPECT_THAT(text, testing::EndsWith("\nAnswered by the daemon, which hv1 has asked.\n"));
  const json::value dropped = json::parse(R"({"verdict": "dropped", "reason": "destination_gone", "reason_text": "why", "steps": [
    {"kind": "controller", "host": "hv1", "asked": "forward", "decision": "drop", "reason": "destination_gone", "reason_text": "why"}]})");
  EXPECT_THAT(render_trace(dropped.as_object(), {}, {}), HasSubstr("      decided  drop: destination_gone, why\n"));
  EXPECT_THAT(render_trace(dropped.as_object(), {}, {}),
              testing::EndsWith("\nDropped by the daemon, which hv1 has asked: destination_gone, why.\n"));
}

TEST(TraceView, ListsWhomABroadcastReaches) {
  const json::value trace = json::parse(R"({"verdict": "delivered", "delivered_to": {"port_id": "p", "host": "hv1", "ofport": 3},
    "deliveries": [{"port_id": "p", "host": "hv1", "ofport": 3}, {"port_id": "q", "host": "hv2", "ofport": 4}], "steps": []})");
  EXPECT_THAT(render_trace(trace.as_object(), {{{"q", "web-2"}}, "", true}, {}),
              testing::EndsWith("\nDelivered to 2 ports: p on hv1, OpenFlow port 3; web-2 on hv2, OpenFlow port 4.\n"));
}

TEST(StatusView, ShowsTheDaemonAndTheSwitches) {
  const json::value both = json::parse(R"({
    "system": {"version": "0.1.0", "uptime_seconds": 86400, "store": "/var/lib/dcportals/dcportals.db", "tenants": 1, "networks": 1,
               "subnets": 1, "ports": 2, "routers": 0, "hosts": 1, "workers": 4,
               "decisions": {"arp_reply": 0, "local": 3, "drop": 1}},
    "sync": {"synced": false, "revision": 17, "missing": ["host hv1 is at revision 15", "port x is not plugged"],
             "hosts": [{"name": "hv1", "state": "ready", "desired_revision": 17, "acknowledged_revision": 15}]}})");
  EXPECT_EQ(render_status(both.as_object(), {}),
            "dcportald   0.1.0, up 1 day 0 h\n"
            "store       /var/lib/dcportals/dcportals.db\n"
            "configured  1 tenant, 1 network, 1 subnet, 2 ports, no routers, 1 host\n"
            "in force    not everywhere yet, revision 17\n"
            "missing     host hv1 is at revision 15\n"
            "            port x is not plugged\n"
            "workers     4\n"
            "\n"
            "NAME  STATE  DESIRED  ACKNOWLEDGED\n"
            "hv1   ready       17            15\n"
            "\n"
            "Decided by the daemon:\n"
            "PACKETS  DECISION  MEANING\n"
            "      3  local     to a port of the same host\n"
            "      1  drop      dropped\n");
}

TEST(Views, SurviveAnswersOfAnotherShape) {
  for (const char* odd :
       {"{}", R"({"steps": [5, {}, {"kind": "wire"}], "hosts": 5, "ports": {}, "sync": [], "drops": [null]})"}) {
    const json::value value = json::parse(odd);
    const json::object& object = value.get_object();
    EXPECT_FALSE(render_trace(object, {}, {}).empty());
    EXPECT_FALSE(render_host(object, {}, {}).empty());
    EXPECT_FALSE(render_status(object, {}).empty());
    EXPECT_FALSE(render_hosts(json::array{object, 5}, {}).empty());
  }
}

}  // namespace
}  // namespace dcportals::ctl
