// Identifiers and constants of OpenFlow 1.3 (ONF TS-025, version 1.3.5) that the rest of the codec shares.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/dpid.h"
#include "base/strong_id.h"

namespace dcportals::openflow {

using Xid = StrongId<struct XidTag, std::uint32_t>;
using dcportals::Dpid;
using OfPort = StrongId<struct OfPortTag, std::uint32_t>;
using TableId = StrongId<struct TableIdTag, std::uint8_t>;
using GroupId = StrongId<struct GroupIdTag, std::uint32_t>;
using MeterId = StrongId<struct MeterIdTag, std::uint32_t>;
using BundleId = StrongId<struct BundleIdTag, std::uint32_t>;
using Cookie = StrongId<struct CookieTag, std::uint64_t>;
using BufferId = StrongId<struct BufferIdTag, std::uint32_t>;

inline constexpr std::uint8_t kVersion13 = 0x04;
inline constexpr std::size_t kHeaderSize = 8;
inline constexpr std::size_t kMaxMessageSize = 65535;

// Section 7.2.1, ofp_port_no.
inline constexpr OfPort kPortMax{0xffffff00};
inline constexpr OfPort kPortInPort{0xfffffff8};
inline constexpr OfPort kPortTable{0xfffffff9};
inline constexpr OfPort kPortNormal{0xfffffffa};
inline constexpr OfPort kPortFlood{0xfffffffb};
inline constexpr OfPort kPortAll{0xfffffffc};
inline constexpr OfPort kPortController{0xfffffffd};
inline constexpr OfPort kPortLocal{0xfffffffe};
inline constexpr OfPort kPortAny{0xffffffff};

// Section 7.2.1, ofp_port_config and ofp_port_state.
inline constexpr std::uint32_t kPortConfigDown = 1;
inline constexpr std::uint32_t kPortStateLinkDown = 1;

inline constexpr TableId kTableAll{0xff};
inline constexpr GroupId kGroupAll{0xfffffffc};
inline constexpr GroupId kGroupAny{0xffffffff};
inline constexpr MeterId kMeterController{0xfffffffe};
inline constexpr MeterId kMeterAll{0xffffffff};
inline constexpr BufferId kNoBuffer{0xffffffff};
// Section A.3.1/7.3.2: send whole packets, do not buffer.
inline constexpr std::uint16_t kMaxLenNoBuffer = 0xffff;

// A flow's priority when ovs-ofctl's syntax names none (OFP_DEFAULT_PRIORITY).
inline constexpr std::uint16_t kDefaultPriority = 0x8000;

inline constexpr std::uint32_t kExperimenterNicira = 0x00002320;
inline constexpr std::uint32_t kExperimenterOnf = 0x4f4e4600;

}  // namespace dcportals::openflow
