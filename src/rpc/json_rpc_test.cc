// Do answers follow the JSON-RPC 2.0 specification? The examples of its section 7, then our own limits.
#include "rpc/json_rpc.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

// A dispatcher with the methods of the specification's examples.
class JsonRpc : public testing::Test {
 protected:
  JsonRpc() {
    dispatcher_.add("subtract", [](const json::object& params, const Reply& reply) {
      reply(json::value(params.at("minuend").as_int64() - params.at("subtrahend").as_int64()));
    });
    dispatcher_.add("update", [this](const json::object&, const Reply& reply) {
      ++updates_;
      reply(json::value(nullptr));
    });
    dispatcher_.add("get_data", [](const json::object&, const Reply& reply) { reply(json::array{"hello", 5}); });
    dispatcher_.add("refuse", [](const json::object&, const Reply& reply) {
      reply(std::unexpected(RpcError{ErrorCode::kStale, "older", "revision_number"}));
    });
    dispatcher_.add("later", [this](const json::object&, Reply reply) { later_.push_back(std::move(reply)); });
    dispatcher_.add("drop", [](const json::object&, const Reply&) {});
    dispatcher_.add("throw", [](const json::object&, const Reply&) { throw std::runtime_error("no such luck"); });
  }

  std::string ask(std::string_view request) {
    std::string text = "no answer was given";
    dispatcher_.handle(request, [&](std::string answer) { text = std::move(answer); });
    return text;
  }
  // The answer without what the specification leaves open: the texts and data of errors.
  std::string ask_plain(std::string_view request) {
    const std::string text = ask(request);
    if (text.empty()) return text;
    json::value answer = json::parse(text);
    const auto strip = [](json::value& one) {
      if (json::value* error = one.as_object().if_contains("error")) *error = error->at("code");
    };
    if (json::array* batch = answer.if_array()) {
      for (json::value& one : *batch) strip(one);
    } else {
      strip(answer);
    }
    return json::serialize(answer);
  }

  Dispatcher dispatcher_;
  std::vector<Reply> later_;
  int updates_ = 0;
};

TEST_F(JsonRpc, SpecificationNamedParameters) {
  EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3})"),
            R"({"jsonrpc":"2.0","result":19,"id":3})");
  EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4})"),
            R"({"jsonrpc":"2.0","result":19,"id":4})");
}

// Where the specification's examples use positions we answer "Invalid params", which it allows.
TEST_F(JsonRpc, SpecificationPositionalParametersAreRefusedClearly) {
  const std::string answer = ask(R"({"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1})");
  EXPECT_EQ(
      answer,
      R"({"jsonrpc":"2.0","error":{"code":-32602,"message":"params must be an object: parameters go by name, not by position",)"
      R"("data":{"reason":"invalid_params","field":"params"}},"id":1})");
  EXPECT_EQ(ask_plain(R"({"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2})"),
            R"({"jsonrpc":"2.0","error":-32602,"id":2})");
}

TEST_F(JsonRpc, SpecificationNotifications) {
  EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "update", "params": {"a": 1}})"), "");
  EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]})"), "");
  EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "foobar"})"), "");
  EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "refuse"})"), "");
  EXPECT_EQ(updates_, 1) << "only the one with parameters by name is run";
}

TEST_F(JsonRpc, SpecificationErrors) {
  EXPECT_EQ(ask_plain(R"({"jsonrpc": "2.0", "method": "foobar", "id": "1"})"), R"({"jsonrpc":"2.0","error":-32601,"id":"1"})");
  EXPECT_EQ(ask_plain(R"({"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz])"),
            R"({"jsonrpc":"2.0","error":-32700,"id":null})");
  EXPECT_EQ(ask_plain(R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})"), R"({"jsonrpc":"2.0","error":-32600,"id":null})");
}

TEST_F(JsonRpc, SpecificationBatches) {
  EXPECT_EQ(ask_plain(R"([{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method")"),
            R"({"jsonrpc":"2.0","error":-32700,"id":null})");
  EXPECT_EQ(ask_plain("[]"), R"({"jsonrpc":"2.0","error":-32600,"id":null})");
  EXPECT_EQ(ask_plain("[1]"), R"([{"jsonrpc":"2.0","error":-32600,"id":null}])");
  EXPECT_EQ(
      ask_plain("[1,2,3]"),
      R"([{"jsonrpc":"2.0","error":-32600,"id":null},{"jsonrpc":"2.0","error":-32600,"id":null},{"jsonrpc":"2.0","error":-32600,"id":null}])");
  EXPECT_EQ(
      ask_plain(R"([
        {"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 7, "subtrahend": 0}, "id": "1"},
        {"jsonrpc": "2.0", "method": "update", "params": {"a": 7}},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}])"),
      R"([{"jsonrpc":"2.0","result":7,"id":"1"},{"jsonrpc":"2.0","error":-32602,"id":"2"},{"jsonrpc":"2.0","error":-32600,"id":null},)"
      R"({"jsonrpc":"2.0","error":-32601,"id":"5"},{"jsonrpc":"2.0","result":["hello",5],"id":"9"}])");
  EXPECT_EQ(ask(R"([{"jsonrpc": "2.0", "method": "update"}, {"jsonrpc": "2.0", "method": "update"}])"), "");
  EXPECT_EQ(updates_, 3);
}

TEST_F(JsonRpc, IdsComeBackAsTheyWere) {
  for (const char* id : {"0", "-1", "18446744073709551615", "\"\"", "\"é\"", "null"}) {
    EXPECT_EQ(ask(std::string(R"({"jsonrpc":"2.0","method":"update","id":)") + id + "}"),
              std::string(R"({"jsonrpc":"2.0","result":null,"id":)") + id + "}");
  }
  for (const char* id : {"1.5", "true", "[]", "{}"}) {
    EXPECT_EQ(ask_plain(std::string(R"({"jsonrpc":"2.0","method":"update","id":)") + id + "}"),
              R"({"jsonrpc":"2.0","error":-32600,"id":null})");
  }
}

TEST_F(JsonRpc, InvalidRequestsAreNamed) {
  EXPECT_EQ(
      ask(R"({"jsonrpc":"1.0","method":"update","id":7})"),
      R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"jsonrpc must be \"2.0\"","data":{"reason":"invalid_request","field":"jsonrpc"}},"id":7})");
  for (const char* request : {R"({"method":"update","id":7})", R"({"jsonrpc":2.0,"method":"update","id":7})",
                              R"({"jsonrpc":"2.0","id":7})", R"({"jsonrpc":"2.0","method":"update","params":null,"id":7})",
                              R"({"jsonrpc":"2.0","method":"update","parms":{},"id":7})"}) {
    EXPECT_EQ(ask_plain(request), R"({"jsonrpc":"2.0","error":-32600,"id":7})") << request;
  }
  EXPECT_EQ(updates_, 0);
}

TEST_F(JsonRpc, ErrorsCarryReasonAndField) {
  EXPECT_EQ(
      ask(R"({"jsonrpc":"2.0","method":"refuse","id":1})"),
      R"({"jsonrpc":"2.0","error":{"code":-32005,"message":"older","data":{"reason":"stale","field":"revision_number"}},"id":1})");
  EXPECT_EQ(ask_plain(R"({"jsonrpc":"2.0","method":"throw","id":1})"), R"({"jsonrpc":"2.0","error":-32603,"id":1})");
  EXPECT_EQ(ask_plain(R"({"jsonrpc":"2.0","method":"drop","id":1})"), R"({"jsonrpc":"2.0","error":-32603,"id":1})");
}

TEST_F(JsonRpc, CallsOfABatchWaitForEachOther) {
  std::string answer;
  dispatcher_.handle(R"([{"jsonrpc":"2.0","method":"later","id":1},{"jsonrpc":"2.0","method":"update","id":2},
                         {"jsonrpc":"2.0","method":"later","id":3}])",
                     [&](std::string text) { answer = std::move(text); });
  ASSERT_EQ(later_.size(), 1U);
  EXPECT_EQ(updates_, 0);
  later_[0](json::value(10));
  EXPECT_EQ(updates_, 1);
  ASSERT_EQ(later_.size(), 2U);
  EXPECT_EQ(answer, "");
  later_[1](json::value(30));
  later_[1](json::value(31));
  EXPECT_EQ(
      answer,
      R"([{"jsonrpc":"2.0","result":10,"id":1},{"jsonrpc":"2.0","result":null,"id":2},{"jsonrpc":"2.0","result":30,"id":3}])");
}

TEST_F(JsonRpc, ABatchOutlivesItsDispatcher) {
  auto dispatcher = std::make_unique<Dispatcher>();
  dispatcher->add("later", [this](const json::object&, Reply reply) { later_.push_back(std::move(reply)); });
  std::string answer;
  dispatcher->handle(R"([{"jsonrpc":"2.0","method":"later","id":1},{"jsonrpc":"2.0","method":"later","id":2}])",
                     [&](std::string text) { answer = std::move(text); });
  dispatcher.reset();
  later_[0](json::value(1));
  later_.clear();
  EXPECT_EQ(json::parse(answer).as_array().size(), 2U) << answer;
}

TEST_F(JsonRpc, AfterADroppedCallTheBatchIsNotRun) {
  EXPECT_EQ(
      ask_plain(
          R"([{"jsonrpc":"2.0","method":"drop","id":1},{"jsonrpc":"2.0","method":"update","id":2},{"jsonrpc":"2.0","method":"update"}])"),
      R"([{"jsonrpc":"2.0","error":-32603,"id":1},{"jsonrpc":"2.0","error":-32603,"id":2}])");
  EXPECT_EQ(updates_, 0);
}

TEST_F(JsonRpc, LimitsAreKept) {
  Limits limits;
  limits.request_bytes = 100;
  limits.batch_calls = 2;
  limits.batch_answer_bytes = 10;
  limits.depth = 3;
  dispatcher_ = Dispatcher(limits);
  dispatcher_.add("a", [](const json::object&, const Reply& reply) { reply(json::value(1)); });
  EXPECT_EQ(ask_plain(std::string(101, ' ')), R"({"jsonrpc":"2.0","error":-32700,"id":null})");
  EXPECT_EQ(ask_plain("[1,2,3]"), R"({"jsonrpc":"2.0","error":-32600,"id":null})");
  EXPECT_EQ(ask_plain("[[[[]]]]"), R"({"jsonrpc":"2.0","error":-32700,"id":null})");
  EXPECT_EQ(ask_plain(R"([{"jsonrpc":"2.0","method":"a","id":1},{"jsonrpc":"2.0","method":"a","id":2}])"),
            R"([{"jsonrpc":"2.0","result":1,"id":1},{"jsonrpc":"2.0","error":-32007,"id":2}])");
}

TEST_F(JsonRpc, ALongBatchDoesNotNest) {
  Limits limits;
  limits.batch_calls = 100'000;
  dispatcher_ = Dispatcher(limits);
  dispatcher_.add("a", [](const json::object&, const Reply& reply) { reply(json::value(1)); });
  std::string batch = "[";
  for (int i = 0; i < 100'000; ++i) batch += R"({"jsonrpc":"2.0","method":"a"},)";
  batch.back() = ']';
  EXPECT_EQ(ask(batch), "");
}

TEST_F(JsonRpc, AMethodIsAddedOnce) {
  EXPECT_THROW(dispatcher_.add("update", nullptr), std::logic_error);
}

}  // namespace
}  // namespace dcportals::rpc
