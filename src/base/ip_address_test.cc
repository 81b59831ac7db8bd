#include "base/ip_address.h"

#include <gtest/gtest.h>

namespace dcportals {
namespace {

TEST(Ipv4Address, ParsesStrictly) {
  EXPECT_EQ(Ipv4Address::parse("10.0.0.1")->value(), 0x0a000001U);
  EXPECT_EQ(Ipv4Address(0xf0000001).to_string(), "240.0.0.1");
  for (const char* text : {"", "10.0.0", "10.0.0.256", "10.0.0.1 ", " 10.0.0.1", "010.0.0.1", "1.2.3.4.5", "a.b.c.d"}) {
    EXPECT_FALSE(Ipv4Address::parse(text)) << text;
  }
}

TEST(IpAddress, TextBehindANulByteIsNotOverlooked) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(Ipv4Address::parse("10.0.0.1\0zz"sv));
  EXPECT_FALSE(Ipv6Address::parse("fe80::1\0zz"sv));
}

TEST(Ipv4Prefix, ParsesAndRefusesHostBits) {
  const auto prefix = Ipv4Prefix::parse("10.0.0.0/24");
  ASSERT_TRUE(prefix);
  EXPECT_TRUE(prefix->contains(*Ipv4Address::parse("10.0.0.255")));
  EXPECT_FALSE(prefix->contains(*Ipv4Address::parse("10.0.1.0")));
  EXPECT_EQ(prefix->last().to_string(), "10.0.0.255");
  for (const char* text : {"10.0.0.1/24", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/024"}) {
    EXPECT_FALSE(Ipv4Prefix::parse(text)) << text;
  }
}

TEST(Ipv4Prefix, OverlapIsMutual) {
  const auto wide = *Ipv4Prefix::parse("240.0.0.0/4");
  const auto narrow = *Ipv4Prefix::parse("250.1.2.0/24");
  EXPECT_TRUE(wide.overlaps(narrow));
  EXPECT_TRUE(narrow.overlaps(wide));
  EXPECT_FALSE(wide.overlaps(*Ipv4Prefix::parse("10.0.0.0/8")));
  EXPECT_TRUE(Ipv4Prefix::parse("0.0.0.0/0")->overlaps(wide));
}

TEST(Ipv6, ParsesAndContains) {
  const auto prefix = Ipv6Prefix::parse("2001:db8::/33");
  ASSERT_TRUE(prefix);
  EXPECT_TRUE(prefix->contains(*Ipv6Address::parse("2001:db8:7fff::1")));
  EXPECT_FALSE(prefix->contains(*Ipv6Address::parse("2001:db8:8000::1")));
  EXPECT_FALSE(Ipv6Prefix::parse("2001:db8::1/64"));
}

TEST(IpAddress, EitherFamily) {
  EXPECT_EQ(to_string(*parse_ip_address("10.0.0.1")), "10.0.0.1");
  EXPECT_EQ(to_string(*parse_ip_address("FE80::1")), "fe80::1");
  EXPECT_FALSE(parse_ip_address("host"));
  EXPECT_EQ(to_string(*parse_ip_prefix("fe80::/10")), "fe80::/10");
}

}  // namespace
}  // namespace dcportals
