#include "pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "pipeline/cookie.h"
#include "pipeline/flow_builder.h"
#include "pipeline/render.h"

namespace dcportals::pipeline {
namespace {

using openflow::Field;
constexpr Owner kPort7{OwnerKind::kPort, 7};
constexpr Owner kThisHost{OwnerKind::kHost, 0};

TEST(Cookie, NamesRuleAndOwnerForEveryRule) {
  for (const RuleSpec& r : rules()) {
    const Owner owner{r.owner, 0xdeadbeef};
    const auto content = parse_cookie(make_cookie(r.rule, owner));
    ASSERT_TRUE(content) << r.name;
    EXPECT_EQ(*content, (CookieContent{r.rule, owner}));
  }
}

TEST(Cookie, ForeignCookiesAreNotOurs) {
  for (const std::uint64_t v : {std::uint64_t{0}, std::uint64_t{0xdcff010000000001}, std::uint64_t{0xdc00040000000001},
                                std::uint64_t{0xdc00010100000001}, ~std::uint64_t{0}}) {
    EXPECT_FALSE(parse_cookie(openflow::Cookie{v})) << std::hex << v;
  }
}

TEST(FlowBuilder, BuildsWhatIsDeclared) {
  const openflow::Flow flow = FlowBuilder(Rule::kForwardRemote, kPort7)
                                  .match(Field::kMetadata, 5U)
                                  .match(Field::kEthDst, MacAddress(1))
                                  .match(Field::kEthType, openflow::kEthTypeIpv4)
                                  .match(Field::kIpv4Dst, Ipv4Address(2))
                                  .set(Field::kEthDst, MacAddress(3))
                                  .go_to(Table::kRewriteSource)
                                  .build();
  EXPECT_EQ(flow.key.table, table_id(Table::kForward));
  EXPECT_EQ(flow.key.priority, spec(Rule::kForwardRemote).priority);
  EXPECT_EQ(flow.instructions.go_to, table_id(Table::kRewriteSource));
}

TEST(FlowBuilder, RefusesWhatIsNot) {
  EXPECT_THROW(FlowBuilder(Rule::kForwardLocal, kThisHost), std::logic_error);
  EXPECT_THROW(FlowBuilder(Rule::kForwardLocal, kPort7).match(Field::kTcpDst, 80U), std::logic_error);
  EXPECT_THROW(FlowBuilder(Rule::kForwardLocal, kPort7).set(Field::kEthSrc, MacAddress(1)), std::logic_error);
  EXPECT_THROW(FlowBuilder(Rule::kForwardLocal, kPort7).go_to(Table::kRestoreSource), std::logic_error);
  EXPECT_THROW(FlowBuilder(Rule::kVmFrame, kPort7).output(openflow::OfPort{1}), std::logic_error);
  EXPECT_THROW((void)FlowBuilder(Rule::kForwardLocal, kPort7).build(), std::logic_error) << "a rule that passes needs instructions";
  EXPECT_THROW((void)FlowBuilder(Rule::kSpoofedEthSource, kPort7).metadata(1).go_to(Table::kForward).build(), std::logic_error);
}

TEST(Pipeline, RewritingTablesNeverMatchTransportFields) {
  // Later fragments have no transport header: a rewrite that needs one would send them out with tenant addresses.
  for (const TableSpec& t : tables()) {
    if (!t.set.contains(Field::kIpv4Src) && !t.set.contains(Field::kIpv4Dst)) continue;
    for (const Field f : {Field::kTcpSrc, Field::kTcpDst, Field::kUdpSrc, Field::kUdpDst, Field::kIpProto}) {
      EXPECT_FALSE(t.match.contains(f)) << t.name;
    }
  }
}

TEST(Render, NamesEveryTableRuleAndReason) {
  const std::string text = render_text(), markdown = render_markdown();
  for (const RuleSpec& r : rules()) {
    EXPECT_NE(text.find(r.name), std::string::npos) << r.name;
    EXPECT_NE(markdown.find(r.name), std::string::npos) << r.name;
  }
  for (const TableSpec& t : tables()) EXPECT_NE(render_dot().find(t.name), std::string::npos);
}

}  // namespace
}  // namespace dcportals::pipeline
