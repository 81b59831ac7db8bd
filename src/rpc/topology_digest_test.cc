// Are digests those of tests/golden/digests.json, to which the ML2 driver's tests hold its own?
#include "rpc/topology_digest.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "rpc/topology_json.h"

namespace dcportals::rpc {
namespace {

namespace json = boost::json;

json::object goldens() {
  std::ostringstream text;
  text << std::ifstream("../../tests/golden/digests.json").rdbuf();
  return json::parse(text.str()).as_object();
}

// As the daemon gets it: by a put.
std::string canonical_text_of(std::string_view kind, const json::object& params) {
  if (kind == "network") return canonical_text(decode_network(params).value());
  if (kind == "subnet") return canonical_text(decode_subnet(params).value());
  if (kind == "port") return canonical_text(decode_port(params).value());
  if (kind == "router") return canonical_text(decode_router(params).value());
  return canonical_text(WiredPort{*topology::PortId::parse(params.at("id").as_string())});
}

TEST(TopologyDigest, Goldens) {
  const json::object all = goldens();
  ASSERT_GE(all.at("objects").as_array().size(), 10U);
  for (const json::value& golden : all.at("objects").as_array()) {
    const std::string text = canonical_text_of(golden.at("kind").as_string(), golden.at("params").as_object());
    EXPECT_EQ(text, golden.at("canonical").as_string()) << golden.at("name");
    EXPECT_EQ(Digest::sha256(text).to_string(), golden.at("digest").as_string()) << golden.at("name");
  }
}

TEST(TopologyDigest, GoldenClasses) {
  const json::object all = goldens();
  std::map<std::string, Digest, std::less<>> totals;
  for (const json::value& golden : all.at("objects").as_array()) {
    const auto& kind = golden.at("kind").as_string();
    totals[std::string(kind)] ^= Digest::sha256(canonical_text_of(kind, golden.at("params").as_object()));
  }
  ASSERT_EQ(all.at("classes").as_array().size(), 4U);
  for (const json::value& golden : all.at("classes").as_array()) {
    EXPECT_EQ(totals.at(std::string(golden.at("kind").as_string())).to_string(), golden.at("digest").as_string()) << golden.at("kind");
  }
}

TEST(TopologyDigest, OfNothingIsZeroAndOfAllTwiceToo) {
  Digest total;
  EXPECT_EQ(total.to_string(), std::string(64, '0'));
  // FIPS 180-4's example.
  const Digest abc = Digest::sha256("abc");
  EXPECT_EQ(abc.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  total ^= abc;
  EXPECT_EQ(total, abc);
  total ^= abc;
  EXPECT_EQ(total, Digest());
}

TEST(TopologyDigest, TheRevisionIsNoPartAndWhatNeutronDoesNotKnowNeither) {
  topology::Network network{.id = {}, .tenant_id = {"blue"}, .name = "n", .revision_number = 1, .number = topology::NetworkNumber{1}};
  const Digest before = digest_of(network);
  network.revision_number = 2;
  network.number = topology::NetworkNumber{7};
  network.mode = topology::ForwardingMode::kReactive;
  network.broadcast_rate = 9;
  EXPECT_EQ(digest_of(network), before);
  network.name = "m";
  EXPECT_NE(digest_of(network), before);
}

}  // namespace
}  // namespace dcportals::rpc
