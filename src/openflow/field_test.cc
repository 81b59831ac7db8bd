// The field table agrees with itself. That it agrees with Open vSwitch, golden_test and round_trip_test show.
#include "openflow/field.h"

#include <gtest/gtest.h>

#include <set>

namespace dcportals::openflow {
namespace {

TEST(FieldTest, IsFoundByEachOfItsNumbersAndNames) {
  for (const FieldSpec& s : all_fields()) {
    EXPECT_EQ(find_field(s.oxm_class, s.oxm_field), s.field) << s.set_name;
    EXPECT_EQ(find_field(s.nxm_class, s.nxm_field), s.field) << s.set_name;
    EXPECT_EQ(find_field(s.set_name), s.field);
    EXPECT_EQ(find_field(s.move_name), s.field);
  }
}

TEST(FieldTest, NumbersAndNamesAreUnique) {
  std::set<std::pair<int, int>> numbers;
  std::set<std::string_view> names;
  for (const FieldSpec& s : all_fields()) {
    EXPECT_TRUE(numbers.insert({s.oxm_class, s.oxm_field}).second) << s.set_name;
    EXPECT_TRUE(names.insert(s.set_name).second) << s.set_name;
    EXPECT_TRUE(names.insert(s.move_name).second) << s.move_name;
  }
}

TEST(FieldTest, WidthFitsTheBytes) {
  for (const FieldSpec& s : all_fields()) {
    EXPECT_LE(s.bits, s.bytes * 8) << s.set_name;
    EXPECT_GT(s.bits, (s.bytes - 1) * 8 - 8) << s.set_name;
    EXPECT_LE(subfield_bits(s.field), s.bits) << s.set_name;
  }
}

TEST(FieldTest, UnknownNumbersAndNames) {
  EXPECT_FALSE(find_field(0x8000, 39));
  EXPECT_FALSE(find_field(0x8000, 127));
  EXPECT_FALSE(find_field(0x8001, 0));
  EXPECT_FALSE(find_field(0xffff, 0));
  EXPECT_FALSE(find_field(0x0000, 0)) << "NXM_OF_IN_PORT has 16 bits and is another field";
  EXPECT_FALSE(find_field("nonsense"));
  EXPECT_FALSE(find_field(""));
}

TEST(FieldTest, FullMasks) {
  EXPECT_EQ(full_mask(Field::kIpEcn), FieldValue(3));
  EXPECT_EQ(full_mask(Field::kVlanVid), FieldValue(0x1fff));
  EXPECT_EQ(full_mask(Field::kEthSrc), FieldValue(0xffff'ffff'ffff));
  EXPECT_EQ(full_mask(Field::kMetadata), FieldValue(~0ULL));
  EXPECT_EQ(full_mask(Field::kIpv6Src), FieldValue(~0ULL, ~0ULL));
}

}  // namespace
}  // namespace dcportals::openflow
