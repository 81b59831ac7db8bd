// Do the commands about forwarding ask for what the operator said, and show what the daemon says?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/fake_api.h"
#include "ctl/mode_view.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kWeb = "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01";
constexpr const char* kDb = "5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02";
constexpr const char* kFabric =
    R"({"mode": null, "computed": {"configured_mode": "proactive", "mode": "proactive", "auto_ports": 200, "broadcast_rate": 500,
        "idle_timeout_seconds": 60, "proactive_networks": 1, "reactive_networks": 1}})";

class ModeCommands : public testing::Test {
 protected:
  ModeCommands() {
    api_.on("tenant.list", R"([{"id": "t1", "name": "blue"}])");
    api_.on("network.list", R"([
        {"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "t1", "name": "web", "mode": null, "broadcast_rate": null,
         "computed": {"number": 1, "mode": "proactive", "broadcast_rate": 500}},
        {"id": "5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02", "tenant_id": "t1", "name": "db", "mode": "auto", "broadcast_rate": 9,
         "computed": {"number": 2, "mode": "reactive", "broadcast_rate": 9}}])");
    api_.on("fabric.get", kFabric);
    api_.on("fabric.configure", R"({"changed": true})");
    api_.on("network.configure", R"({"changed": false})");
    api_.on("topology.apply", R"({"operations": 2, "changed": 1})");
    api_.on("network.get", R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "t1", "name": "www"})");
    api_.on("network.put", R"({"changed": true})");
  }
  // The calls that change something.
  std::vector<std::string> changes(std::vector<std::string> words) {
    (void)api_.take_calls();
    last_ = api_.run(std::move(words));
    EXPECT_EQ(last_.code, ExitCode::kOk) << last_.err;
    std::vector<std::string> out = api_.take_calls();
    std::erase_if(out, [](const std::string& call) { return call.find(".list ") != std::string::npos || call.find(".get ") != std::string::npos; });
    return out;
  }
  Ran last_{};
  FakeApi api_;
};

TEST_F(ModeCommands, ShowsTheFabricAndTheNetworksThatDiffer) {
  EXPECT_EQ(api_.run({"mode", "show"}).out,
            "fabric           proactive, as configured\n"
            "networks         1 proactive, 1 reactive\n"
            "auto             reactive from 200 ports on\n"
            "flows on demand  go after 60 s without traffic\n"
            "\n"
            "ID                                    NAME  TENANT  MODE      CHOSEN\n"
            "5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02  db    blue    reactive  auto\n");
  EXPECT_THAT(api_.run({"mode", "show", "--all"}).out, HasSubstr("web   blue    proactive  -\n"));
  const std::string web = api_.run({"mode", "show", "--network", "web"}).out;
  EXPECT_THAT(web, HasSubstr(kWeb));
  EXPECT_THAT(web, Not(HasSubstr(kDb)));
  EXPECT_EQ(api_.run({"mode", "show", "--network", "wep"}).code, ExitCode::kNotFound);
  EXPECT_EQ(api_.run({"mode", "show", "--network", "web", "--all"}).code, ExitCode::kUsage);
}

TEST_F(ModeCommands, ShowsWhatAnOperatorChoseForTheFabric) {
  json::value fabric = json::parse(kFabric);
  fabric.at("mode") = "reactive";
  fabric.at("computed").at("mode") = "reactive";
  const std::string text = render_modes({{"fabric", fabric}, {"networks", json::array()}}, {}, {});
  EXPECT_THAT(text, HasSubstr("reactive, chosen by an operator (configured: proactive)\n"));
  EXPECT_THAT(text, testing::EndsWith("\n\nNo network has a mode of its own.\n"));
  EXPECT_FALSE(render_modes({}, {}, {}).empty()) << "a daemon that says nothing of it";
}

TEST_F(ModeCommands, ShowsJson) {
  const json::value both = json::parse(api_.run({"mode", "show", "--json"}).out);
  EXPECT_EQ(both.at("fabric"), json::parse(kFabric));
  ASSERT_EQ(both.at("networks").as_array().size(), 1U);
  EXPECT_EQ(both.at("networks").at(0).at("id"), kDb);
}

TEST_F(ModeCommands, SetsTheFabrics) {
  EXPECT_THAT(changes({"mode", "set", "reactive"}), ElementsAre(R"(fabric.configure {"mode":"reactive"})"));
  EXPECT_EQ(last_.out, "changed the mode of the fabric to reactive\n");
  EXPECT_THAT(changes({"mode", "set", "default"}), ElementsAre(R"(fabric.configure {"mode":null})"));
}

TEST_F(ModeCommands, SetsOneNetworks) {
  EXPECT_THAT(changes({"mode", "set", "auto", "--network", "web"}),
              ElementsAre(R"(network.configure {"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01","mode":"auto"})"));
  EXPECT_EQ(last_.out, "nothing to change: the mode of network 5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01 is auto\n");
  EXPECT_THAT(changes({"mode", "set", "default", "--network", "web"}),
              ElementsAre(R"(network.configure {"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01","mode":null})"));
}

TEST_F(ModeCommands, SetsSeveralTogether) {
  EXPECT_THAT(changes({"mode", "set", "auto", "--network", "web", "--network", "db"}),
              ElementsAre(R"(topology.apply {"operations":[)"
                          R"({"method":"network.configure","params":{"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01","mode":"auto"}},)"
                          R"({"method":"network.configure","params":{"id":"5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02","mode":"auto"}}]})"));
  EXPECT_THAT(changes({"mode", "set", "reactive", "--all"}),
              ElementsAre(R"(topology.apply {"operations":[{"method":"fabric.configure","params":{"mode":"reactive"}},)"
                          R"({"method":"network.configure","params":{"id":"5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02","mode":null}}]})"))
      << "only db has a mode of its own to lose";
  EXPECT_EQ(api_.run({"mode", "set", "auto", "--all", "--json"}).out, "{\"changed\": true}\n");
}

TEST_F(ModeCommands, RefusesOtherModes) {
  EXPECT_EQ(api_.run({"mode", "set", "lazy"}).code, ExitCode::kUsage);
  EXPECT_EQ(api_.run({"mode", "set"}).code, ExitCode::kUsage);
  EXPECT_EQ(api_.run({"mode", "set", "auto", "--network", "web", "--all"}).code, ExitCode::kUsage);
  EXPECT_EQ(api_.run({"mode", "set", "auto", "--network", "wep"}).code, ExitCode::kNotFound);
}

TEST_F(ModeCommands, BroadcastRateIsANetworksOwn) {
  EXPECT_THAT(changes({"network", "set", "web", "--broadcast-rate", "100"}),
              ElementsAre(R"(network.configure {"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01","broadcast_rate":100})"))
      << "and no put: the object itself stays";
  EXPECT_THAT(changes({"network", "set", "web", "--default-broadcast-rate"}),
              ElementsAre(R"(network.configure {"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01","broadcast_rate":null})"));
  EXPECT_THAT(changes({"network", "set", "web", "--name", "www", "--broadcast-rate", "7"}),
              ElementsAre(R"(topology.apply {"operations":[{"method":"network.put","params":{"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",)"
                          R"("tenant_id":"t1","name":"www"}},{"method":"network.configure",)"
                          R"("params":{"id":"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01","broadcast_rate":7}}]})"));
  for (const char* wrong : {"-1", "1.5", "many", "", "18446744073709551616"}) {
    EXPECT_EQ(api_.run({"network", "set", "web", std::string("--broadcast-rate=") + wrong}).code, ExitCode::kUsage) << wrong;
  }
  EXPECT_EQ(api_.run({"network", "set", "web", "--broadcast-rate", "5", "--default-broadcast-rate"}).code, ExitCode::kUsage);
}

TEST_F(ModeCommands, NetworksShowTheirMode) {
  const std::string db = api_.run({"network", "show", "db"}).out;
  EXPECT_THAT(db, HasSubstr("reactive, chosen for it: auto\n"));
  EXPECT_THAT(db, HasSubstr("9 a second of each port, chosen for it\n"));
  const std::string web = api_.run({"network", "show", "web"}).out;
  EXPECT_THAT(web, HasSubstr("proactive, as the fabric\n"));
  EXPECT_THAT(web, HasSubstr("500 a second of each port, as the fabric\n"));
  EXPECT_THAT(api_.run({"network", "list"}).out, HasSubstr("db    blue    reactive        2\n"));
}

TEST(NetworkCommands, NetworksThatGoOnOutsideShowWhere) {
  const auto shown = [](const std::string& computed) {
    FakeApi api;
    api.on("tenant.list", "[]");
    api.on("network.list", R"([{"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d09", "name": "public", "physical_network": "physnet1", "computed": )" +
                               computed + "}]");
    return api.run({"network", "show", "public"}).out;
  };
  EXPECT_THAT(shown(R"({"attached_hosts": ["hv1", "hv2"]})"), HasSubstr("outside  physnet1, at hv1, hv2\n"));
  EXPECT_THAT(shown(R"({"attached_hosts": [], "fault": "unknown"})"), HasSubstr("outside  physnet1, at no connected host\nfault    unknown\n"));
}

TEST_F(ModeCommands, PortsShowWhatTheyDropped) {
  api_.on("port.list", R"([{"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "name": "web-1", "dhcp_server": true, "computed": {}}])");
  api_.on("subnet.list", "[]");
  api_.on("port.drops", R"([{"host": "hv1", "reason": "spoofed_ip_source", "packets": 12, "where": "switch"},
                            {"host": "hv1", "reason": "unknown_destination", "packets": 3, "where": "controller"}])");
  const std::string text = api_.run({"port", "show", "web-1"}).out;
  EXPECT_THAT(text, HasSubstr("\nDropped:\n"
                              "PACKETS  REASON               HOST  WHERE       MEANING\n"
                              "     12  spoofed_ip_source    hv1   switch      "));
  EXPECT_THAT(text, HasSubstr("\n      3  unknown_destination  hv1   controller  "));
  EXPECT_THAT(text, HasSubstr("may answer clients\n"));
  EXPECT_THAT(api_.take_calls(), Contains(R"(port.drops {"id":"9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03"})"));
  EXPECT_EQ(json::parse(api_.run({"port", "show", "web-1", "--json"}).out).at("drops").at(1).at("packets"), 3);
}

TEST_F(ModeCommands, APortIsShownThoughItsDropsAreNotKnown) {
  api_.on("port.list", R"([{"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "name": "web-1", "computed": {}}])");
  api_.on("subnet.list", "[]");
  api_.refuse("port.drops", rpc::ErrorCode::kBusy, "not now");
  const Ran ran = api_.run({"port", "show", "web-1"});
  EXPECT_EQ(ran.code, ExitCode::kOk);
  EXPECT_THAT(ran.err, HasSubstr("Note: what it dropped is not known: not now"));
  EXPECT_THAT(ran.out, Not(HasSubstr("Dropped")));
}

}  // namespace
}  // namespace dcportals::ctl
