// Digests of the topology's objects, so that two inventories can be compared without sending either: digest.get and digest.list.
//
// A canonical text is, for each field that Neutron describes, netstring(name) netstring(value): nothing of an object can be taken for
// something else, and both sides get the same bytes without a JSON writer in common. tests/golden/digests.json holds dcportald and the
// ML2 driver (its digest.py) to them. revision_number is left out, and so is what Neutron does not know. Used by daemon's digest_api.
// Pure, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "topology/model.h"

namespace dcportals::rpc {

// A SHA-256 (FIPS 180-4), or the XOR of any number of them: zero for none, the same in whatever order they came.
class Digest {
 public:
  Digest() = default;
  [[nodiscard]] static Digest sha256(std::string_view bytes);

  Digest& operator^=(const Digest& other);
  // 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const Digest&, const Digest&) = default;

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

// That a port is wired where Neutron bound it: compared as if it were an object of its own.
struct WiredPort {
  topology::PortId id;
};

// Fields in the order of doc/rpc.md, digest.get. What is absent is an empty text, and a list is its items as netstrings, sorted bytewise.
[[nodiscard]] std::string canonical_text(const topology::Network& network);
[[nodiscard]] std::string canonical_text(const topology::Subnet& subnet);
[[nodiscard]] std::string canonical_text(const topology::Port& port);
[[nodiscard]] std::string canonical_text(const topology::Router& router);
[[nodiscard]] std::string canonical_text(const WiredPort& port);

template <class Object>
[[nodiscard]] Digest digest_of(const Object& object) {
  return Digest::sha256(canonical_text(object));
}

}  // namespace dcportals::rpc
