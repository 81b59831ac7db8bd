// Does each command ask the daemon for exactly what the operator said, and are objects found by what people call them?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/mac_address.h"
#include "base/uuid.h"
#include "ctl/fake_api.h"
#include "ctl/json_view.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kWeb = "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01";
constexpr const char* kDb = "5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02";
constexpr const char* kPort = "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03";
constexpr const char* kRouter = "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05";

constexpr const char* kWebJson =
    R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "t1", "name": "web", "computed": {"number": 1}})";
constexpr const char* kPortJson =
    R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "t1",
        "name": "web-1", "mac_address": "fa:16:3e:00:00:0a",
        "fixed_ips": [{"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "ip_address": "10.0.0.10"}],
        "allowed_address_pairs": [{"ip_address": "10.0.0.100"}], "port_security_enabled": true, "admin_state_up": true,
        "device_owner": "compute:nova", "device_id": "", "binding_host_id": "hv1", "revision_number": 4,
        "computed": {"number": 1, "tap": "tap9d1f2c9e-7b", "host": "hv1", "hosts": ["hv1"], "mapping_keys": [], "without_key": [],
        "router_id": null, "wired": true}})";

class ObjectCommands : public testing::Test {
 protected:
  ObjectCommands() {
    const std::string db = R"({"id": "5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02", "tenant_id": "t2", "name": "db"})";
    const std::string twins = R"({"id": "aaaa0000-9d3a-4b1c-8f0e-2f1f4c3a7d03", "tenant_id": "t1", "name": "twin"},
                                 {"id": "bbbb0000-9d3a-4b1c-8f0e-2f1f4c3a7d04", "tenant_id": "t2", "name": "twin"})";
    api_.on("tenant.list", R"([{"id": "t1", "name": "blue"}, {"id": "t2", "name": "red"}])");
    api_.on("network.list", "[" + std::string(kWebJson) + "," + db + "," + twins + "]");
    api_.on("subnet.list", R"([{"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "cidr": "10.0.0.0/24", "name": "web-v4",
                                "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "gateway_ip": "10.0.0.1"}])");
    api_.on("port.list", "[" + std::string(kPortJson) + "]");
    api_.on("port.get", kPortJson);
    api_.on("port.drops", "[]");
    api_.on("router.list",
            R"([{"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05", "tenant_id": "t1", "name": "edge", "port_ids": []}])");
    api_.on("router.get", R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05", "tenant_id": "t1", "name": "edge", "port_ids": []})");
    api_.on("network.get", [this](const json::object& params) -> FakeApi::Result {
      if (params.at("id") == kWeb) return json::parse(kWebJson);
      if (raw_at(params, "id") == created_) return json::object{{"id", created_}};
      return std::unexpected(rpc::RpcError{rpc::ErrorCode::kNotFound, "id: there is no such network", "id"});
    });
    api_.on("network.put", [this](const json::object& params) -> FakeApi::Result {
      created_ = raw_at(params, "id");
      return json::object{{"changed", true}};
    });
    for (const char* kind : {"port", "router", "subnet", "tenant"}) api_.on(std::string(kind) + ".put", R"({"changed": true})");
    api_.on("network.delete", R"({"deleted": true})");
    api_.on("subnet.get", R"({"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "cidr": "10.0.0.0/24", "gateway_ip": "10.0.0.1"})");
    api_.on("tenant.get", R"({"id": "t1", "name": "blue"})");
    api_.on("topology.apply", R"({"operations": 2, "changed": 2})");
  }
  // The parameters of the one call of `method` that `words` made.
  json::object sent(const std::string& method, std::vector<std::string> words) {
    (void)api_.take_calls();
    const Ran ran = api_.run(std::move(words));
    EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
    for (const std::string& call : api_.take_calls()) {
      if (call.starts_with(method + " ")) return json::parse(call.substr(method.size() + 1)).as_object();
    }
    ADD_FAILURE() << "no call of " << method;
    return {};
  }
  std::string created_;  // the network that network.put was given
  FakeApi api_;
};

TEST_F(ObjectCommands, CreateANetworkThatGoesOnOutside) {
  const json::object params = sent("network.put", {"network", "create", "public", "--tenant", "blue", "--physical-network", "physnet1"});
  EXPECT_EQ(params.at("physical_network"), "physnet1");
  const json::object plain = sent("network.put", {"network", "create", "web2", "--tenant", "blue"});
  EXPECT_FALSE(plain.contains("physical_network"));
}

TEST_F(ObjectCommands, CreateANetworkOfATenantByName) {
  const json::object params = sent("network.put", {"network", "create", "web", "--tenant", "blue", "--id", kDb});
  EXPECT_EQ(params, (json::object{{"id", kDb}, {"name", "web"}, {"tenant_id", "t1"}}));
}

TEST_F(ObjectCommands, AnUnknownTenantIsNewAndSaid) {
  const Ran ran = api_.run({"network", "create", "web", "--tenant", "green", "--id", kWeb});
  EXPECT_EQ(ran.code, ExitCode::kRefused) << "the id is taken";
  EXPECT_EQ(sent("router.put", {"router", "create", "r", "--tenant", "green"})["tenant_id"], "green");
  EXPECT_EQ(api_.run({"router", "create", "r", "--tenant", "green"}).err, "Note: the tenant \"green\" is new.\n");
}

TEST_F(ObjectCommands, CreateMakesIds) {
  const json::object network = sent("router.put", {"router", "create", "edge", "--tenant", "blue", "--port", "web-1"});
  EXPECT_TRUE(Uuid::parse(std::string_view(network.at("id").as_string())));
  EXPECT_EQ(network.at("port_ids"), json::array({kPort}));
  EXPECT_EQ(sent("tenant.put", {"tenant", "create", "green"})["id"].as_string().size(), 32U) << "as Keystone writes them";
}

TEST_F(ObjectCommands, CreateAPortFindsTheSubnetOfItsAddress) {
  const json::object params =
      sent("port.put", {"port", "create", "web-2", "--network", "web", "--ip", "10.0.0.11", "--pair", "10.0.0.100", "--pair",
                        "10.0.0.101,fa:16:3e:00:00:0b", "--no-port-security", "--host", "hv1", "--device-owner", "compute:nova"});
  const auto mac = MacAddress::parse(std::string_view(params.at("mac_address").as_string()));
  ASSERT_TRUE(mac);
  EXPECT_EQ(mac->value() >> 24, 0xfa163eU);
  EXPECT_EQ(params.at("network_id"), kWeb);
  EXPECT_EQ(params.at("fixed_ips"),
            json::parse(R"([{"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "ip_address": "10.0.0.11"}])"));
  EXPECT_EQ(params.at("allowed_address_pairs"),
            json::parse(R"([{"ip_address": "10.0.0.100"}, {"ip_address": "10.0.0.101", "mac_address": "fa:16:3e:00:00:0b"}])"));
  EXPECT_EQ(params.at("port_security_enabled"), false);
  EXPECT_FALSE(params.contains("admin_state_up") || params.contains("dhcp_server"));
  EXPECT_EQ(params.at("binding_host_id"), "hv1");
  EXPECT_EQ(params.at("device_owner"), "compute:nova");
}

TEST_F(ObjectCommands, AnAddressOfNoSubnetIsRefusedWithTheSubnets) {
  const Ran ran = api_.run({"port", "create", "web-2", "--network", "web", "--ip", "10.0.1.11"});
  EXPECT_EQ(ran.code, ExitCode::kRefused);
  EXPECT_EQ(ran.err, "dcportalctl: no subnet of the network has 10.0.1.11\nIts subnets are 10.0.0.0/24.\n");
  EXPECT_EQ(sent("port.put", {"port", "create", "p", "--network", "web", "--ip", "10.0.1.11", "--subnet", "web-v4"})["fixed_ips"]
                .as_array()
                .size(),
            1U);
}

TEST_F(ObjectCommands, SetChangesOnlyWhatIsNamed) {
  json::object expected = json::parse(kPortJson).as_object();
  expected.erase("computed");
  expected["admin_state_up"] = false;
  expected["allowed_address_pairs"] = json::array();
  EXPECT_EQ(sent("port.put", {"port", "set", "web-1", "--down", "--no-pairs"}), expected);
  const Ran ran = api_.run({"port", "set", "web-1", "--up"});
  EXPECT_THAT(ran.err, HasSubstr("this object came from Neutron"));
  EXPECT_THAT(ran.out, StartsWith("changed this port\n"));
}

TEST_F(ObjectCommands, SetOfOtherKinds) {
  EXPECT_EQ(sent("network.put", {"network", "set", "web", "--name", "www"})["name"], "www");
  EXPECT_EQ(sent("subnet.put", {"subnet", "set", "web-v4", "--no-gateway"})["gateway_ip"], nullptr);
  EXPECT_EQ(sent("router.put", {"router", "set", "edge", "--add-port", "web-1"})["port_ids"], json::array({kPort}));
  EXPECT_EQ(api_.run({"router", "set", "edge", "--remove-port", "web-1"}).code, ExitCode::kNotFound);
  EXPECT_EQ(api_.run({"network", "set", "web"}).err,
            "dcportalctl: there is nothing to change\nGive at least one of --name, --broadcast-rate, --default-broadcast-rate.\n");
  EXPECT_EQ(api_.run({"port", "set", "web-1", "--up", "--down"}).code, ExitCode::kUsage);
  EXPECT_EQ(sent("port.put", {"port", "create", "dhcp", "--network", "web", "--dhcp-server"})["dhcp_server"], true);
  EXPECT_EQ(sent("port.put", {"port", "set", "web-1", "--dhcp-server"})["dhcp_server"], true);
  EXPECT_EQ(sent("port.put", {"port", "set", "web-1", "--no-dhcp-server"})["dhcp_server"], false);
  EXPECT_EQ(api_.run({"port", "set", "web-1", "--dhcp-server", "--no-dhcp-server"}).code, ExitCode::kUsage);
}

TEST_F(ObjectCommands, ObjectsAreFoundByIdPrefixOrName) {
  EXPECT_THAT(api_.run({"network", "show", "web"}).out, HasSubstr(kWeb));
  EXPECT_THAT(api_.run({"network", "show", "5b0e0"}).out, HasSubstr(kWeb));
  EXPECT_THAT(api_.run({"network", "show", kWeb}).out, HasSubstr("tenant  blue (t1)"));
  const Ran unknown = api_.run({"network", "show", "wep"});
  EXPECT_EQ(unknown.code, ExitCode::kNotFound);
  EXPECT_EQ(unknown.err, "dcportalctl: there is no network \"wep\"\nDid you mean web?\n");
  EXPECT_EQ(api_.run({"network", "show", "5b0"}).code, ExitCode::kNotFound) << "too short to be the start of an id";
  const Ran ambiguous = api_.run({"network", "show", "5b0e"});
  EXPECT_EQ(ambiguous.code, ExitCode::kRefused);
  EXPECT_EQ(ambiguous.err,
            "dcportalctl: \"5b0e\" may be any of 2 networks\nName one by its id:\n"
            "  5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01  web  (tenant t1)\n"
            "  5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02  db  (tenant t2)\n");
  EXPECT_EQ(api_.run({"network", "delete", "twin"}).code, ExitCode::kRefused);
  EXPECT_EQ(api_.run({"network", "show", kRouter}).code, ExitCode::kNotFound);
}

TEST_F(ObjectCommands, DeleteOneOrAllTogether) {
  EXPECT_EQ(sent("network.delete", {"network", "delete", "web"})["id"], kWeb);
  const json::object params = sent("topology.apply", {"network", "delete", "web", "db", "web"});
  ASSERT_EQ(params.at("operations").as_array().size(), 2U);
  EXPECT_EQ(params.at("operations").at(1), (json::value{{"method", "network.delete"}, {"params", {{"id", kDb}}}}));
  EXPECT_EQ(api_.run({"network", "delete", "web", "--json"}).out, "{\"deleted\": [\"5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01\"]}\n");
  EXPECT_EQ(api_.run({"network", "delete", "web", "nothing"}).code, ExitCode::kNotFound);
}

TEST_F(ObjectCommands, WhatIsGoneMeanwhileIsNotFound) {
  FakeApi api;
  api.on("network.list", "[" + std::string(kWebJson) + "]");
  api.on("network.delete", R"({"deleted": false})");
  EXPECT_EQ(api.run({"network", "delete", "web"}).code, ExitCode::kNotFound);
}

TEST_F(ObjectCommands, ListsAreFilteredAndSorted) {
  EXPECT_EQ(sent("port.list", {"port", "list", "--network", "web", "--tenant", "blue"}),
            (json::object{{"tenant_id", "t1"}, {"network_id", kWeb}}));
  EXPECT_EQ(api_.run({"network", "list"}).out,
            "ID                                    NAME  TENANT  MODE  NUMBER\n"
            "aaaa0000-9d3a-4b1c-8f0e-2f1f4c3a7d03  twin  blue    -          -\n"
            "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01  web   blue    -          1\n"
            "5b0effff-9d3a-4b1c-8f0e-2f1f4c3a7d02  db    red     -          -\n"
            "bbbb0000-9d3a-4b1c-8f0e-2f1f4c3a7d04  twin  red     -          -\n");
  EXPECT_EQ(api_.run({"port", "list"}, {{"COLUMNS", "80"}}).out,
            "ID                     NAME   NETWORK  MAC                ADDRESSES  HOST  STATE\n"
            "9d1f2c9e-7b64-4a0e-9…  web-1  web      fa:16:3e:00:00:0a  10.0.0.10  hv1   wired\n");
  const json::value list = json::parse(api_.run({"network", "list", "--json"}).out);
  EXPECT_EQ(list.at(0), json::parse(kWebJson)) << "for machines: as the daemon says it";
}

TEST_F(ObjectCommands, EmptyListsSaySo) {
  FakeApi api;
  api.on("tenant.list", R"([{"id": "t1", "name": "blue"}])");
  api.on("router.list", "[]");
  EXPECT_EQ(api.run({"router", "list"}).out, "There are no routers.\n");
  EXPECT_EQ(api.run({"router", "list", "--tenant", "blue"}).out, "There are no routers of that kind.\n");
  EXPECT_EQ(api.run({"router", "list", "--json"}).out, "[]\n");
}

TEST_F(ObjectCommands, ShowsAPort) {
  FakeApi api;
  json::value port = json::parse(kPortJson);
  port.at("computed").as_object()["mapping_keys"] =
      json::parse(R"([{"host": "hv1", "ip_address": "10.0.0.10", "mac_address": "fa:16:3e:00:00:0a", "key": "240.0.0.1"}])");
  port.at("computed").as_object()["without_key"] = json::parse(R"([{"host": "hv1", "ip_address": "10.0.0.100"}])");
  port.at("computed").as_object()["wired_hosts"] = {"hv1", "hv2"};
  port.at("computed").as_object()["something_new"] = 5;
  api.on("port.list", json::serialize(json::array({port})));
  api.on("port.drops", "[]");
  api.on("network.list", "[" + std::string(kWebJson) + "]");
  api.on("subnet.list", R"([{"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "name": "web-v4"}])");
  EXPECT_EQ(api.run({"port", "show", "web-1"}).out,
            "name            web-1\n"
            "id              9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03\n"
            "state           fault\n"
            "faults          10.0.0.100 has no mapping key on hv1: the pool is exhausted\n"
            "network         web (5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01)\n"
            "tenant          t1\n"
            "mac             fa:16:3e:00:00:0a\n"
            "addresses       10.0.0.10 in subnet web-v4\n"
            "also sends as   10.0.0.100\n"
            "port security   on\n"
            "admin state     up\n"
            "device owner    compute:nova\n"
            "Neutron's host  hv1\n"
            "tap             tap9d1f2c9e-7b\n"
            "located at      hv1\n"
            "wired at        hv1, hv2, as Neutron is told\n"
            "mapping keys    240.0.0.1 stands for fa:16:3e:00:00:0a 10.0.0.10 at hv1\n"
            "number          1\n"
            "revision        4\n"
            "something new   5\n");
}

}  // namespace
}  // namespace dcportals::ctl
