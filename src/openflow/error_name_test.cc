// Every error's name is the one that Open vSwitch prints.
#include <gtest/gtest.h>

#include "openflow/codec.h"
#include "openflow/format.h"
#include "openflow/oracle.h"

namespace dcportals::openflow {
namespace {

// All that could have a name: the specification's types, then ONF's and Nicira's codes.
std::vector<ErrorMessage> candidates() {
  const Bytes data = encode(BarrierRequest{}, Xid(1));
  std::vector<ErrorMessage> out;
  for (std::uint16_t type = 0; type < 18; ++type) {
    for (std::uint16_t code = 0; code < 40; ++code) out.push_back({type, code, std::nullopt, data});
  }
  for (const std::uint32_t experimenter : {kExperimenterOnf, kExperimenterNicira}) {
    for (std::uint16_t code = 0; code < 60; ++code) out.push_back({0xffff, code, experimenter, data});
    for (std::uint16_t code = 2300; code < 2330; ++code) out.push_back({0xffff, code, experimenter, data});
    for (std::uint16_t code = 2600; code < 2650; ++code) out.push_back({0xffff, code, experimenter, data});
  }
  return out;
}

TEST(ErrorNameTest, AreOvsNames) {
  const std::vector<ErrorMessage> errors = candidates();
  std::vector<Bytes> messages;
  for (const ErrorMessage& e : errors) messages.push_back(encode(e, Xid(1)));
  const std::vector<std::string> printed = ovs_print(messages);
  const std::string head = "OFPT_ERROR (OF1.3) (xid=0x1): ";
  std::size_t named = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    ASSERT_TRUE(printed[i].starts_with(head)) << printed[i];
    const std::string name = printed[i].substr(head.size(), printed[i].find('\n') - head.size());
    if (name.starts_with("***")) {
      EXPECT_NE(error_name(errors[i]).find(' '), std::string::npos) << "OVS has no name for " << error_name(errors[i]);
    } else {
      EXPECT_EQ(error_name(errors[i]), name);
      ++named;
    }
  }
  EXPECT_GT(named, 150U);
}

TEST(ErrorNameTest, NumbersForWhatHasNoName) {
  EXPECT_EQ(error_name(77, 3), "type 77 code 3");
  EXPECT_EQ(error_name({0xffff, 7, 0x1234, {}}), "experimenter 0x00001234 code 7");
  EXPECT_EQ(error_name(4, 6), "OFPBMC_BAD_FIELD");
  EXPECT_EQ(error_name(0xffff, 2315), "OFPBFC_BUNDLE_IN_PROGRESS");
}

}  // namespace
}  // namespace dcportals::openflow
