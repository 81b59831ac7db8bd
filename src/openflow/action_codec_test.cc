// What action lists and instructions may not be, and the spellings of an action that mean the same.
#include "openflow/action_codec.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "base/hex.h"
#include "openflow/codec.h"

namespace dcportals::openflow {
namespace {

Actions decode_ok(const std::string& hex) {
  const Bytes bytes = *parse_hex(hex);
  ByteReader in(bytes);
  Actions out;
  Fault fault;
  EXPECT_TRUE(decode_actions(in, out, fault)) << hex << ": " << fault.error().text;
  return out;
}

void expect_error(const std::string& hex, DecodeErrorCode code) {
  const Bytes bytes = *parse_hex(hex);
  ByteReader in(bytes);
  Actions out;
  Fault fault;
  EXPECT_FALSE(decode_actions(in, out, fault)) << hex;
  EXPECT_EQ(fault.error().code, code) << hex << ": " << fault.error().text;
}

void expect_instruction_error(const std::string& hex, DecodeErrorCode code) {
  const Bytes bytes = *parse_hex(hex);
  ByteReader in(bytes);
  Instructions out;
  Fault fault;
  EXPECT_FALSE(decode_instructions(in, out, fault)) << hex;
  EXPECT_EQ(fault.error().code, code) << hex << ": " << fault.error().text;
}

TEST(ActionCodecTest, Lengths) {
  expect_error("0000", DecodeErrorCode::kTruncated);
  expect_error("0000 0010 00000001", DecodeErrorCode::kTruncated);
  expect_error("0000 0000 00000001", DecodeErrorCode::kBadLength);
  expect_error("0000 0008 00000001", DecodeErrorCode::kBadLength);  // output is 16
  expect_error("0000 0018 00000001 0000 000000000000 0000000000000000", DecodeErrorCode::kBadLength);
  expect_error("0012 000c 00000000 00000000", DecodeErrorCode::kBadLength);  // no multiple of 8
  expect_error("0019 0018 80000606 000000000001 0000 0000000000000000",
               DecodeErrorCode::kBadLength);                        // set_field with more padding
  expect_error("ffff 0008 00002320", DecodeErrorCode::kTruncated);  // no subtype
}

TEST(ActionCodecTest, UnknownActions) {
  expect_error("0005 0008 00000000", DecodeErrorCode::kUnsupported);
  expect_error("ffff 0010 00000001 0000 000000000000", DecodeErrorCode::kUnsupported);  // another experimenter
  expect_error("ffff 0010 00002320 0012 000000000000", DecodeErrorCode::kUnsupported);  // Nicira's exit
}

TEST(ActionCodecTest, SetFieldValues) {
  expect_error("0019 0010 80001001 40 00000000000000", DecodeErrorCode::kBadValue);  // wider than ip_dscp
  expect_error("0019 0010 80000a02 0800 000000000000",
               DecodeErrorCode::kUnsupported);                                       // eth_type is not to be set
  expect_error("0019 0010 80001708 0a000000 ff000000", DecodeErrorCode::kBadValue);  // with a mask
}

TEST(ActionCodecTest, MoveStaysInsideItsFields) {
  const std::string reg0 = "00010004", reg1 = "00010204";
  EXPECT_EQ(decode_ok("ffff0018 00002320 0006 0008 0018 0000" + reg0 + reg1),
            (Actions{RegMove{Field::kReg0, 24, Field::kReg1, 0, 8}}));
  expect_error("ffff0018 00002320 0006 0008 0019 0000" + reg0 + reg1, DecodeErrorCode::kBadValue);
  expect_error("ffff0018 00002320 0006 0008 0000 0019" + reg0 + reg1, DecodeErrorCode::kBadValue);
  expect_error("ffff0018 00002320 0006 0000 0000 0000" + reg0 + reg1, DecodeErrorCode::kBadValue);
  expect_error("ffff0018 00002320 0006 0008 0000 0000" + reg0 + "00000602", DecodeErrorCode::kBadValue);     // into eth_type
  expect_error("ffff0018 00002320 0006 0008 0000 0000" + reg0 + "0001d304", DecodeErrorCode::kUnsupported);  // ct_state
  expect_error("ffff0018 00002320 0006 0008 0000 0000" + reg0 + "00010308", DecodeErrorCode::kBadValue);     // a mask
}

TEST(ActionCodecTest, MoveReadsOxmAndNxmHeaders) {
  const Actions nxm = decode_ok("ffff0018 00002320 0006 0030 0000 0000 00000406 00000206");
  const Actions oxm = decode_ok("ffff0018 00002320 0006 0030 0000 0000 80000806 80000606");
  EXPECT_EQ(nxm, (Actions{RegMove{Field::kEthSrc, 0, Field::kEthDst, 0, 48}}));
  EXPECT_EQ(oxm, nxm);
  EXPECT_EQ(to_hex(written_by([&](WireWriter& out) { encode_actions(oxm, out); })),
            "ffff0018000023200006003000000000"
            "0000040600000206")
      << "written as OVS writes it";
}

TEST(ActionCodecTest, LoadStaysInsideItsField) {
  EXPECT_EQ(decode_ok("ffff0018 00002320 0007 0607 00010004 00000000000000ff"), (Actions{RegLoad{Field::kReg0, 24, 8, 0xff}}));
  expect_error("ffff0018 00002320 0007 0647 00010004 0000000000000001", DecodeErrorCode::kBadValue);
  expect_error("ffff0018 00002320 0007 0007 00010004 0000000000000100", DecodeErrorCode::kBadValue);
  expect_error("ffff0018 00002320 0007 000f 00000602 0000000000000100", DecodeErrorCode::kBadValue);  // eth_type
}

TEST(ActionCodecTest, ControllerPropertiesMayHaveEitherLength) {
  const ControllerAction expected{128, 0, 1, {}, std::nullopt};
  EXPECT_EQ(decode_ok("ffff0018 00002320 0025 000000000000 0000 0008 0080 0000"), (Actions{expected}));
  EXPECT_EQ(decode_ok("ffff0018 00002320 0025 000000000000 0000 0006 0080 0000"), (Actions{expected}));
  expect_error("ffff0018 00002320 0025 000000000000 0000 0004 0080 0000", DecodeErrorCode::kBadLength);
  expect_error("ffff0018 00002320 0025 000000000000 0000 0003 0080 0000", DecodeErrorCode::kBadLength);
  expect_error("ffff0018 00002320 0025 000000000000 0004 0004 0000 0000", DecodeErrorCode::kUnsupported);  // pause
}

TEST(ActionCodecTest, PortsOf16Bits) {
  for (const OfPort port : {OfPort(0), OfPort(0xfeff), kPortInPort, kPortLocal, kPortController}) {
    const Message out = PacketOut{kNoBuffer, kPortAny, {Resubmit{port, TableId(3)}}, {}};
    EXPECT_EQ(decode(encode(out, Xid(1)))->message, out) << port.value();
  }
  Bytes out{1, 2, 3};
  EXPECT_THROW(encode(PacketOut{kNoBuffer, kPortAny, {Resubmit{OfPort(0x10000), TableId(3)}}, {}}, Xid(1), out),
               std::invalid_argument);
  EXPECT_EQ(out, (Bytes{1, 2, 3}));
  EXPECT_THROW(encode(PacketOut{kNoBuffer, kPortAny, {RegLoad{Field::kReg0, 0, 0, 0}}, {}}, Xid(1), out), std::invalid_argument);
}

TEST(InstructionCodecTest, MistakesOfAnInstructionList) {
  expect_instruction_error("0001", DecodeErrorCode::kTruncated);
  expect_instruction_error("0001 0008 03", DecodeErrorCode::kTruncated);
  expect_instruction_error("0001 0010 03000000 0000000000000000", DecodeErrorCode::kBadLength);
  expect_instruction_error("0001 0008 03000000 0001 0008 04000000", DecodeErrorCode::kBadValue);  // twice
  expect_instruction_error("0007 0008 00000000", DecodeErrorCode::kUnsupported);
  expect_instruction_error("ffff 0008 00002320", DecodeErrorCode::kUnsupported);
  expect_instruction_error("0004 0010 00000000 0005 0008 00000000", DecodeErrorCode::kUnsupported);  // an action inside
}

TEST(InstructionCodecTest, AnyOrderIsRead) {
  const Bytes bytes = *parse_hex("0001 0008 03000000 0006 0008 00000007 0005 0008 00000000");
  ByteReader in(bytes);
  Instructions out;
  Fault fault;
  ASSERT_TRUE(decode_instructions(in, out, fault));
  EXPECT_EQ(out.format(), "meter:7,clear_actions,goto_table:3");
}

TEST(InstructionCodecTest, AnEmptyActionListIsNone) {
  const Bytes bytes = *parse_hex("0004 0008 00000000 0003 0008 00000000");
  ByteReader in(bytes);
  Instructions out;
  Fault fault;
  ASSERT_TRUE(decode_instructions(in, out, fault));
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace dcportals::openflow
