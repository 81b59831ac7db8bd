// Do digest.get and digest.list tell what the topology holds and where ports are wired?
#include "daemon/digest_api.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <ctime>
#include <iostream>
#include <map>

#include "rpc/method_spec.h"
#include "rpc/topology_digest.h"
#include "testing/scenario.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using namespace dcportals::testing;

const std::string kZero(64, '0');

class DigestApi : public ::testing::Test {
 protected:
  DigestApi() {
    register_digest_api(dispatcher_, scenario_.topology,
                        {[this](const topology::PortId& id) { return wired_[id]; }, [this] { return settled_; }});
  }
  json::object answer(std::string_view method, const json::object& params) {
    const json::object request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
    json::object out;
    dispatcher_.handle(json::serialize(request), [&](const std::string& text) { out = json::parse(text).as_object(); });
    return out;
  }
  json::value get(std::string_view kind) { return answer("digest.get", {}).at("result").at(kind); }
  json::array list(std::string_view kind) { return answer("digest.list", {{"kind", kind}}).at("result").as_array(); }

  // Networks 1 and 2; ports 11 and 12, of which 11 is bound to host 1, and a router that lists 12.
  void populate() {
    scenario_.network(1);
    scenario_.network(2);
    topology::Port bound = Scenario::make_port(11, 1, "fa:16:3e:00:00:01", {"10.0.0.1"});
    bound.host_hint = host_name(1);
    scenario_.port(bound);
    scenario_.port(12, 1, "fa:16:3e:00:00:02", "10.0.0.2");
    scenario_.run([](topology::Planner& p) {
      return p.put(topology::Router{id<topology::RouterId>(21), {"tenant"}, "edge", {port_id(12)}, {}});
    });
  }

  Scenario scenario_;
  std::map<topology::PortId, std::vector<topology::HostName>> wired_;
  bool settled_ = true;
  rpc::Dispatcher dispatcher_;
};

TEST_F(DigestApi, OfNothing) {
  const json::value none{{"count", 0}, {"digest", kZero}};
  const json::value all{{"network", none}, {"subnet", none}, {"port", none}, {"router", none},
                        {"port_status", {{"count", 0}, {"digest", kZero}, {"settled", true}}}};
  EXPECT_EQ(answer("digest.get", {}).at("result"), all);
  for (const std::string_view kind : {"network", "subnet", "port", "router", "port_status"}) EXPECT_TRUE(list(kind).empty()) << kind;
}

TEST_F(DigestApi, TheExamplesOfTheDocumentation) {
  scenario_.run([](topology::Planner& p) {
    return p.put(topology::Network{*topology::NetworkId::parse("5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01"),
                                   {"7a9c3f4e0b6d4f0f9a5c1d2e3f405162"}, "web", {}, {}});
  });
  for (const std::string_view method : {"digest.get", "digest.list"}) {
    const rpc::MethodSpec& spec = *rpc::find_method(method);
    EXPECT_EQ(answer(method, json::parse(spec.example_params).as_object()).at("result"), json::parse(spec.example_result)) << method;
  }
}

TEST_F(DigestApi, EachKindIsListedByIdAndSummedUp) {
  populate();
  wired_[port_id(11)] = {host_name(1)};
  const std::pair<std::string_view, std::size_t> counts[] = {
      {"network", 2}, {"subnet", 2}, {"port", 2}, {"router", 1}, {"port_status", 1}};
  for (const auto& [kind, count] : counts) {
    const json::array objects = list(kind);
    EXPECT_EQ(objects.size(), count) << kind;
    EXPECT_EQ(get(kind).at("count"), count) << kind;
    EXPECT_TRUE(std::ranges::is_sorted(objects, {}, [](const json::value& o) { return std::string(o.at("id").as_string()); })) << kind;
    if (count == 1) { EXPECT_EQ(objects[0].at("digest"), get(kind).at("digest")) << kind; }
  }
  EXPECT_EQ(list("port")[1].at("id"), json::value(port_id(12).to_string()));
  rpc::Digest both = rpc::digest_of(*scenario_.topology.port(port_id(11)));
  EXPECT_EQ(list("port")[0].at("digest"), json::value(both.to_string()));
  both ^= rpc::digest_of(*scenario_.topology.port(port_id(12)));
  EXPECT_EQ(get("port").at("digest"), json::value(both.to_string()));
}

TEST_F(DigestApi, APortCountsAsWiredWhereItIsBoundOnly) {
  populate();
  wired_[port_id(12)] = {host_name(1)};
  EXPECT_TRUE(list("port_status").empty()) << "bound to no host";
  wired_[port_id(11)] = {host_name(2)};
  EXPECT_TRUE(list("port_status").empty()) << "bound to another host";
  wired_[port_id(11)] = {host_name(1), host_name(2)};
  ASSERT_EQ(list("port_status").size(), 1U) << "it migrates";
  EXPECT_EQ(list("port_status")[0].at("id"), json::value(port_id(11).to_string()));
  settled_ = false;
  EXPECT_EQ(get("port_status").at("settled"), false);
  EXPECT_EQ(get("port_status").at("count"), 1);
}

TEST_F(DigestApi, AnotherKindIsRefused) {
  EXPECT_EQ(answer("digest.list", {{"kind", "tenant"}}).at("error").at("data").at("field"), "kind");
  EXPECT_EQ(answer("digest.list", {}).at("error").at("data").at("field"), "kind");
}

// The main thread does nothing else meanwhile, so this must stay far below what a switch's keep-alive notices.
TEST_F(DigestApi, TwentyThousandPorts) {
  for (unsigned n = 1; n <= 1000; ++n) scenario_.network(n);
  scenario_.run([&](topology::Planner& p) -> std::expected<void, topology::Rejection> {
    for (unsigned n = 0; n < 20'000; ++n) {
      topology::Port port = Scenario::make_port(n + 1, n / 20 + 1, "fa:16:3e:00:00:01", {fmt::format("10.0.0.{}", n % 20 + 2)});
      port.mac_address = MacAddress(0xfa163e000000ULL + n);
      port.host_hint = host_name(n % 20);
      port.device_owner = "compute:nova";
      port.device_id = port.id.to_string();
      wired_[port.id] = {*port.host_hint};
      if (auto put = p.put(port); !put) return std::unexpected(put.error());
    }
    return {};
  });
  // Of the processor, not of the clock on the wall: other tests may run meanwhile.
  const std::clock_t start = std::clock();
  const json::object all = answer("digest.get", {}).at("result").as_object();
  const std::clock_t middle = std::clock();
  EXPECT_EQ(all.at("port_status").at("count"), 20'000);
  EXPECT_EQ(list("port").size(), 20'000U);
  const std::clock_t end = std::clock();
  const auto ms = [](std::clock_t time) { return time * 1000 / CLOCKS_PER_SEC; };
  std::cout << fmt::format("digest.get: {} ms; digest.list and reading it: {} ms\n", ms(middle - start), ms(end - middle));
}

}  // namespace
}  // namespace dcportals::daemon
