// The protocol words of ovs-ofctl's matches: "tcp" for dl_type=0x0800,nw_proto=6. Constant data. Internal to this module.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "openflow/match.h"

namespace dcportals::openflow {

struct Shorthand {
  std::string_view name;
  std::uint16_t eth_type;
  int ip_proto;  // -1: the word names none
};

// Of one EtherType the words with a protocol come first.
inline constexpr std::array kShorthands{
    Shorthand{"icmp", kEthTypeIpv4, kIpProtoIcmp},
    Shorthand{"tcp", kEthTypeIpv4, kIpProtoTcp},
    Shorthand{"udp", kEthTypeIpv4, kIpProtoUdp},
    Shorthand{"sctp", kEthTypeIpv4, kIpProtoSctp},
    Shorthand{"ip", kEthTypeIpv4, -1},
    Shorthand{"icmp6", kEthTypeIpv6, kIpProtoIcmpv6},
    Shorthand{"tcp6", kEthTypeIpv6, kIpProtoTcp},
    Shorthand{"udp6", kEthTypeIpv6, kIpProtoUdp},
    Shorthand{"sctp6", kEthTypeIpv6, kIpProtoSctp},
    Shorthand{"ipv6", kEthTypeIpv6, -1},
    Shorthand{"arp", kEthTypeArp, -1},
    Shorthand{"rarp", 0x8035, -1},
    Shorthand{"mpls", 0x8847, -1},
    Shorthand{"mplsm", 0x8848, -1},
};

}  // namespace dcportals::openflow
