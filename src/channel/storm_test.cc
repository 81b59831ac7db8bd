// Can a thousand switches connect, lose their connections at once and come back, with nothing left over?
#include <sys/resource.h>

#include <algorithm>

#include "channel/server_fixture.h"

namespace dcportals::channel {
namespace {

namespace of = openflow;

class StormTest : public ServerTest {
 protected:
  // Two descriptors a connection are in this process.
  static std::uint64_t switches_possible() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return std::min<std::uint64_t>(1000, (limit.rlim_cur - 50) / 2);
  }
};

TEST_F(StormTest, ThousandSwitchesReconnectAtOnce) {
  const std::uint64_t count = switches_possible();
  listen();
  std::vector<std::unique_ptr<FakeSwitch>> fakes;
  for (std::uint64_t i = 0; i < count; ++i) fakes.push_back(make_switch(Dpid(i)));
  for (std::uint64_t round = 1; round <= 3; ++round) {
    for (auto& fake : fakes) fake->connect(server_->port());
    ASSERT_TRUE(run_until([&] { return recorder_.ups.size() == round * count; })) << recorder_.ups.size();
    EXPECT_EQ(server_->stats().switches_up, count);

    std::size_t answered = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      server_->request(Dpid(i), of::BarrierRequest{}, [&](RequestResult r) { answered += r.has_value(); });
    }
    ASSERT_TRUE(run_until([&] { return answered == count; }));

    for (auto& fake : fakes) fake->disconnect();
    ASSERT_TRUE(run_until([&] { return server_->stats().connections == 0; }));
    EXPECT_EQ(recorder_.downs.size(), round * count);
  }
  EXPECT_EQ(server_->stats().handshakes_failed, 0U);
  EXPECT_EQ(server_->stats().refused_duplicate, 0U);
}

TEST_F(StormTest, SwitchesThatReconnectBeforeTheirLossIsSeen) {
  listen();
  auto fake = make_switch();
  for (int round = 0; round < 50; ++round) {
    fake->connect(server_->port());
    ASSERT_TRUE(run_until([&] { return fake->lost() || server_->is_up(kDpid); }));
    fake->disconnect();
  }
  ASSERT_TRUE(run_until([&] { return server_->stats().connections == 0; }));
  EXPECT_EQ(recorder_.ups.size(), recorder_.downs.size());
  fake->connect(server_->port());
  EXPECT_TRUE(run_until([&] { return server_->is_up(kDpid); }));
}

}  // namespace
}  // namespace dcportals::channel
