// What a match on the wire may not be, and the spellings of a field that mean the same.
#include "openflow/oxm.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace dcportals::openflow {
namespace {

constexpr const char* kIpv4 = "80000a020800";
constexpr const char* kTcp = "800014 01 06";

struct Outcome {
  bool ok;
  Match match;
  DecodeError error;
};

Outcome decode_hex(const std::string& fields, UnknownFields unknown = UnknownFields::kRefuse) {
  const Bytes bytes = *parse_hex(fields);
  ByteReader in(bytes);
  Outcome out{};
  Fault fault;
  out.ok = decode_fields(in, out.match, fault, unknown);
  out.error = fault.error();
  return out;
}

void expect_error(const std::string& fields, DecodeErrorCode code, std::size_t offset) {
  const Outcome outcome = decode_hex(fields);
  ASSERT_FALSE(outcome.ok) << fields;
  EXPECT_EQ(outcome.error.code, code) << fields << ": " << outcome.error.text;
  EXPECT_EQ(outcome.error.offset, offset) << fields;
}

TEST(OxmTest, LengthMustBeTheFields) {
  expect_error("80000003 000000", DecodeErrorCode::kBadLength, 0);
  expect_error("80000005 0000000000", DecodeErrorCode::kBadLength, 0);
  expect_error("80000008 0000000000000000", DecodeErrorCode::kBadLength, 0);
  expect_error("80000504 00000000", DecodeErrorCode::kBadLength, 0);  // masked metadata of 4 bytes
}

TEST(OxmTest, Truncated) {
  expect_error("800000", DecodeErrorCode::kTruncated, 0);
  expect_error("80000004 0000", DecodeErrorCode::kTruncated, 4);
}

TEST(OxmTest, ValueBitsOutsideTheMaskOrTheField) {
  expect_error("80000510 0000000000000011 0000000000000010", DecodeErrorCode::kBadValue, 0);
  expect_error(std::string(kIpv4) + "80001001 40", DecodeErrorCode::kBadValue, 6);  // ip_dscp has 6 bits
  expect_error("80000c02 2000", DecodeErrorCode::kBadValue, 0);                     // vlan_vid has 13
}

TEST(OxmTest, MaskOnAFieldThatHasNone) {
  expect_error("80000108 00000001 0000000f", DecodeErrorCode::kBadValue, 0);
  const Outcome full = decode_hex("80000108 00000001 ffffffff");
  ASSERT_TRUE(full.ok) << "a mask of all ones is none";
  EXPECT_EQ(full.match, Match{}.set(Field::kInPort, OfPort(1)));
  const Outcome none = decode_hex("80000108 00000000 00000000");
  ASSERT_TRUE(none.ok) << "a mask of all zeros matches all";
  EXPECT_TRUE(none.match.empty());
}

TEST(OxmTest, MaskBitsOutsideTheFieldSayNothing) {
  const Outcome outcome = decode_hex("80000d04 1005 ffff");
  ASSERT_TRUE(outcome.ok);
  EXPECT_EQ(outcome.match, Match{}.set(Field::kVlanVid, 0x1005));
}

TEST(OxmTest, GivenTwice) {
  expect_error("80000004 00000001 80000004 00000001", DecodeErrorCode::kBadValue, 8);
  expect_error("80000606 000000000001 00000206 000000000001", DecodeErrorCode::kBadValue, 10);  // OXM and NXM of one field
}

TEST(OxmTest, WithoutPrerequisite) {
  expect_error("80001604 0a000001", DecodeErrorCode::kBadValue, 8);
  expect_error(std::string(kIpv4) + "80001a02 0050", DecodeErrorCode::kBadValue, 12);
  EXPECT_TRUE(decode_hex(std::string(kIpv4) + kTcp + "80001a02 0050").ok);
  EXPECT_TRUE(decode_hex("80001a02 0050 800014 01 06 80000a02 0800").ok) << "in any order";
}

TEST(OxmTest, UnknownFields) {
  expect_error("80004e04 00000000", DecodeErrorCode::kUnsupported, 0);
  expect_error("0001d304 00000001", DecodeErrorCode::kUnsupported, 0);           // NXM_NX_CT_STATE
  expect_error("ffff1608 00002320 00000001", DecodeErrorCode::kUnsupported, 0);  // an experimenter's
  expect_error("00000002 0001", DecodeErrorCode::kUnsupported, 0);               // NXM_OF_IN_PORT, of 16 bits
  const Outcome skipped = decode_hex("ffff1608 00002320 00000001 80000004 00000001", UnknownFields::kSkip);
  ASSERT_TRUE(skipped.ok);
  EXPECT_EQ(skipped.match, Match{}.set(Field::kInPort, OfPort(1)));
}

TEST(OxmTest, NxmHeadersMeanTheSame) {
  const Outcome oxm = decode_hex("80000606 000000000001 80000a02 0800 80001604 0a000001");
  const Outcome nxm = decode_hex("00000206 000000000001 00000602 0800 00000e04 0a000001");
  ASSERT_TRUE(oxm.ok);
  ASSERT_TRUE(nxm.ok) << nxm.error.text;
  EXPECT_EQ(oxm.match, nxm.match);
}

TEST(OxmTest, Framing) {
  const auto decode_whole = [](const char* hex) {
    const Bytes bytes = *parse_hex(hex);
    ByteReader in(bytes, 100);
    Match match;
    Fault fault;
    EXPECT_FALSE(decode_match(in, match, fault)) << hex;
    return fault.error();
  };
  EXPECT_EQ(decode_whole("0000 0004 00000000").code, DecodeErrorCode::kBadValue) << "OpenFlow 1.1's match";
  EXPECT_EQ(decode_whole("0001 0003 00000000").code, DecodeErrorCode::kBadLength);
  EXPECT_EQ(decode_whole("0001 0004 000000").code, DecodeErrorCode::kTruncated) << "padding is part of it";
  EXPECT_EQ(decode_whole("0001 000c 80000004 0000").code, DecodeErrorCode::kTruncated);
  EXPECT_EQ(decode_whole("0001 0008 80000004 0000000100000000").offset, 108U) << "offsets count from the message's start";
}

}  // namespace
}  // namespace dcportals::openflow
