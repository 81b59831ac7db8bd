// Fetches into the cache what a group of decisions is about to look up.
//
// With tens of thousands of ports nearly every look-up misses the cache, and one decision makes some twenty, each of which needs the one
// before. Doing the same step for a whole group before the next lets the memory work on all of them at once. Changes nothing but time.
#pragma once

#include <span>

#include "decision/packet_pool.h"
#include "decision/snapshot.h"

namespace dcportals::decision {

// At most so many packets a call.
inline constexpr std::size_t kForesight = 16;

// For questions of ports; those from the wire are left to themselves.
void foresee(const Snapshot& snapshot, std::span<const Packet* const> packets);

}  // namespace dcportals::decision
