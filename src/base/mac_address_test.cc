#include "base/mac_address.h"

#include <gtest/gtest.h>

namespace dcportals {
namespace {

TEST(MacAddress, ParsesAndFormats) {
  const auto mac = MacAddress::parse("FA:16:3e:00:00:01");
  ASSERT_TRUE(mac);
  EXPECT_EQ(mac->value(), 0xfa163e000001ULL);
  EXPECT_EQ(mac->to_string(), "fa:16:3e:00:00:01");
  EXPECT_EQ(MacAddress::from_bytes(mac->bytes().data()), *mac);
  EXPECT_TRUE(MacAddress::parse("fa-16-3e-00-00-01"));
}

TEST(MacAddress, RefusesWhatIsNotSixPairs) {
  for (const char* text : {"", "fa:16:3e:00:00", "fa:16:3e:00:00:01:02", "fa:16-3e:00:00:01", "fg:16:3e:00:00:01", "fa163e000001",
                           "fa:16:3e:00:00:1 "}) {
    EXPECT_FALSE(MacAddress::parse(text)) << text;
  }
}

TEST(MacAddress, KnowsGroups) {
  EXPECT_TRUE(kBroadcastMac.is_group());
  EXPECT_TRUE(MacAddress(0x01005e000001).is_group());
  EXPECT_FALSE(MacAddress(0xfa163e000001).is_group());
}

}  // namespace
}  // namespace dcportals
