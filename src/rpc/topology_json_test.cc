// Does what goes out come back the same, and does every wrong member get an error that names it?
#include "rpc/topology_json.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

constexpr std::string_view kPort = R"({
  "id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "blue", "name": "web",
  "mac_address": "fa:16:3e:00:00:0a",
  "fixed_ips": [{"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "ip_address": "10.0.0.10"},
                {"subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e03", "ip_address": "2001:db8::10"}],
  "allowed_address_pairs": [{"ip_address": "10.0.0.100", "mac_address": "00:00:5e:00:01:01"}, {"ip_address": "2001:db8::100"}],
  "port_security_enabled": false, "admin_state_up": false, "device_owner": "compute:nova", "device_id": "vm", "dhcp_server": true,
  "binding_host_id": "hv1",
  "revision_number": 18446744073709551615})";

json::object object(std::string_view text) {
  return json::parse(text).as_object();
}

// The port with one member replaced, or removed if `value` is empty.
json::object port_with(std::string_view name, std::string_view value) {
  json::object port = object(kPort);
  if (value.empty()) {
    port.erase(name);
  } else {
    port[name] = json::parse(value);
  }
  return port;
}

RpcError port_error(std::string_view name, std::string_view value) {
  const auto port = decode_port(port_with(name, value));
  EXPECT_FALSE(port) << name << value;
  return port ? RpcError{} : port.error();
}

TEST(TopologyJson, EverythingOfAPortGoesThereAndBack) {
  const auto port = decode_port(object(kPort));
  ASSERT_TRUE(port) << port.error().text;
  EXPECT_EQ(port->tenant_id.text, "blue");
  EXPECT_EQ(port->fixed_ips.size(), 2U);
  EXPECT_EQ(port->allowed_address_pairs[0].mac_address->to_string(), "00:00:5e:00:01:01");
  EXPECT_FALSE(port->allowed_address_pairs[1].mac_address);
  EXPECT_FALSE(port->port_security_enabled);
  EXPECT_TRUE(port->dhcp_server);
  EXPECT_EQ(port->host_hint->text, "hv1");
  EXPECT_EQ(encode(*port), object(kPort));
  EXPECT_EQ(*decode_port(encode(*port)), *port);
}

TEST(TopologyJson, AbsentAndNullMembersTakeDefaults) {
  const auto port =
      decode_port(object(R"({"id": "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03", "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
      "mac_address": "fa:16:3e:00:00:0a", "fixed_ips": null, "name": null, "binding_host_id": "", "revision_number": null})"));
  ASSERT_TRUE(port) << port.error().text;
  EXPECT_TRUE(port->port_security_enabled && port->admin_state_up);
  EXPECT_FALSE(port->dhcp_server);
  EXPECT_TRUE(port->tenant_id.text.empty() && port->fixed_ips.empty());
  EXPECT_FALSE(port->host_hint || port->revision_number);
}

TEST(TopologyJson, NetworksSubnetsRoutersTenants) {
  const auto network =
      object(R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "blue", "name": "n", "revision_number": 3})");
  EXPECT_EQ(encode(*decode_network(network)), network);
  const auto flat = object(R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "tenant_id": "blue", "name": "n", "physical_network": "public"})");
  EXPECT_EQ(encode(*decode_network(flat)), flat);
  const auto subnet =
      object(R"({"id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02", "network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01",
      "tenant_id": "blue", "name": "", "cidr": "2001:db8::/64", "gateway_ip": "2001:db8::1"})");
  EXPECT_EQ(encode(*decode_subnet(subnet)), subnet);
  const auto router = object(R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05", "tenant_id": "blue", "name": "r",
      "port_ids": ["1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104"], "revision_number": 0})");
  EXPECT_EQ(encode(*decode_router(router)), router);
  const auto tenant = object(R"({"id": "blue", "name": "Blue"})");
  EXPECT_EQ(encode(*decode_tenant(tenant)), tenant);
}

TEST(TopologyJson, TheProjectHasTwoNames) {
  const auto read = [](std::string_view owner) {
    return decode_network(object(R"({"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01")" + std::string(owner) + "}"));
  };
  EXPECT_EQ(read(R"(, "project_id": "blue")")->tenant_id.text, "blue");
  EXPECT_EQ(read(R"(, "project_id": "blue", "tenant_id": "blue")")->tenant_id.text, "blue");
  EXPECT_EQ(read(R"(, "project_id": "blue", "tenant_id": "red")").error().field, "project_id");
  EXPECT_EQ(read("").error().field, "tenant_id");
}

TEST(TopologyJson, WrongMembersAreNamedWithWhatWasExpectedAndGot) {
  EXPECT_EQ(port_error("mac_address", "").text, "mac_address: is missing");
  EXPECT_EQ(port_error("mac_address", "5").text,
            "mac_address: expected a MAC address such as fa:16:3e:00:00:01, got the number 5");
  EXPECT_EQ(port_error("mac_address", R"("zz\n")").text,
            R"(mac_address: expected a MAC address such as fa:16:3e:00:00:01, got the string "zz\n")");
  EXPECT_EQ(port_error("dhcp_server", "1").text, "dhcp_server: expected true or false, got the number 1");
  EXPECT_EQ(port_error("id", "null").text, "id: expected a UUID, got null");
  EXPECT_EQ(port_error("id", R"("9d1f2c9e7b644a0e9d0b6a1f5f7e3c03")").field, "id");
  EXPECT_EQ(port_error("admin_state_up", "\"true\"").text, "admin_state_up: expected true or false, got the string \"true\"");
  EXPECT_EQ(port_error("revision_number", "-1").text, "revision_number: expected a whole number, 0 or more, got the number -1");
  EXPECT_EQ(port_error("revision_number", "1.5").field, "revision_number");
  EXPECT_EQ(port_error("name", "\"" + std::string(256, 'x') + "\"").field, "name");
  EXPECT_EQ(port_error("name", R"("a\u0000b")").field, "name");
  EXPECT_EQ(port_error("fixed_ips", "{}").text, "fixed_ips: expected an array, got an object");
  EXPECT_EQ(port_error("fixed_ips", "[7]").field, "fixed_ips[0]");
  EXPECT_EQ(port_error("binding:host_id", "\"hv1\"").text, "binding:host_id: is not a parameter here");
  EXPECT_EQ(port_error("status", "\"ACTIVE\"").code, ErrorCode::kInvalidParams);
}

TEST(TopologyJson, PathsLeadIntoArrays) {
  const std::string subnet = R"("subnet_id": "c6d5a3de-41a7-4c39-9d6a-0f6d0d1c5e02")";
  const std::string good = "{" + subnet + R"(, "ip_address": "10.0.0.1"})";
  EXPECT_EQ(port_error("fixed_ips", "[" + good + ", {" + subnet + "}]").field, "fixed_ips[1].ip_address");
  EXPECT_EQ(port_error("fixed_ips", "[" + good + ", {" + subnet + R"(, "ip_address": "10.0.0.1\u0000x"}])").field,
            "fixed_ips[1].ip_address");
  EXPECT_EQ(port_error("fixed_ips", "[{" + subnet + R"(, "ip_address": "10.0.0.1", "x": 1}])").field, "fixed_ips[0].x");
  const auto nested = decode_port(port_with("mac_address", "7"), "operations[17].params");
  EXPECT_EQ(nested.error().field, "operations[17].params.mac_address");
  const auto router = decode_router(object(
      R"({"id": "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05", "tenant_id": "t", "port_ids": ["1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104", "x"]})"));
  EXPECT_EQ(router.error().field, "port_ids[1]");
}

TEST(TopologyJson, AllowedAddressesAreSingleOnes) {
  const auto read = [](std::string_view address) {
    return decode_port(port_with("allowed_address_pairs", R"([{"ip_address": ")" + std::string(address) + "\"}]"));
  };
  EXPECT_EQ(to_string(read("10.0.0.5/32")->allowed_address_pairs[0].ip_address), "10.0.0.5");
  EXPECT_EQ(to_string(read("2001:db8::5/128")->allowed_address_pairs[0].ip_address), "2001:db8::5");
  for (const char* wide : {"10.0.0.0/24", "0.0.0.0/0", "10.0.0.5/24", "2001:db8::/64", "10.0.0.5/128"}) {
    const auto port = read(wide);
    ASSERT_FALSE(port) << wide;
    EXPECT_EQ(port.error().code, ErrorCode::kInvalid) << wide;
    EXPECT_EQ(port.error().field, "allowed_address_pairs[0].ip_address");
    EXPECT_NE(port.error().text.find("mapping key"), std::string::npos) << port.error().text;
  }
  for (const char* wrong : {"", "/32", "10.0.0.5/", "10.0.0.5/x", "10.0.0.256/32", "10.0.0.5/32/32", "host"}) {
    const auto port = read(wrong);
    ASSERT_FALSE(port) << wrong;
    EXPECT_EQ(port.error().code, ErrorCode::kInvalidParams) << wrong;
  }
}

}  // namespace
}  // namespace dcportals::rpc
