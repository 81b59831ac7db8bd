// Cases after JSONTestSuite (n_: must be refused, y_: must be read), those that Boost.JSON alone reads too generously, and each
// prefix.
#include "rpc/json_text.h"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace dcportals::rpc {
namespace {

using namespace std::string_literals;

std::string round_trip(std::string_view text, std::size_t depth = 16) {
  const auto value = parse_json(text, depth);
  return value ? boost::json::serialize(*value) : "error: " + value.error();
}

std::string problem(std::string_view text, std::size_t depth = 16) {
  const auto value = parse_json(text, depth);
  return value ? "none" : value.error();
}

TEST(ParseJson, ReadsWhatIsJson) {
  for (const char* text :
       {R"([])", R"({})", R"(null)", R"(true)", R"("")", R"([1,2,[3,{"a":[]}]])", R"({"a":{"b":null},"c":false})",
        R"(["\"\\/\b\f\n\r\t"])", R"(["é","€","😀"])", R"({"":0})", R"([-9223372036854775808])"}) {
    EXPECT_EQ(problem(text), "none") << text;
  }
  EXPECT_EQ(round_trip(" \t\r\n[ 1 , 2 ] \n"), "[1,2]");
  EXPECT_EQ(round_trip(R"({"b":1,"a":{"b":2}})"), R"({"b":1,"a":{"b":2}})");
  EXPECT_EQ(round_trip("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(round_trip(R"("\uD83D\ude00\u0000")"), "\"😀\\u0000\"");
  EXPECT_EQ(round_trip("[-0, 1.5, 1e2]"), "[0,1.5E0,1E2]");
}

TEST(ParseJson, RefusesWhatIsNot) {
  for (const char* text : {"",
                           " ",
                           "[",
                           "]",
                           "{",
                           "}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1,,2]",
                           "{\"a\":1,}",
                           "{\"a\" 1}",
                           "{\"a\":}",
                           "{a:1}",
                           "{'a':1}",
                           "{1:1}",
                           "[1]x",
                           "[] []",
                           "\"",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"a\nb\"",
                           "01",
                           "-",
                           "+1",
                           "1.",
                           ".5",
                           "1e",
                           "1e+",
                           "0x10",
                           "Infinity",
                           "-Infinity",
                           "NaN",
                           "nul",
                           "True",
                           "[1]/*c*/",
                           "//c\n[1]",
                           "\xef\xbb\xbf[]"}) {
    EXPECT_NE(problem(text), "none") << text;
  }
  EXPECT_NE(problem("[\0]"s), "none");
  EXPECT_NE(problem("[]\0"s), "none");
}

TEST(ParseJson, RefusesInvalidUtf8) {
  for (const char* text :
       {"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "{\"\x80\":1}"}) {
    EXPECT_NE(problem(text), "none") << text;
  }
}

TEST(ParseJson, RefusesEqualNamesAndNamesThem) {
  EXPECT_EQ(problem(R"({"id":1,"name":2,"id":3})"), "the name \"id\" stands twice in one object (after byte 23)");
  EXPECT_NE(problem(R"([{"a":{"b":1,"\u0062":2}}])"), "none") << "an escape does not make another name";
  EXPECT_EQ(problem(R"({"a":{"a":1},"b":{"a":1}})"), "none");
  std::string many = "{";
  for (int i = 0; i < 1000; ++i) many += "\"" + std::to_string(i) + "\":0,";
  EXPECT_NE(problem(many + "\"500\":0}"), "none");
  EXPECT_EQ(problem(many + "\"x\":0}"), "none");
}

TEST(ParseJson, RefusesNumbersOutOfRange) {
  for (const std::string& text : {"1e400"s, "-1e400"s, "18446744073709551616"s, "-9223372036854775809"s,
                                  "1" + std::string(400, '0'), "1e99999999999"s, "[1e1000000000000000000000]"s}) {
    EXPECT_NE(problem(text), "none") << text;
  }
  EXPECT_EQ(problem("1e-400"), "none") << "a tiny number is rounded to zero";
}

TEST(ParseJson, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(problem(nested(16)), "none");
  EXPECT_NE(problem(nested(17)), "none");
  EXPECT_NE(problem(std::string(1'000'000, '[')), "none");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_NE(problem(objects), "none");
}

TEST(ParseJson, EveryPrefixOfADocumentIsRefused) {
  const std::string text = R"({"jsonrpc":"2.0","id":[1,-2.5e3,null],"p":{"k":"é\u00e9","t":true}})";
  ASSERT_EQ(problem(text), "none");
  for (std::size_t n = 0; n < text.size(); ++n) EXPECT_NE(problem(text.substr(0, n)), "none") << n;
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(shorten("abc", 3), "abc");
  EXPECT_EQ(shorten("abcd", 3), "abc...");
  EXPECT_EQ(shorten("aé", 2), "a...");
  EXPECT_EQ(shorten("😀😀", 5), "😀...");
}

}  // namespace
}  // namespace dcportals::rpc
