#include "rpc/token_bucket.h"

#include <gtest/gtest.h>

namespace dcportals::rpc {
namespace {

using namespace std::chrono_literals;

TEST(TokenBucket, LetsABurstThroughThenPaces) {
  const TokenBucket::Clock::time_point start{1h};
  TokenBucket bucket(10, 3);
  EXPECT_EQ(bucket.take(start), 0s);
  EXPECT_EQ(bucket.take(start), 0s);
  EXPECT_EQ(bucket.take(start), 100ms) << "the third used the last token";
  EXPECT_EQ(bucket.take(start + 100ms), 100ms);
  EXPECT_EQ(bucket.take(start + 10s), 0s) << "full again";
  EXPECT_EQ(bucket.take(start + 10s), 0s) << "but no fuller than the burst";
  EXPECT_EQ(bucket.take(start + 10s), 100ms);
}

}  // namespace
}  // namespace dcportals::rpc
