// Headers, framing, and what messages of each family may not be.
#include "openflow/codec.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/hex.h"
#include "openflow/format.h"
#include "openflow/golden.h"

namespace dcportals::openflow {
namespace {

void expect_error(const std::string& hex, DecodeErrorCode code, std::size_t offset) {
  Bytes bytes = *parse_hex(hex);
  store_be(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size()));
  const auto decoded = decode(bytes);
  ASSERT_FALSE(decoded) << hex;
  EXPECT_EQ(decoded.error().code, code) << hex << ": " << decoded.error().text;
  EXPECT_EQ(decoded.error().offset, offset) << hex << ": " << decoded.error().text;
}

TEST(MessageLengthTest, TellsHowMuchToRead) {
  EXPECT_EQ(message_length(Bytes{4, 0, 1}).value(), 0U);
  EXPECT_EQ(message_length(Bytes{4, 0, 1, 0}).value(), 256U);
  EXPECT_EQ(message_length(Bytes{4, 0, 0, 8, 0, 0, 0, 0}).value(), 8U);
  EXPECT_EQ(message_length(Bytes{4, 0, 0, 7}).error().code, DecodeErrorCode::kBadLength);
}

TEST(CodecTest, HeaderMustAgreeWithTheBytes) {
  EXPECT_EQ(decode(Bytes{}).error().code, DecodeErrorCode::kTruncated);
  EXPECT_EQ(decode(*parse_hex("0414000700000000")).error().code, DecodeErrorCode::kBadLength);
  EXPECT_EQ(decode(*parse_hex("0414000900000000")).error().code, DecodeErrorCode::kTruncated);
  EXPECT_EQ(decode(*parse_hex("041400080000000000")).error().code, DecodeErrorCode::kBadLength);
}

TEST(CodecTest, OnlyHelloMayBeOfAnotherVersion) {
  EXPECT_EQ(decode(*parse_hex("0114000800000000")).error().code, DecodeErrorCode::kBadVersion);
  EXPECT_EQ(decode(*parse_hex("0602000800000000")).error().code, DecodeErrorCode::kBadVersion);
  const auto hello = decode(*parse_hex("0100000800000005"));
  ASSERT_TRUE(hello);
  EXPECT_EQ(std::get<Hello>(hello->message).version, 1);
  const auto odd = decode(*parse_hex("0100000c00000005 12345678"));
  ASSERT_TRUE(odd) << "what follows an old hello is ignored";
  EXPECT_EQ(std::get<Hello>(odd->message), (Hello{1, {}}));
}

TEST(CodecTest, HelloElements) {
  expect_error("04000000 00000001 0001 0003 00000010", DecodeErrorCode::kBadLength, 8);
  expect_error("04000000 00000001 0001 0010 00000010", DecodeErrorCode::kTruncated, 12);
  const auto unknown = decode(*parse_hex("04000018 00000001 0002 0005 01000000 0001 0008 00000010"));
  ASSERT_TRUE(unknown);
  EXPECT_EQ(std::get<Hello>(unknown->message).versions, Bytes{4});
}

TEST(CodecTest, ValuesThatTheSpecificationForbids) {
  expect_error("04180000 00000001 00000004 00000000 0000000000000001", DecodeErrorCode::kBadValue, 8);     // role
  expect_error("040c0000 00000001 03" + std::string(142, '0'), DecodeErrorCode::kBadValue, 8);             // port-status reason
  expect_error("040f0000 00000001 0003 00 00 00000001", DecodeErrorCode::kBadValue, 8);                    // group-mod command
  expect_error("040f0000 00000001 0000 04 00 00000001", DecodeErrorCode::kBadValue, 10);                   // group type
  expect_error("041d0000 00000001 0003 0000 00000001", DecodeErrorCode::kBadValue, 8);                     // meter-mod command
  expect_error("04040000 00000001 00002320 00000010 00000003", DecodeErrorCode::kBadValue, 16);            // packet-in format
  expect_error("04040000 00000001 4f4e4600 000008fc 00000001 0008 0000", DecodeErrorCode::kBadValue, 20);  // bundle control type
  Bytes flow_mod = golden("flow_mod_default").bytes;
  flow_mod[25] = 5;
  expect_error(to_hex(flow_mod), DecodeErrorCode::kBadValue, 25);
  Bytes packet_in = golden("packet_in_no_match_of_ovs").bytes;
  packet_in[14] = 6;
  expect_error(to_hex(packet_in), DecodeErrorCode::kBadValue, 14);
}

TEST(CodecTest, StructuresOfTheWrongLength) {
  expect_error("04140000 00000001 00", DecodeErrorCode::kBadLength, 8);                                    // barrier with a body
  expect_error("040d0000 00000001 ffffffff fffffffd 0008 000000000000", DecodeErrorCode::kTruncated, 24);  // actions
  expect_error("040f0000 00000001 0000 00 00 00000001 0008 0000 ffffffff", DecodeErrorCode::kBadLength, 16);  // bucket
  expect_error("041d0000 00000001 0000 0001 00000001 0001 0008 00000001", DecodeErrorCode::kBadLength, 16);   // band
  expect_error("041d0000 00000001 0000 0001 00000001 ffff 0010 000000000000000000000000", DecodeErrorCode::kUnsupported, 16);
  expect_error("04130000 00000001 0001 0000 00000000 0037 0000", DecodeErrorCode::kBadLength, 16);  // flow statistics
  expect_error("04130000 00000001 0004 0000 00000000 00", DecodeErrorCode::kBadLength, 16);         // port statistics
  expect_error("04130000 00000001 0009 0000 00000000 00000001 0027 0000", DecodeErrorCode::kBadLength, 16);
  expect_error("04130000 00000001 000a 0000 00000000 0007 0000", DecodeErrorCode::kBadLength, 16);
  expect_error("04130000 00000001 0007 0000 00000000 0007 0000", DecodeErrorCode::kBadLength, 16);
  expect_error("04120000 00000001 000d 0001 00000000", DecodeErrorCode::kUnsupported, 10);  // request in parts
}

TEST(CodecTest, BundleAddCarriesOneMessageOfItsXid) {
  const std::string head = "04040000 00000007 4f4e4600 000008fd 00000001 0000 0003";
  expect_error(head + "0414", DecodeErrorCode::kTruncated, 26);
  expect_error(head + "0414000700000007", DecodeErrorCode::kBadLength, 24);
  expect_error(head + "0414000900000007", DecodeErrorCode::kTruncated, 32);
  expect_error(head + "0414000800000008", DecodeErrorCode::kBadValue, 8);
  expect_error(head + "0414000800000007 0000000000000000", DecodeErrorCode::kUnsupported, 32);  // properties
}

TEST(CodecTest, EncodingSetsTheXidInsideABundleAdd) {
  const Message add = BundleAdd{BundleId(1), kBundleOrdered, encode(BarrierRequest{}, Xid(1))};
  const auto decoded = decode(encode(add, Xid(9)));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decode(std::get<BundleAdd>(decoded->message).message)->xid, Xid(9));
}

TEST(CodecTest, EncodeBundleAddIsTheSameWithoutACopy) {
  const FlowMod mod;
  Bytes direct{0xaa};
  encode_bundle_add(BundleId(3), 3, mod, Xid(5), direct);
  Bytes expected{0xaa};
  encode(BundleAdd{BundleId(3), 3, encode(mod, Xid(5))}, Xid(5), expected);
  EXPECT_EQ(direct, expected);
}

TEST(CodecTest, EncodeAppends) {
  Bytes out;
  encode(BarrierRequest{}, Xid(1), out);
  encode(EchoRequest{{7}}, Xid(2), out);
  EXPECT_EQ(to_hex(out),
            "0414000800000001"
            "040200090000000207");
}

TEST(CodecTest, MessagesOfUpTo65535Bytes) {
  EchoRequest echo{Bytes(kMaxMessageSize - kHeaderSize, 1)};
  const Bytes largest = encode(echo, Xid(1));
  EXPECT_EQ(largest.size(), kMaxMessageSize);
  EXPECT_EQ(decode(largest)->message, Message(echo));
  echo.data.push_back(1);
  Bytes out{1, 2};
  EXPECT_THROW(encode(echo, Xid(1), out), std::length_error);
  EXPECT_EQ(out, (Bytes{1, 2})) << "nothing is left behind";
  FlowMod mod;
  mod.instructions.apply.assign(5000, PopVlan{});
  EXPECT_NO_THROW(encode(mod, Xid(1), out));
  mod.instructions.apply.assign(9000, PopVlan{});
  EXPECT_THROW(encode(mod, Xid(1), out), std::length_error);
  EXPECT_THROW(encode_bundle_add(BundleId(1), 3, mod, Xid(1), out), std::length_error);
}

TEST(CodecTest, TextOfAPeerIsCutAndEscaped) {
  PortStatus status;
  status.port.name = "a name of more than sixteen";
  const auto decoded = decode(encode(status, Xid(1)));
  EXPECT_EQ(std::get<PortStatus>(decoded->message).port.name, "a name of more t");
  status.port.name = "x\n\x1b[31m";
  EXPECT_NE(format(Message(status)).find("(x\\x0a\\x1b[31m)"), std::string::npos) << format(Message(status));
}

TEST(CodecTest, NestedErrorsAreFormattedToAnEnd) {
  Bytes bytes = encode(BarrierRequest{}, Xid(1));
  while (bytes.size() + 12 < kMaxMessageSize) bytes = encode(ErrorMessage{1, 1, {}, std::move(bytes)}, Xid(1));
  EXPECT_LT(format(*decode(bytes)).size(), 1000U);
}

TEST(CodecTest, ErrorCodesHaveNames) {
  for (int i = 0; i <= static_cast<int>(DecodeErrorCode::kUnsupported); ++i) {
    EXPECT_STRNE(to_string(static_cast<DecodeErrorCode>(i)), "unknown");
  }
}

}  // namespace
}  // namespace dcportals::openflow
