// Do the configuration methods do what their declarations say? The examples of doc/rpc.md run as one story; then refusals, which
// must leave no trace, and the size that the issue names.
#include "daemon/config_api.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <iostream>

#include "rpc/method_spec.h"
#include "rpc/topology_json.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using namespace topology;

// Plans and applies at once.
class ImmediateTransactor : public Transactor {
 public:
  explicit ImmediateTransactor(Topology& topology) : topology_(topology) {}
  void submit(Plan plan, Done done) override {
    Planner planner(topology_);
    auto planned = plan(planner);
    if (!planned) return done(std::unexpected(planned.error()));
    for (const Change& change : planner.finish()) topology_.apply(change);
    ++commits;
    done({});
  }
  int commits = 0;

 private:
  Topology& topology_;
};

class ConfigApi : public testing::Test {
 protected:
  ConfigApi() {
    Details details;
    details.port = [](const Port&, json::object& computed) {
      computed["wired"] = true;
      computed["wired_hosts"] = json::array{"hv1"};
    };
    register_config_api(dispatcher_, topology_, flowgen::Policy{}, transactor_, std::move(details));
  }

  json::object call(std::string_view method, const json::value& params) {
    const json::object request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
    std::string text;
    dispatcher_.handle(json::serialize(request), [&](std::string answer) { text = std::move(answer); });
    return json::parse(text).as_object();
  }
  json::value result(std::string_view method, std::string_view params) {
    json::object answer = call(method, json::parse(params));
    return answer.contains("result") ? answer["result"] : json::value(answer);
  }
  // "not_found network_id": the reason and the field of the error.
  std::string error(std::string_view method, std::string_view params) {
    json::object answer = call(method, json::parse(params));
    if (!answer.contains("error")) return "no error";
    const json::object& data = answer["error"].at("data").as_object();
    const json::value* field = data.if_contains("field");
    return std::string(data.at("reason").as_string()) + " " + (field != nullptr ? std::string(field->as_string()) : "");
  }
  void run_example(std::string_view method) {
    const rpc::MethodSpec& spec = *rpc::find_method(method);
    const json::value got = result(method, spec.example_params);
    EXPECT_EQ(got, json::parse(spec.example_result)) << method << ": " << got;
  }
  void run_examples(std::initializer_list<std::string_view> methods) {
    for (const std::string_view method : methods) run_example(method);
  }
  void plan(const std::function<void(Planner&)>& steps) {
    Planner planner(topology_);
    steps(planner);
    for (const Change& change : planner.finish()) topology_.apply(change);
  }

  Topology topology_{*KeyPool::make(*Ipv4Prefix::parse("240.0.0.0/4"))};
  ImmediateTransactor transactor_{topology_};
  rpc::Dispatcher dispatcher_;
};

constexpr std::string_view kNetwork = "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01";
constexpr std::string_view kSecondPort = R"({"id": "1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104"})";

TEST_F(ConfigApi, TheExamplesOfTheDocumentation) {
  run_examples({"tenant.put", "network.put", "subnet.put", "port.put", "router.put", "topology.apply"});
  plan([](Planner& planner) {
    const HostName host{"hv1"};
    const PortId port = *PortId::parse("9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03");
    ASSERT_TRUE(planner.see_host(host, Dpid{1}, MacAddress(0x525400aa0001)));
    ASSERT_TRUE(planner.site(host, std::span(&port, 1)));
  });
  run_examples({"tenant.get", "tenant.list", "network.get", "network.list", "subnet.get", "subnet.list", "port.get", "port.list",
                "router.get", "router.list"});
  run_examples({"network.configure", "fabric.configure", "fabric.get"});
  run_examples({"router.delete", "port.delete"});
  EXPECT_EQ(result("port.delete", kSecondPort), json::parse(R"({"deleted": true})"));
  run_examples({"subnet.delete", "network.delete", "tenant.delete"});
  EXPECT_EQ(topology_.port_count() + topology_.network_count() + topology_.tenants().size(), 0U);
}

TEST_F(ConfigApi, EveryConfigurationMethodIsRegistered) {
  for (const auto part : {rpc::config_method_specs(), rpc::forwarding_method_specs()}) {
    for (const rpc::MethodSpec& method : part)
      EXPECT_FALSE(error(method.name, "{}").starts_with("method_not_found")) << method.name;
  }
}

TEST_F(ConfigApi, PutAndDeleteAreIdempotent) {
  run_examples({"network.put", "subnet.put"});
  EXPECT_EQ(result("network.put", rpc::find_method("network.put")->example_params), json::parse(R"({"changed": false})"));
  EXPECT_EQ(result("port.delete", kSecondPort), json::parse(R"({"deleted": false})"));
  EXPECT_EQ(error("port.get", kSecondPort), "not_found id");
}

TEST_F(ConfigApi, OlderRevisionsAreStale) {
  const auto put = [](int revision) {
    return R"({"id": ")" + std::string(kNetwork) + R"(", "tenant_id": "blue", "revision_number": )" + std::to_string(revision) +
           "}";
  };
  run_example("network.put");
  EXPECT_EQ(error("network.put", put(0)), "stale revision_number");
  EXPECT_EQ(result("network.put", put(5)), json::parse(R"({"changed": true})"));
  EXPECT_EQ(error("network.delete", R"({"id": ")" + std::string(kNetwork) + R"(", "revision_number": 4})"),
            "stale revision_number");
  EXPECT_EQ(result("network.delete", R"({"id": ")" + std::string(kNetwork) + R"(", "revision_number": 5})"),
            json::parse(R"({"deleted": true})"));
  EXPECT_EQ(error("network.put", put(5)), "stale revision_number") << "a put that arrives after its delete";
}

TEST_F(ConfigApi, RefusalsNameTheFieldAndLeaveNoTrace) {
  run_examples({"network.put", "subnet.put", "port.put"});
  const Topology before = topology_;
  const int commits = transactor_.commits;
  json::object port = json::parse(rpc::find_method("port.put")->example_params).as_object();
  const auto port_with = [&](std::string_view name, json::value value) {
    json::object changed = port;
    changed[name] = std::move(value);
    return json::serialize(changed);
  };
  EXPECT_EQ(error("network.delete", R"({"id": ")" + std::string(kNetwork) + "\"}"), "in_use id");
  EXPECT_EQ(error("port.put", port_with("network_id", "00000000-0000-0000-0000-000000000001")), "not_found network_id");
  EXPECT_EQ(error("port.put", port_with("mac_address", "01:00:5e:00:00:01")), "invalid mac_address");
  EXPECT_EQ(error("port.put", port_with("id", "00000000-0000-0000-0000-000000000001")), "conflict mac_address");
  EXPECT_EQ(error("port.put", port_with("binding_host_id", "a\tb")), "invalid binding_host_id");
  EXPECT_EQ(error("port.put", port_with("fixed_ips", 5)), "invalid_params fixed_ips");
  EXPECT_EQ(error("topology.apply", R"({"operations": [
      {"method": "tenant.put", "params": {"id": "red"}},
      {"method": "port.put", "params": )" +
                                        port_with("revision_number", 9) + R"(},
      {"method": "port.put", "params": )" +
                                        port_with("id", "00000000-0000-0000-0000-000000000001") + "}]}"),
            "conflict operations[2].params.mac_address");
  EXPECT_EQ(error("topology.apply", R"({"operations": [{"method": "tenant.put", "params": {"id": "red"}},
      {"method": "port.put", "params": {"id": 5}}]})"),
            "invalid_params operations[1].params.id");
  EXPECT_EQ(error("topology.apply", R"({"operations": [{"method": "port.get", "params": {}}]})"),
            "invalid_params operations[0].method");
  EXPECT_EQ(error("topology.apply", R"({"operations": [{"method": "port.put"}]})"), "invalid_params operations[0].params");
  EXPECT_EQ(error("topology.apply", R"({"operations": [{"method": "port.put", "params": {}, "id": 1}]})"),
            "invalid_params operations[0].params.id");
  EXPECT_TRUE(before == topology_);
  EXPECT_EQ(transactor_.commits, commits);
}

// The members of network.get that tell how the network is forwarded: "mode rate, computed mode rate".
std::string forwarding(const json::value& network) {
  const json::value& computed = network.at("computed");
  return fmt::format("{} {}, {} {}", json::serialize(network.at("mode")), json::serialize(network.at("broadcast_rate")),
                     json::serialize(computed.at("mode")), json::serialize(computed.at("broadcast_rate")));
}

TEST_F(ConfigApi, NetworksAreConfiguredAndPutsLeaveThatAlone) {
  run_example("network.put");
  const std::string id = R"({"id": ")" + std::string(kNetwork) + "\"";
  const auto configure = [&](std::string_view members) { return result("network.configure", id + std::string(members) + "}"); };
  const auto now = [&] { return forwarding(result("network.get", id + "}")); };
  const json::value changed = json::parse(R"({"changed": true})");
  EXPECT_EQ(now(), R"(null null, "proactive" 500)");
  EXPECT_EQ(configure(R"(, "mode": "reactive")"), changed);
  EXPECT_EQ(now(), R"("reactive" null, "reactive" 500)");
  EXPECT_EQ(configure(R"(, "mode": "reactive")"), json::parse(R"({"changed": false})"));
  EXPECT_EQ(configure(R"(, "broadcast_rate": 7)"), changed);
  EXPECT_EQ(now(), R"("reactive" 7, "reactive" 7)");
  json::object put = json::parse(rpc::find_method("network.put")->example_params).as_object();
  put["name"] = "renamed";
  EXPECT_EQ(result("network.put", json::serialize(put)), changed);
  EXPECT_EQ(now(), R"("reactive" 7, "reactive" 7)");
  EXPECT_EQ(configure(R"(, "mode": null)"), changed);
  EXPECT_EQ(now(), R"(null 7, "proactive" 7)");
  EXPECT_EQ(configure(R"(, "mode": "auto", "broadcast_rate": null)"), changed);
  EXPECT_EQ(now(), R"("auto" null, "proactive" 500)");
}

TEST_F(ConfigApi, TheFabricsModeIsThatOfNetworksWithoutOne) {
  run_example("network.put");
  EXPECT_EQ(result("fabric.configure", R"({"mode": "reactive"})"), json::parse(R"({"changed": true})"));
  EXPECT_EQ(forwarding(result("network.list", "{}").at(0)), R"(null null, "reactive" 500)");
  EXPECT_EQ(result("fabric.get", "{}").at("computed").at("reactive_networks"), 1);
  EXPECT_EQ(result("fabric.configure", R"({"mode": null})"), json::parse(R"({"changed": true})"));
  EXPECT_EQ(result("fabric.get", "{}").at("mode"), nullptr);
  EXPECT_EQ(result("fabric.get", "{}").at("computed").at("mode"), "proactive");
  EXPECT_EQ(result("topology.apply", R"({"operations": [{"method": "fabric.configure", "params": {"mode": "auto"}},
      {"method": "network.configure", "params": {"id": ")" +
                                         std::string(kNetwork) + R"(", "mode": "reactive"}}]})"),
            json::parse(R"({"operations": 2, "changed": 2})"));
  EXPECT_EQ(forwarding(result("network.list", "{}").at(0)), R"("reactive" null, "reactive" 500)");
}

TEST_F(ConfigApi, WrongChoicesAreNamed) {
  run_example("network.put");
  const Topology before = topology_;
  const std::string id = R"({"id": ")" + std::string(kNetwork) + "\"";
  const auto refused = [&](std::string_view members) { return error("network.configure", id + std::string(members) + "}"); };
  EXPECT_EQ(refused(""), "invalid_params mode");
  EXPECT_EQ(refused(R"(, "mode": "lazy")"), "invalid_params mode");
  EXPECT_EQ(refused(R"(, "mode": "Reactive")"), "invalid_params mode");
  EXPECT_EQ(refused(R"(, "mode": 1)"), "invalid_params mode");
  EXPECT_EQ(refused(R"(, "broadcast_rate": "5")"), "invalid_params broadcast_rate");
  EXPECT_EQ(refused(R"(, "broadcast_rate": 1.5)"), "invalid_params broadcast_rate");
  EXPECT_EQ(refused(R"(, "broadcast_rate": 0)"), "invalid broadcast_rate");
  EXPECT_EQ(refused(R"(, "broadcast_rate": 1000001)"), "invalid broadcast_rate");
  EXPECT_EQ(refused(R"(, "broadcast_rate": 4294967297)"), "invalid broadcast_rate") << "no more than 32 bits are kept";
  EXPECT_EQ(refused(R"(, "mode": "auto", "broadcast_rate": 0)"), "invalid broadcast_rate");
  EXPECT_EQ(refused(R"(, "mode": "auto", "rate": 5)"), "invalid_params rate");
  EXPECT_EQ(error("network.configure", R"({"id": "00000000-0000-0000-0000-000000000001", "mode": "auto"})"), "not_found id");
  EXPECT_EQ(error("network.configure", R"({"mode": "auto"})"), "invalid_params id");
  EXPECT_EQ(error("fabric.configure", "{}"), "invalid_params mode");
  EXPECT_EQ(error("fabric.configure", R"({"mode": "off"})"), "invalid_params mode");
  EXPECT_EQ(
      error("topology.apply", R"({"operations": [{"method": "network.configure", "params": )" + id + R"(, "mode": "lazy"}}]})"),
      "invalid_params operations[0].params.mode");
  EXPECT_EQ(error("topology.apply", R"({"operations": [{"method": "network.configure", "params": )" + id + R"(, "mode": "auto"}},
      {"method": "network.configure", "params": )" +
                                        id + R"(, "broadcast_rate": 0}}]})"),
            "invalid operations[1].params.broadcast_rate");
  EXPECT_TRUE(before == topology_);
}

TEST_F(ConfigApi, ListsAreFiltered) {
  run_examples({"network.put", "subnet.put", "port.put", "router.put", "topology.apply"});
  plan([](Planner& planner) {
    const PortId port = *PortId::parse("1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104");
    ASSERT_TRUE(planner.see_host(HostName{"hv2"}, Dpid{2}, std::nullopt));
    ASSERT_TRUE(planner.site(HostName{"hv2"}, std::span(&port, 1)));
  });
  const auto count = [&](std::string_view method, std::string_view params) { return result(method, params).as_array().size(); };
  EXPECT_EQ(count("port.list", "{}"), 2U);
  EXPECT_EQ(count("port.list", R"({"host": "hv2"})"), 1U);
  EXPECT_EQ(count("port.list", R"({"host": "hv2", "tenant_id": "red"})"), 0U);
  EXPECT_EQ(count("port.list", R"({"network_id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01"})"), 2U);
  EXPECT_EQ(count("subnet.list", R"({"network_id": "00000000-0000-0000-0000-000000000001"})"), 0U);
  EXPECT_EQ(result("port.list", "{}").at(0).at("id"), "1c7c1a52-6b0d-4e8f-9a3c-5d6e7f809104");
  EXPECT_EQ(result("port.list", "{}").at(0).at("computed").at("router_id"), "5e0b7f1c-2d3e-4f50-8a61-7b2c3d4e5f05");
}

// 1,000 networks of 20 ports each, as one request.
std::string bulk_request() {
  const auto uuid = [](std::uint64_t kind, std::uint64_t i) { return fmt::format("{:08x}-0000-4000-8000-{:012x}", kind, i); };
  json::array operations;
  const auto add = [&](std::string_view method, json::object params) {
    operations.push_back(json::object{{"method", method}, {"params", std::move(params)}});
  };
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const std::string tenant = fmt::format("tenant-{}", n % 100);
    add("network.put", {{"id", uuid(1, n)}, {"tenant_id", tenant}, {"name", "net"}, {"revision_number", 1}});
    add("subnet.put", {{"id", uuid(2, n)}, {"network_id", uuid(1, n)}, {"tenant_id", tenant}, {"cidr", "10.0.0.0/24"}});
    for (std::uint64_t p = 0; p < 20; ++p) {
      add("port.put",
          {{"id", uuid(0x10000 + n * 20 + p, p)},
           {"network_id", uuid(1, n)},
           {"tenant_id", tenant},
           {"name", "port"},
           {"mac_address", fmt::format("fa:16:3e:00:00:{:02x}", p)},
           {"fixed_ips", json::array{json::object{{"subnet_id", uuid(2, n)}, {"ip_address", fmt::format("10.0.0.{}", p + 2)}}}},
           {"allowed_address_pairs", json::array()},
           {"port_security_enabled", true},
           {"admin_state_up", true},
           {"device_owner", "compute:nova"},
           {"device_id", uuid(3, n * 20 + p)},
           {"binding_host_id", fmt::format("hv{}", p)},
           {"revision_number", 3}});
    }
  }
  return json::serialize(json::object{
      {"jsonrpc", "2.0"}, {"id", 1}, {"method", "topology.apply"}, {"params", json::object{{"operations", operations}}}});
}

TEST_F(ConfigApi, TwentyThousandPortsInOneCall) {
  const std::string request = bulk_request();
  const auto start = std::chrono::steady_clock::now();
  std::string text;
  dispatcher_.handle(request, [&](std::string answer) { text = std::move(answer); });
  const auto middle = std::chrono::steady_clock::now();
  EXPECT_EQ(text, R"({"jsonrpc":"2.0","result":{"operations":22000,"changed":22000},"id":1})");
  EXPECT_EQ(topology_.port_count(), 20'000U);
  dispatcher_.handle(R"({"jsonrpc":"2.0","id":1,"method":"port.list"})", [&](std::string answer) { text = std::move(answer); });
  const auto end = std::chrono::steady_clock::now();
  const auto ms = [](auto time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time).count(); };
  std::cout << fmt::format("topology.apply of {} bytes: {} ms; port.list of {} bytes: {} ms\n", request.size(),
                           ms(middle - start), text.size(), ms(end - middle));
}

}  // namespace
}  // namespace dcportals::daemon
