// Which heads are let through, and with which status the others are refused.
#include "rpc/http_rules.h"

#include <gtest/gtest.h>

namespace dcportals::rpc {
namespace {

constexpr RequestHead kGood{.method = "POST", .target = "/", .content_type = "application/json"};

unsigned status_of(const RequestHead& head, const std::optional<std::string>& token = std::nullopt) {
  const auto refusal = check_head(head, token);
  return refusal ? refusal->status : 200;
}

// kGood with one member replaced.
unsigned status_with(std::string_view RequestHead::* member, std::string_view value) {
  RequestHead head = kGood;
  head.*member = value;
  return status_of(head);
}

TEST(HttpRules, LetsJsonPostsThrough) {
  EXPECT_EQ(status_of(kGood), 200U);
  EXPECT_EQ(status_with(&RequestHead::target, "/rpc"), 200U);
  EXPECT_EQ(status_with(&RequestHead::expect, "100-Continue"), 200U);
  EXPECT_EQ(status_with(&RequestHead::content_encoding, "identity"), 200U);
  for (const char* type : {"Application/JSON", "application/json; charset=utf-8", "application/json ;charset=\"UTF-8\""}) {
    EXPECT_EQ(status_with(&RequestHead::content_type, type), 200U) << type;
  }
}

TEST(HttpRules, RefusesTheRest) {
  for (const char* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "post", "PATCH"}) {
    EXPECT_EQ(status_with(&RequestHead::method, method), 405U) << method;
  }
  for (const char* target : {"", "/x", "/rpc/", "//", "*", "/?a", "http://127.0.0.1/"}) {
    EXPECT_EQ(status_with(&RequestHead::target, target), 404U) << target;
  }
  for (const char* type :
       {"", "text/plain", "application/jsonx", "application/json; charset=latin1", "application/json; x=y", "json"}) {
    EXPECT_EQ(status_with(&RequestHead::content_type, type), 415U) << type;
  }
  EXPECT_EQ(status_with(&RequestHead::content_encoding, "gzip"), 415U);
  EXPECT_EQ(status_with(&RequestHead::expect, "200-ok"), 417U);
  EXPECT_EQ(status_with(&RequestHead::origin, "http://evil.example"), 403U);
  EXPECT_EQ(status_with(&RequestHead::origin, "null"), 403U);
}

TEST(HttpRules, TheTokenComesBeforeEverythingItGuards) {
  RequestHead head = kGood;
  EXPECT_EQ(status_of(head, "secret"), 401U);
  head.authorization = "Bearer secret";
  EXPECT_EQ(status_of(head, "secret"), 200U);
  head.authorization = "";
  head.target = "/x";
  EXPECT_EQ(status_of(head, "secret"), 401U) << "who has no token learns nothing about paths";
}

TEST(HttpRules, TokensAreComparedWhole) {
  for (const char* good : {"Bearer secret", "bearer secret", "BEARER  secret "})
    EXPECT_TRUE(is_authorized(good, "secret")) << good;
  for (const char* bad :
       {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Bearer Secret", "Basic secret", "secret", "Bearersecret"}) {
    EXPECT_FALSE(is_authorized(bad, "secret")) << bad;
  }
  EXPECT_FALSE(is_authorized(std::string_view("Bearer secret\0", 14), "secret"));
  EXPECT_FALSE(is_authorized(std::string_view("Bearer secret"), std::string_view("secret\0", 7)));
}

TEST(HttpRules, TokensMustFitAHeader) {
  EXPECT_TRUE(is_usable_token("aZ09-._~+/="));
  for (const char* token : {"", " ", "a b", "a\n", "\x7f", "é"}) EXPECT_FALSE(is_usable_token(token)) << token;
}

}  // namespace
}  // namespace dcportals::rpc
