// Does `digest` ask for what was wanted, and show it?
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ctl/fake_api.h"
#include "rpc/method_spec.h"

namespace dcportals::ctl {
namespace {

namespace json = boost::json;
using testing::ElementsAre;

TEST(DigestCommand, ShowsAllKinds) {
  FakeApi api;
  api.on("digest.get", rpc::find_method("digest.get")->example_result);
  const Ran ran = api.run({"digest"});
  const std::string zero(64, '0');
  EXPECT_EQ(ran.out,
            "KIND         COUNT  DIGEST\n"
            "network          1  1d7ddef7a09b4fe6a06cba35f0fda084e3443dc56d672a979356c2c094f630ff\n"
            "subnet           0  " + zero + "\n"
            "port             0  " + zero + "\n"
            "router           0  " + zero + "\n"
            "port_status      0  " + zero + "\n");
  EXPECT_EQ(json::parse(api.run({"digest", "--json"}).out), json::parse(rpc::find_method("digest.get")->example_result));
}

TEST(DigestCommand, SaysThatTheStatusIsNotSettled) {
  FakeApi api;
  api.on("digest.get", R"({"port_status": {"count": 3, "digest": "0a", "settled": false}})");
  EXPECT_EQ(api.run({"digest"}).out,
            "KIND         COUNT  DIGEST\n"
            "port_status      3  0a\n"
            "\n"
            "Where some ports are wired is not known yet: the count may grow.\n");
}

TEST(DigestCommand, ListsTheObjectsOfAKind) {
  FakeApi api;
  api.on("digest.list", R"([{"id": "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01", "digest": "1d7d"}])");
  EXPECT_EQ(api.run({"digest", "network"}).out,
            "ID                                    DIGEST\n"
            "5b0e0ad8-9d3a-4b1c-8f0e-2f1f4c3a7d01  1d7d\n");
  EXPECT_THAT(api.take_calls(), ElementsAre(R"(digest.list {"kind":"network"})"));
  EXPECT_EQ(api.run({"digest", "tenant"}).code, ExitCode::kUsage);
}

}  // namespace
}  // namespace dcportals::ctl
