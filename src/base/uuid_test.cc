#include "base/uuid.h"

#include <gtest/gtest.h>

namespace dcportals {
namespace {

TEST(Uuid, RoundTrips) {
  const std::string text = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
  EXPECT_EQ(Uuid::parse(text)->to_string(), text);
  EXPECT_EQ(Uuid::parse("3F2504E0-4F89-11D3-9A0C-0305E82C3301")->to_string(), text);
}

TEST(Uuid, RefusesOtherShapes) {
  for (const char* text : {"", "3f2504e04f8911d39a0c0305e82c3301", "3f2504e0-4f89-11d3-9a0c-0305e82c330", "3f2504e0-4f89-11d3-9a0c+0305e82c3301",
                           "gf2504e0-4f89-11d3-9a0c-0305e82c3301"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Uuid, RandomIsVersion4) {
  const std::string text = Uuid::random().to_string();
  EXPECT_EQ(text[14], '4');
  EXPECT_NE(Uuid::random(), Uuid::random());
}

}  // namespace
}  // namespace dcportals
