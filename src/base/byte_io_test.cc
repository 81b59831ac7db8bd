#include "base/byte_io.h"

#include <gtest/gtest.h>

#include "base/hex.h"

namespace dcportals {
namespace {

TEST(ByteReader, ReadsBigEndianAndCountsOffsets) {
  const Bytes bytes = *parse_hex("01 0203 04050607 08090a0b0c0d0e0f");
  ByteReader reader(bytes, 100);
  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607U);
  EXPECT_EQ(reader.offset(), 107U);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fULL);
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.empty());
}

TEST(ByteReader, ReadPastTheEndGivesZeroAndStaysFailed) {
  const Bytes bytes = *parse_hex("ffff");
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, SubReaderCannotReadWhatFollows) {
  const Bytes bytes = *parse_hex("0102030405");
  ByteReader reader(bytes);
  ByteReader part = reader.sub(2);
  part.u16();
  EXPECT_TRUE(part.ok());
  part.u8();
  EXPECT_FALSE(part.ok());
  EXPECT_EQ(reader.u8(), 3);
  EXPECT_FALSE(reader.sub(9).ok());
}

TEST(ByteWriter, WritesBigEndianAndPads) {
  Bytes out;
  ByteWriter writer(out);
  writer.u16(0);
  writer.u32(0x01020304);
  writer.u8(9);
  writer.pad_to(0, 8);
  writer.set_u16(0, 0xbeef);
  EXPECT_EQ(to_hex(out), "beef010203040900");
}

TEST(Hex, RefusesOddDigitsAndStrangers) {
  EXPECT_FALSE(parse_hex("abc"));
  EXPECT_FALSE(parse_hex("zz"));
  EXPECT_EQ(to_hex(*parse_hex("0A fF")), "0aff");
}

}  // namespace
}  // namespace dcportals
