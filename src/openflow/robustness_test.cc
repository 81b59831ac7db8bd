// No bytes break the decoder: cut, changed and invented messages give a value or an error, in bounded memory; and what is a value
// stays the same value through encoding and decoding.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

#include "base/hex.h"
#include "openflow/allocation_meter.h"
#include "openflow/codec.h"
#include "openflow/format.h"
#include "openflow/golden.h"

namespace dcportals::openflow {
namespace {

void set_length(Bytes& message) {
  if (message.size() >= 4) store_be(message.data() + 2, static_cast<std::uint16_t>(message.size()));
}

// The bytes that one message may need more after encoding than before: some short forms have only a long one.
constexpr std::size_t kLargest = 16'000;

// All that must hold for any bytes.
void check(const Bytes& bytes) {
  const auto decoded = decode(bytes);
  if (!decoded) {
    ASSERT_LE(decoded.error().offset, bytes.size());
    ASSERT_FALSE(decoded.error().text.empty());
    return;
  }
  ASSERT_FALSE(format(*decoded).empty());
  const Bytes encoded = encode(decoded->message, decoded->xid);
  const auto again = decode(encoded);
  ASSERT_TRUE(again) << again.error().text << "\n" << to_hex(bytes) << "\n" << to_hex(encoded);
  ASSERT_EQ(*again, *decoded) << to_hex(bytes);
  if (const auto* add = std::get_if<BundleAdd>(&decoded->message)) (void)decode(add->message);
}

TEST(RobustnessTest, EveryPrefixOfEveryGolden) {
  for (const Golden& g : goldens()) {
    SCOPED_TRACE(g.name);
    for (std::size_t size = 0; size < g.bytes.size(); ++size) {
      Bytes prefix(g.bytes.begin(), g.bytes.begin() + static_cast<std::ptrdiff_t>(size));
      const auto cut = decode(prefix);
      ASSERT_FALSE(cut);
      ASSERT_EQ(cut.error().code, DecodeErrorCode::kTruncated);
      set_length(prefix);  // so that the header agrees and the body is read
      ASSERT_NO_FATAL_FAILURE(check(prefix));
    }
  }
}

TEST(RobustnessTest, BytesBehindTheMessage) {
  for (const Golden& g : goldens()) {
    Bytes longer = g.bytes;
    longer.push_back(0);
    const auto decoded = decode(longer);
    ASSERT_FALSE(decoded) << g.name;
    EXPECT_EQ(decoded.error().code, DecodeErrorCode::kBadLength) << g.name;
    set_length(longer);
    ASSERT_NO_FATAL_FAILURE(check(longer)) << g.name;
  }
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : engine_(seed) {}

  Bytes mutate(Bytes bytes) {
    for (std::size_t n = 1 + below(3); n > 0; --n) change(bytes);
    if (below(8) != 0) set_length(bytes);
    return bytes;
  }
  Bytes invent() {
    Bytes bytes(8 + below(200));
    for (std::uint8_t& b : bytes) b = static_cast<std::uint8_t>(below(4) == 0 ? engine_() : below(30));
    bytes[0] = kVersion13;
    set_length(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t limit) { return engine_() % limit; }

  void change(Bytes& bytes) {
    constexpr std::array<std::uint16_t, 10> kNumbers{0, 1, 4, 7, 8, 16, 0x7fff, 0x8000, 0xfffe, 0xffff};
    const auto place = [&] { return bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size())); };
    if (bytes.size() < 10) return bytes.resize(10);
    switch (below(6)) {
      case 0:
        *place() ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1:
        *place() = static_cast<std::uint8_t>(engine_());
        break;
      case 2:
        store_be(bytes.data() + (below(bytes.size() - 1) & ~std::size_t{1}), kNumbers[below(kNumbers.size())]);
        break;
      case 3:
        bytes.resize(bytes.size() - below(bytes.size() - 8));
        break;
      case 4:
        bytes.insert(place(), 1 + below(16), static_cast<std::uint8_t>(below(2) * 0xff));
        break;
      default: {  // repeat a part
        const auto from = below(bytes.size()), size = below(bytes.size() - from);
        const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                         bytes.begin() + static_cast<std::ptrdiff_t>(from + size));
        if (bytes.size() + size < kLargest) bytes.insert(place(), part.begin(), part.end());
      }
    }
  }

  std::mt19937_64 engine_;
};

TEST(RobustnessTest, MutatedGoldens) {
  Mutator mutator(2024);
  for (const Golden& g : goldens()) {
    SCOPED_TRACE(g.name);
    for (int i = 0; i < 300; ++i) ASSERT_NO_FATAL_FAILURE(check(mutator.mutate(g.bytes)));
  }
}

TEST(RobustnessTest, InventedMessages) {
  Mutator mutator(5);
  for (int i = 0; i < 50'000; ++i) ASSERT_NO_FATAL_FAILURE(check(mutator.invent()));
}

// Decoding may take at most this many bytes of memory for one byte of the message, and some for the envelope and an error's text.
constexpr std::size_t kMemoryPerByte = 32;
constexpr std::size_t kMemoryFixed = 2048;

void check_memory(const Bytes& bytes) {
  const AllocationMeter meter;
  const auto decoded = decode(bytes);
  ASSERT_LE(meter.peak(), kMemoryPerByte * bytes.size() + kMemoryFixed) << to_hex(Bytes(bytes.begin(), bytes.begin() + 16));
}

TEST(RobustnessTest, MemoryIsBoundedByTheInput) {
  Mutator mutator(77);
  for (const Golden& g : goldens()) {
    ASSERT_NO_FATAL_FAILURE(check_memory(g.bytes)) << g.name;
    for (int i = 0; i < 50; ++i) ASSERT_NO_FATAL_FAILURE(check_memory(mutator.mutate(g.bytes))) << g.name;
  }
}

// As many of the smallest structures as a message can hold: what costs most memory for a byte.
TEST(RobustnessTest, MemoryIsBoundedForManySmallStructures) {
  struct Case {
    const char* name;
    const char* head;  // the message before the repeated part
    const char* part;
  };
  const std::array<Case, 9> cases{{
      {"pop_vlan in a packet-out", "040d000000000001 ffffffff fffffffd ffd0 000000000000", "0012000800000000"},
      {"controller2 in a packet-out", "040d000000000001 ffffffff fffffffd ffd0 000000000000",
       "ffff00100000232000250000000000 00"},
      {"empty buckets", "040f000000000001 0000 00 00 00000001", "00100000ffffffffffffffff00000000"},
      {"groups without buckets", "0413000000000001 0007 0000 00000000", "0008000000000001"},
      {"groups that we do not understand", "0413000000000001 0007 0000 00000000", "0008ff0000000001"},
      {"meters without bands", "0413000000000001 000a 0000 00000000", "0008000000000001"},
      {"flows without anything", "0413000000000001 0001 0000 00000000",
       "00380000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000010004 00000000"},
      {"flows that we do not understand", "0413000000000001 0001 0000 00000000",
       "004000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000100040000000000990008"
       "00000000"},
      {"meter statistics", "0413000000000001 0009 0000 00000000",
       "00000001 0028 000000000000 00000000 0000000000000000 0000000000000000 00000000 00000000"},
  }};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Bytes bytes = *parse_hex(c.head);
    const Bytes part = *parse_hex(c.part);
    const std::size_t room = bytes.size() == 24 ? 24 + 0xffd0 : kMaxMessageSize;
    while (bytes.size() + part.size() <= room) bytes.insert(bytes.end(), part.begin(), part.end());
    set_length(bytes);
    ASSERT_TRUE(decode(bytes)) << decode(bytes).error().text;
    ASSERT_NO_FATAL_FAILURE(check_memory(bytes));
  }
}

// Lengths inside that promise more than there is must not be believed.
TEST(RobustnessTest, ClaimedLengthsCostNothing) {
  for (const char* text : {"040d001800000001 ffffffff fffffffd ffff 000000000000",     // packet-out: 65535 bytes of actions
                           "0413001800000001 0001 0000 00000000 ffff 00 00 00000000",  // flow statistics of 65535 bytes
                           "0413001800000001 0007 0000 00000000 ffff 00 00 00000000",  // group description
                           "0400001000000001 0001 ffff 00000010",                      // version bitmap
                           "0404001800000001 4f4e4600000008fd 00000001 0000 0003"}) {  // bundle-add of nothing
    const Bytes bytes = *parse_hex(text);
    const AllocationMeter meter;
    const auto decoded = decode(bytes);
    EXPECT_FALSE(decoded) << text;
    EXPECT_LE(meter.peak(), kMemoryFixed) << text;
  }
}

}  // namespace
}  // namespace dcportals::openflow
