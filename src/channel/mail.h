// What one worker has for another's switches and handler: gathered through a batch, handed over at once. Value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_io.h"
#include "base/dpid.h"

namespace dcportals::channel {

struct Mail {
  enum class Kind : std::uint8_t {
    kSend,     // `number`: how many of `bytes`, from where the last one ended
    kBarrier,  // `number`: the token
    kDone,     // a barrier's answers, for the token
    kFailed,
  };
  struct Item {
    Dpid dpid;
    std::uint64_t number;
    Kind kind;
  };

  void add_send(Dpid dpid, ByteSpan encoded) {
    bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    items.push_back({dpid, encoded.size(), Kind::kSend});
  }
  void add(Kind kind, Dpid dpid, std::uint64_t token) { items.push_back({dpid, token, kind}); }

  [[nodiscard]] bool empty() const { return items.empty(); }
  // Memory, about.
  [[nodiscard]] std::size_t size() const { return bytes.size() + items.size() * sizeof(Item); }

  Bytes bytes;
  std::vector<Item> items;
};

}  // namespace dcportals::channel
