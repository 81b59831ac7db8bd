#include "topology/key_pool.h"

#include <gtest/gtest.h>

#include "topology/slot_map.h"
#include "topology/test_objects.h"

namespace dcportals::topology {
namespace {

using test::ip4;
using test::make_pool;

TEST(KeyPool, DefaultSplitsClassE) {
  const KeyPool pool = make_pool();
  EXPECT_EQ(pool.hosts(), 4096U);
  EXPECT_EQ(pool.slots_per_host(), 65536U);
  EXPECT_EQ(make_pool("10.0.0.0/16").hosts(), 256U);
  EXPECT_EQ(make_pool("10.0.0.0/31").hosts(), 1U);
}

TEST(KeyPool, KeyTellsItsHostAndSlot) {
  const KeyPool pool = make_pool("240.0.0.0/8", 8);
  const MappingKey key = *pool.key(HostIndex(3), 5);
  EXPECT_EQ(key.address, ip4("240.3.0.5"));
  EXPECT_EQ(pool.host_of(key), HostIndex(3));
  EXPECT_EQ(pool.slot_of(key), 5U);
  EXPECT_EQ(pool.broadcast_key().address, ip4("240.0.0.0"));
  EXPECT_EQ(pool.unspecified_key()->address, ip4("240.1.0.0"));
  EXPECT_FALSE(make_pool("10.0.0.0/31").unspecified_key());
  EXPECT_TRUE(pool.contains(key));
  EXPECT_FALSE(pool.contains(MappingKey{ip4("241.0.0.0")}));
}

TEST(KeyPool, NoKeyOutOfRangeOrLimitedBroadcast) {
  const KeyPool pool = make_pool("255.255.255.240/28", 2);
  EXPECT_TRUE(pool.key(HostIndex(3), 2));
  EXPECT_FALSE(pool.key(HostIndex(3), 3));  // 255.255.255.255
  EXPECT_TRUE(pool.key(HostIndex(2), 3));
  EXPECT_FALSE(pool.key(HostIndex(4), 0));
  EXPECT_FALSE(pool.key(HostIndex(0), 4));
}

TEST(KeyPool, RefusesPoolsThatCannotWork) {
  const auto refusal = [](const char* prefix, std::optional<unsigned> host_bits = std::nullopt) -> std::string {
    const auto pool = KeyPool::make(*Ipv4Prefix::parse(prefix), host_bits);
    return pool ? "" : pool.error();
  };
  for (const char* prefix :
       {"0.0.0.0/0", "0.0.0.0/8", "127.0.0.0/8", "126.0.0.0/7", "169.254.8.0/24", "224.0.0.0/3", "239.1.0.0/16"}) {
    EXPECT_NE(refusal(prefix).find("overlaps"), std::string::npos) << prefix;
  }
  EXPECT_NE(refusal("240.0.0.0/24", 9).find("fewer than the 9"), std::string::npos);
  EXPECT_NE(refusal("240.0.0.0/24", 8).find("fewer than 2 keys"), std::string::npos);
  EXPECT_NE(refusal("240.0.0.0/32").find("fewer than 2 keys"), std::string::npos);
  EXPECT_EQ(refusal("240.0.0.0/24", 7), "");
  EXPECT_EQ(refusal("240.0.0.0/24", 0), "");
}

TEST(SlotMap, SearchesOnFromTheSlotLastTaken) {
  SlotMap slots;
  EXPECT_EQ(slots.next_free(4), 1U);
  slots.take(1);
  slots.take(2);
  slots.release(1);
  EXPECT_EQ(slots.next_free(4), 3U);
  slots.take(3);
  EXPECT_EQ(slots.next_free(4), 1U);
  slots.take(1);
  EXPECT_EQ(slots.next_free(4), std::nullopt);
  EXPECT_EQ(slots.count(), 3U);
}

TEST(SlotMap, TakingOrReleasingTwiceIsOnce) {
  SlotMap slots;
  slots.release(1);
  slots.release(1000);
  EXPECT_EQ(slots.count(), 0U);
  slots.take(1);
  slots.take(1);
  EXPECT_EQ(slots.count(), 1U);
  slots.release(1);
  slots.release(1);
  EXPECT_EQ(slots.count(), 0U);
}

TEST(SlotMap, FindsTheOnlyFreeSlotWhereverItIs) {
  constexpr std::uint32_t kEnd = 200;  // three words and a bit
  for (std::uint32_t hole = 1; hole < kEnd; ++hole) {
    SlotMap slots;
    for (std::uint32_t slot = 1; slot < kEnd; ++slot) {
      if (slot != hole) slots.take(slot);
    }
    EXPECT_EQ(slots.next_free(kEnd), hole);
    EXPECT_FALSE(slots.taken(hole));
    slots.take(hole);
    EXPECT_EQ(slots.next_free(kEnd), std::nullopt);
  }
}

}  // namespace
}  // namespace dcportals::topology
