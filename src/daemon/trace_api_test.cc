// Is what a trace found answered as doc/rpc.md says? One packet of each verdict, in a reactive network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "channel/server_fixture.h"
#include "daemon/operation_api.h"
#include "testing/simulation.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using namespace dcportals::testing;

class NoTransactor : public Transactor {
 public:
  void submit(Plan, Done) override { ADD_FAILURE() << "a trace changes nothing"; }
};

// VMs 11 and 13 at host 1, 12 at host 2.
class TraceApi : public ::testing::Test {
 protected:
  TraceApi() {
    sim_.scenario.network(1);
    for (const unsigned n : {1U, 2U, 3U}) {
      sim_.scenario.port(10 + n, 1, MacAddress(0xfa163e000000ULL + n).to_string().c_str(), fmt::format("10.0.0.{}", n).c_str());
      sim_.plug(n == 2 ? 2 : 1, port_id(10 + n), 10 + n);
    }
    sim_.scenario.run([](topology::Planner& p) { return p.set_mode(network_id(1), topology::ForwardingMode::kReactive); });
    sim_.restart_controller();
    for (const unsigned host : {1U, 2U}) sim_.connect(host);
    sim_.settle();
    register_trace_api(dispatcher_, context_);
  }

  json::object call(json::object params) {
    params["port_id"] = port_id(11).to_string();
    const json::object request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "trace"}, {"params", params}};
    json::object answer;
    dispatcher_.handle(json::serialize(request), [&](const std::string& text) { answer = json::parse(text).as_object(); });
    return answer;
  }
  json::object trace(json::object params) { return call(std::move(params)).at("result").as_object(); }
  // The first of this kind.
  static json::object step(const json::object& trace, std::string_view kind) {
    for (const json::value& step : trace.at("steps").as_array()) {
      if (step.at("kind").as_string() == kind) return step.as_object();
    }
    ADD_FAILURE() << "no step " << kind << " in " << trace;
    return {};
  }

  Simulation sim_{2};
  channel::TestLoop loop_;
  channel::Recorder recorder_;
  channel::Pool pool_{loop_.io(), {}, recorder_};
  RefusedSwitches refused_;
  NoTransactor transactor_;
  SyncWaiters waiters_{loop_.io(), *sim_.controller, sim_.scenario.topology};
  status::StatusBoard board_{sim_.scenario.topology, *sim_.controller, {}, {}};
  EventFeed events_{loop_.io(), board_, "life"};
  OperationContext context_{sim_.scenario.topology, *sim_.controller, pool_, refused_, transactor_, waiters_, events_, "", "", {}};
  rpc::Dispatcher dispatcher_;
};

TEST_F(TraceApi, ARemoteFirstPacket) {
  const json::object result = trace({{"to_ip", "10.0.0.2"}});
  EXPECT_EQ(result.at("verdict"), "delivered");
  const json::value receiver = {{"port_id", port_id(12).to_string()}, {"host", "hv2"}, {"ofport", 12}};
  EXPECT_EQ(result.at("delivered_to"), receiver);
  EXPECT_EQ(result.at("deliveries"), json::array{receiver});
  const json::object asked = step(result, "controller");
  EXPECT_EQ(asked.at("host"), "hv1");
  EXPECT_EQ(asked.at("asked"), "forward");
  EXPECT_EQ(asked.at("decision"), "remote");
  EXPECT_FALSE(asked.contains("reason"));
  const json::array& installs = asked.at("installs").as_array();
  ASSERT_EQ(installs.size(), 2U);
  EXPECT_EQ(installs[0].at("host"), "hv2") << "the receiver's first";
  EXPECT_THAT(std::string(installs[1].at("flow").as_string()), ::testing::HasSubstr("idle_timeout=60, "));
  EXPECT_EQ(asked.at("frame").at("ip_dst"), "10.0.0.2");
}

TEST_F(TraceApi, ABroadcastHasManyReceivers) {
  const json::object result = trace({{"to_ip", "10.0.0.255"}});
  EXPECT_EQ(result.at("deliveries").as_array().size(), 2U);
  EXPECT_EQ(result.at("delivered_to"), result.at("deliveries").at(0));
  EXPECT_EQ(step(result, "controller").at("asked"), "flood");
}

TEST_F(TraceApi, OutByAnAttachment) {
  sim_.plug(1, "phy-public", 7);
  sim_.transact([](topology::Planner& p) { return p.put(topology::Network{network_id(1), {"tenant"}, "", {}, {}, {}, {}, "public"}); });
  sim_.settle();
  const json::object result = trace({{"to_ip", "10.0.0.77"}});
  EXPECT_EQ(result.at("verdict"), "delivered");
  const json::value outside = {{"physical_network", "public"}, {"host", "hv1"}, {"ofport", 7}};
  EXPECT_EQ(result.at("delivered_to"), outside);
  EXPECT_EQ(step(result, "outside").at("physical_network"), "public");
}

TEST_F(TraceApi, AnAnswerAndARefusal) {
  const json::object answered = trace({{"to_ip", "10.0.0.2"}, {"protocol", "arp"}});
  EXPECT_EQ(answered.at("verdict"), "answered");
  EXPECT_FALSE(answered.contains("delivered_to") || answered.contains("deliveries") || answered.contains("reason"));
  EXPECT_EQ(step(answered, "answered").at("frame").at("eth_src"), "fa:16:3e:00:00:02");
  const json::object refused = trace({{"to_ip", "10.0.0.77"}});
  EXPECT_EQ(refused.at("verdict"), "dropped");
  EXPECT_EQ(refused.at("reason"), "arp_unknown_target");
  const json::object decision = step(refused, "controller");
  EXPECT_EQ(decision.at("decision"), "drop");
  EXPECT_EQ(decision.at("reason"), "arp_unknown_target");
  EXPECT_EQ(decision.at("reason_text"), refused.at("reason_text"));
}

TEST_F(TraceApi, AfterAnotherPacket) {
  const json::object later = trace({{"to_ip", "10.0.0.2"}, {"after_port_id", port_id(11).to_string()}});
  EXPECT_EQ(later.at("verdict"), "delivered");
  for (const json::value& each : later.at("steps").as_array()) EXPECT_NE(each.at("kind"), "controller");
  const json::object restored = trace({{"to_ip", "10.0.0.2"}, {"after_port_id", port_id(13).to_string()}});
  EXPECT_EQ(step(restored, "controller").at("asked"), "wire");
  EXPECT_EQ(step(restored, "controller").at("decision"), "restore");
  const json::object unknown = call({{"to_ip", "10.0.0.2"}, {"after_port_id", port_id(77).to_string()}});
  EXPECT_EQ(unknown.at("error").at("data").at("field"), "after_port_id");
}

}  // namespace
}  // namespace dcportals::daemon
