// The datapath id of an OpenFlow switch (OpenFlow 1.3 section 7.3.1): 64 bits, written as 16 hexadecimal digits.
#pragma once

#include <cstdint>

#include "base/strong_id.h"

namespace dcportals {

using Dpid = StrongId<struct DpidTag, std::uint64_t>;

}  // namespace dcportals
