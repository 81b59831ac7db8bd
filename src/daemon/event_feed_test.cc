// What readers of events.get are answered, and when.
#include "daemon/event_feed.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <optional>
#include <string>

#include "testing/simulation.h"

namespace dcportals::daemon {
namespace {

namespace json = boost::json;
using namespace dcportals::testing;
using namespace std::chrono_literals;

class EventFeedTest : public ::testing::Test {
 protected:
  EventFeedTest() {
    sim_.scenario.network(1);
    sim_.scenario.port(1, 1, "fa:16:3e:00:00:01", "10.0.0.1");
    board_.emplace(sim_.scenario.topology, *sim_.controller, 15s, sim_.now);
    feed_.emplace(io_, *board_, "a-life");
    sim_.on_changes = [this](const topology::Changes& changes) { board_->on_changes(changes); };
    sim_.connect(1);
    settle();
  }
  void settle() {
    sim_.settle();
    if (board_->update(sim_.controller->take_news(), sim_.now)) feed_->check();
  }
  // The answer, once it is there.
  std::shared_ptr<std::optional<json::object>> ask(std::optional<std::string> after, std::chrono::milliseconds timeout) {
    auto answer = std::make_shared<std::optional<json::object>>();
    feed_->wait(after, timeout,
               [answer](const std::expected<json::value, rpc::RpcError>& result) { *answer = result->as_object(); });
    return answer;
  }
  static std::string cursor(const json::object& answer) { return std::string(answer.at("cursor").as_string()); }
  static std::size_t count(const json::object& answer) { return answer.at("events").as_array().size(); }

  boost::asio::io_context io_{1};
  Simulation sim_{1};
  std::optional<status::StatusBoard> board_;
  std::optional<EventFeed> feed_;
};

TEST_F(EventFeedTest, WithoutACursorEverythingIsToldAtOnce) {
  const auto answer = ask(std::nullopt, 1h);
  ASSERT_TRUE(*answer);
  EXPECT_EQ(json::serialize(**answer), R"({"cursor":"a-life-1","reset":true,"events":[{"kind":"host","name":"hv1","live":true},)"
                                       R"({"kind":"port","port_id":")" +
                                           port_id(1).to_string() + R"(","hosts":[]}]})");
}

TEST_F(EventFeedTest, CursorsThatSayNothingHereBeginAnew) {
  for (const char* cursor : {"", "1", "-", "another-1", "a-life", "a-life-", "a-life-x", "a-life-1x", "a-life--1", "a-life-2",
                             "a-life-99999999999999999999999"}) {
    const auto answer = ask(cursor, 1h);
    ASSERT_TRUE(*answer) << cursor;
    EXPECT_TRUE((*answer)->at("reset").as_bool()) << cursor;
  }
}

TEST_F(EventFeedTest, AReaderIsToldWhenThereIsSomethingToTell) {
  const auto first = ask(std::nullopt, 0s);
  const auto second = ask(cursor(**first), 1h);
  EXPECT_FALSE(*second);
  sim_.plug(1, port_id(1), 2);
  settle();
  ASSERT_TRUE(*second);
  EXPECT_FALSE((*second)->at("reset").as_bool());
  EXPECT_EQ(json::serialize((*second)->at("events")),
            R"([{"kind":"port","port_id":")" + port_id(1).to_string() + R"(","hosts":["hv1"]}])");
  const auto third = ask(cursor(**second), 0s);
  EXPECT_EQ(count(**third), 0U);
  EXPECT_EQ(cursor(**third), cursor(**second));
}

TEST_F(EventFeedTest, WhatHappenedBetweenTwoCallsIsNotLost) {
  const auto first = ask(std::nullopt, 0s);
  sim_.plug(1, port_id(1), 2);
  settle();
  const auto second = ask(cursor(**first), 1h);
  ASSERT_TRUE(*second);
  EXPECT_EQ(count(**second), 1U);
}

TEST_F(EventFeedTest, WhenTheTimeIsOverTheAnswerIsEmpty) {
  const auto first = ask(std::nullopt, 0s);
  const auto second = ask(cursor(**first), 1ms);
  io_.run();
  ASSERT_TRUE(*second);
  EXPECT_EQ(count(**second), 0U);
}

}  // namespace
}  // namespace dcportals::daemon
