// Do tables align and fit whatever the text, and can a tenant's name harm a terminal?
#include "ctl/table.h"

#include <gtest/gtest.h>

#include "ctl/human.h"
#include "ctl/suggest.h"
#include "ctl/text.h"

namespace dcportals::ctl {
namespace {

constexpr const char* kId = "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03";

Table example() {
  Table table({{"ID", Fit::kId}, {"NAME"}, {"MAC", Fit::kWhole}, {"N", Fit::kNumber}});
  table.add({{kId}, {"web-1"}, {"fa:16:3e:00:00:0a"}, {"7", Style::kGreen}});
  table.add({{kId}, {"数据库 of the shop"}, {}, {"1234"}});
  return table;
}

TEST(Table, AlignsColumns) {
  EXPECT_EQ(example().render({}),
            "ID                                    NAME                MAC                   N\n"
            "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03  web-1               fa:16:3e:00:00:0a     7\n"
            "9d1f2c9e-7b64-4a0e-9d0b-6a1f5f7e3c03  数据库 of the shop  -                  1234\n");
}

TEST(Table, CutsTheWidestColumnsToFit) {
  EXPECT_EQ(example().render({.width = 60}),
            "ID                NAME               MAC                   N\n"
            "9d1f2c9e-7b64-4…  web-1              fa:16:3e:00:00:0a     7\n"
            "9d1f2c9e-7b64-4…  数据库 of the sh…  -                  1234\n");
  for (std::size_t width = 44; width < 90; ++width) {
    const std::string text = example().render({.width = width});
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      EXPECT_LE(display_width(text.substr(at, text.find('\n', at) - at)), width);
    }
  }
}

TEST(Table, NeverCutsAnIdBelowWhatNamesTheObject) {
  EXPECT_NE(example().render({.width = 10}).find("9d1f2c9e…"), std::string::npos);
}

TEST(Table, ColoursDoNotDisturbTheColumns) {
  std::string text = example().render({.color = true});
  for (const std::string code : {"\x1b[1m", "\x1b[32m", "\x1b[0m"}) {
    EXPECT_NE(text.find(code), std::string::npos);
    while (text.find(code) != std::string::npos) text.erase(text.find(code), code.size());
  }
  EXPECT_EQ(text, example().render({}));
}

TEST(Sheet, BreaksLongValuesAndLeavesOutEmptyOnes) {
  Sheet sheet;
  sheet.add("name", "web");
  sheet.add("nothing", "");
  sheet.add("ports", std::vector<std::string>{"one", "two"});
  sheet.add("text", "words that go on, and on");
  EXPECT_EQ(sheet.render({.width = 20}), "name   web\nports  one\n       two\ntext   words that go\n       on, and on\n");
}

TEST(Text, KnowsWidths) {
  EXPECT_EQ(display_width("web"), 3U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("数据"), 4U);
  EXPECT_EQ(display_width("🚀"), 2U);
  EXPECT_EQ(display_width("a\xff\xc3"), 3U) << "invalid bytes take a column each";
}

TEST(Text, TruncatesBetweenCharacters) {
  EXPECT_EQ(truncate("数据库", 6), "数据库");
  EXPECT_EQ(truncate("数据库", 5), "数据…");
  EXPECT_EQ(truncate("数据库", 4), "数…");
  EXPECT_EQ(truncate("abc", 1), "…");
  EXPECT_EQ(truncate("abc", 0), "");
}

TEST(Text, ShowsNoControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mb\r\n"), "a\ufffd[31mb\ufffd\ufffd");
  EXPECT_EQ(printable("\u009b31m"), "\ufffd31m") << "the one-character form of ESC [";
  EXPECT_EQ(printable("\u202egnp"), "\ufffdgnp") << "right-to-left override";
  EXPECT_EQ(printable("\xed\xa0\x80\xf5 é"), "\ufffd\ufffd\ufffd\ufffd é");
}

TEST(Text, WrapsAfterSpacesAndCommas) {
  EXPECT_EQ(wrap("", 10), std::vector<std::string>{""});
  EXPECT_EQ(wrap("ip,in_port=3,nw_src=10.0.0.1", 13), (std::vector<std::string>{"ip,in_port=3,", "nw_src=10.0.0.1"}));
  EXPECT_EQ(wrap("one two", 3), (std::vector<std::string>{"one", "two"}));
}

TEST(Human, SaysNumbers) {
  EXPECT_EQ(duration_text(40), "40 s");
  EXPECT_EQ(duration_text(184), "3 min 4 s");
  EXPECT_EQ(duration_text(86400), "1 day 0 h");
  EXPECT_EQ(duration_text(200 * 3600), "8 days 8 h");
  EXPECT_EQ(count_text(0, "port"), "no ports");
  EXPECT_EQ(count_text(1, "port"), "1 port");
}

TEST(Suggest, PrefersWhatIsLikely) {
  const std::vector<std::string> names{"web", "database", "db-2"};
  EXPECT_EQ(suggest("wbe", names, "The networks are"), "The networks are web, database, db-2.");
  EXPECT_EQ(suggest("wen", names, ""), "Did you mean web?");
  EXPECT_EQ(suggest("datbase", names, ""), "Did you mean database?");
  EXPECT_EQ(suggest("data", names, ""), "Did you mean database?");
  EXPECT_EQ(suggest("x", {}, "The networks are"), "");
}

}  // namespace
}  // namespace dcportals::ctl
