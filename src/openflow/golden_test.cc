// Golden bytes, both ways and in text, for every message that we know; Open vSwitch itself says that the text is right.
#include "openflow/golden.h"

#include <gtest/gtest.h>

#include <set>

#include "base/hex.h"
#include "openflow/codec.h"
#include "openflow/format.h"
#include "openflow/message_types.h"
#include "openflow/oracle.h"

namespace dcportals::openflow {
namespace {

class GoldenTest : public testing::TestWithParam<Golden> {};

TEST_P(GoldenTest, DecodesFormatsAndEncodes) {
  const Golden& g = GetParam();
  const auto decoded = decode(g.bytes);
  ASSERT_TRUE(decoded) << decoded.error().text << " at " << decoded.error().offset;
  EXPECT_EQ(format(*decoded), g.text);
  const Bytes encoded = encode(decoded->message, decoded->xid);
  if (!g.rewritten) {
    EXPECT_EQ(to_hex(encoded), to_hex(g.bytes));
  }
  const auto again = decode(encoded);
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_EQ(*again, *decoded);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::ValuesIn(goldens()),
                         [](const testing::TestParamInfo<Golden>& test) { return test.param.name; });

TEST(GoldenSetTest, OpenVSwitchPrintsTheSameText) {
  std::vector<Bytes> messages;
  for (const Golden& g : goldens()) {
    const auto decoded = decode(g.bytes);
    ASSERT_TRUE(decoded) << g.name;
    messages.push_back(encode(decoded->message, decoded->xid));
  }
  const std::vector<std::string> texts = ovs_print(messages);
  for (std::size_t i = 0; i < goldens().size(); ++i) {
    const Golden& g = goldens()[i];
    SCOPED_TRACE(g.name);
    if (!g.name.starts_with("unknown_")) {
      EXPECT_EQ(texts[i].find("***decode error"), std::string::npos) << texts[i];
    }
    if (g.ours) continue;
    if (g.more) {
      EXPECT_TRUE(texts[i].starts_with(g.text + '\n')) << texts[i] << "\nours:\n" << g.text;
    } else {
      EXPECT_EQ(texts[i], g.text);
    }
  }
}

TEST(GoldenSetTest, HasEveryKindOfMessage) {
  std::set<std::size_t> seen;
  for (const Golden& g : goldens()) {
    const auto decoded = decode(g.bytes);
    ASSERT_TRUE(decoded) << g.name;
    seen.insert(decoded->message.index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<Message>);
}

TEST(GoldenSetTest, HasEveryField) {
  std::set<Field> seen;
  for (const Golden& g : goldens()) {
    const auto decoded = decode(g.bytes);
    ASSERT_TRUE(decoded) << g.name;
    if (const auto* mod = std::get_if<FlowMod>(&decoded->message)) {
      for (const FieldMatch& f : mod->match.fields()) seen.insert(f.field);
    }
  }
  for (const FieldSpec& s : all_fields()) EXPECT_TRUE(seen.contains(s.field)) << s.set_name;
}

}  // namespace
}  // namespace dcportals::openflow
