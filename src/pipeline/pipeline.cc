#include "pipeline/pipeline.h"

#include <algorithm>
#include <array>

namespace dcportals::pipeline {
namespace {

using openflow::Field;
using enum Direction;
using enum DropReason;
using enum Install;
constexpr auto kHostOwned = OwnerKind::kHost;
constexpr auto kPortOwned = OwnerKind::kPort;
constexpr auto kNetworkOwned = OwnerKind::kNetwork;

constexpr std::array kTables{
    TableSpec{Table::kClassify, "classify", "all ports",
              "tells frames of VMs from frames of the wire, and from those of a physical network that is attached here; untagged frames only",
              {Field::kInPort, Field::kEthDst, Field::kEthType, Field::kVlanVid, Field::kIpProto}, {Field::kMetadata},
              {Table::kPortSecurity, Table::kRestoreSource, Table::kFromAttachment}, false, Rule::kClassifyMiss},
    TableSpec{Table::kPortSecurity, "port_security", "VMs", "a VM sends only as itself; tells the network (metadata)",
              {Field::kInPort, Field::kEthSrc, Field::kEthType, Field::kIpProto, Field::kIpv4Src, Field::kIpv4Dst, Field::kUdpSrc,
               Field::kUdpDst, Field::kArpOp, Field::kArpSpa, Field::kArpSha},
              {Field::kMetadata}, {Table::kResponder, Table::kForward}, false, Rule::kSecurityMiss},
    TableSpec{Table::kResponder, "responder", "VMs",
              "answers ARP requests in the switch; ARP never crosses the wire, but goes out by the network's attachment",
              {Field::kInPort, Field::kMetadata, Field::kEthType, Field::kArpOp, Field::kArpTpa},
              {Field::kEthDst, Field::kEthSrc, Field::kArpOp, Field::kArpSpa, Field::kArpTpa, Field::kArpSha, Field::kArpTha}, {}, true,
              Rule::kResponderMiss},
    TableSpec{Table::kForward, "forward", "VMs",
              "to a local VM unchanged; to a remote one with host MAC and mapping key as destination; to others unchanged, by the network's "
              "attachment",
              {Field::kInPort, Field::kMetadata, Field::kEthDst, Field::kEthType, Field::kIpv4Src, Field::kIpv4Dst},
              {Field::kEthDst, Field::kIpv4Dst}, {Table::kRewriteSource}, true, Rule::kForwardMiss},
    TableSpec{Table::kRewriteSource, "rewrite_source", "VMs",
              "own host MAC and the port's mapping key as source; out of the uplink; a broadcast in copies, one by the network's attachment",
              {Field::kInPort, Field::kEthSrc, Field::kEthDst, Field::kEthType, Field::kIpv4Src, Field::kIpv4Dst},
              {Field::kEthSrc, Field::kIpv4Src, Field::kIpv4Dst}, {}, true, Rule::kRewriteMiss},
    TableSpec{Table::kRestoreSource, "restore_source", "wire", "the sender's own MAC and IP back; tells the network (metadata)",
              {Field::kEthSrc, Field::kEthType, Field::kIpv4Src}, {Field::kMetadata, Field::kEthSrc, Field::kIpv4Src},
              {Table::kRestoreExternal, Table::kRestoreDestination}, true, Rule::kRestoreSourceMiss},
    TableSpec{Table::kRestoreExternal, "restore_external", "wire, from outside",
              "a source that is no key comes through a router: the receiver's key tells the network (metadata)",
              {Field::kEthType, Field::kIpv4Dst}, {Field::kMetadata}, {Table::kRestoreRouter}, false, Rule::kRestoreExternalMiss},
    TableSpec{Table::kRestoreRouter, "restore_router", "wire, from outside", "the MAC of the network's router that sent it back",
              {Field::kMetadata, Field::kEthSrc, Field::kEthType}, {Field::kEthSrc}, {Table::kRestoreDestination}, false,
              Rule::kRestoreRouterMiss},
    TableSpec{Table::kRestoreDestination, "restore_destination", "wire",
              "the receiver's own MAC and IP back, if it is in the sender's network; to its port",
              {Field::kMetadata, Field::kEthDst, Field::kEthType, Field::kIpv4Src, Field::kIpv4Dst},
              {Field::kEthDst, Field::kIpv4Src, Field::kIpv4Dst}, {}, true,
              Rule::kRestoreDestinationMiss},
    TableSpec{Table::kFromAttachment, "from_attachment", "physical networks attached here",
              "to the network's ports on this host, unchanged; nowhere else",
              {Field::kMetadata, Field::kEthSrc, Field::kEthDst}, {}, {}, true, Rule::kFromAttachmentMiss},
};

constexpr std::array kRules{
    RuleSpec{Rule::kClassifyMiss, "classify_miss", Table::kClassify, 0, kSend, kHostOwned, kUnknownPort, "a port that is not wired"},
    RuleSpec{Rule::kWireProtocolZero, "wire_protocol_zero", Table::kClassify, 400, kReceive, kHostOwned, kIpProtocolZero,
             "OVS does not rewrite addresses of IP protocol 0"},
    RuleSpec{Rule::kWireFrame, "wire_frame", Table::kClassify, 300, kReceive, kHostOwned, kNone, "IP from the wire to this host's MAC"},
    RuleSpec{Rule::kWireOther, "wire_other", Table::kClassify, 100, kReceive, kHostOwned, kNotForThisHost, "anything else from the wire"},
    RuleSpec{Rule::kVmFrame, "vm_frame", Table::kClassify, 300, kSend, kPortOwned, kNone, "an untagged frame of a wired VM port"},
    RuleSpec{Rule::kVmTagged, "vm_tagged", Table::kClassify, 200, kSend, kPortOwned, kVlanTagged, "a VM must not choose a VLAN of the fabric"},
    RuleSpec{Rule::kVmAdminDown, "vm_admin_down", Table::kClassify, 300, kSend, kPortOwned, kAdminDown, "admin_state_up is false"},

    RuleSpec{Rule::kSecurityMiss, "security_miss", Table::kPortSecurity, 0, kSend, kHostOwned, kUnknownPort, "a port that is not wired"},
    RuleSpec{Rule::kProtocolZero, "protocol_zero", Table::kPortSecurity, 900, kSend, kPortOwned, kIpProtocolZero,
             "OVS does not rewrite addresses of IP protocol 0"},
    RuleSpec{Rule::kProtocolZeroIpv6, "protocol_zero_ipv6", Table::kPortSecurity, 900, kSend, kPortOwned, kIpProtocolZero,
             "next header 0 of IPv6 likewise"},
    RuleSpec{Rule::kSourceAllowed, "source_allowed", Table::kPortSecurity, 800, kSend, kPortOwned, kNone, "IPv4 from one of the port's addresses"},
    RuleSpec{Rule::kDhcpClient, "dhcp_client", Table::kPortSecurity, 800, kSend, kPortOwned, kNone, "a DHCP client that has no address yet"},
    RuleSpec{Rule::kArpRequest, "arp_request", Table::kPortSecurity, 800, kSend, kPortOwned, kNone,
             "an ARP request from one of the port's addresses; attached: any ARP from there"},
    RuleSpec{Rule::kArpProbe, "arp_probe", Table::kPortSecurity, 800, kSend, kPortOwned, kNone,
             "an ARP probe (RFC 5227): sender address 0.0.0.0"},
    RuleSpec{Rule::kArpNotARequest, "arp_not_a_request", Table::kPortSecurity, 700, kSend, kPortOwned, kArpNotARequest,
             "ARP replies and announcements are the edge's own business"},
    RuleSpec{Rule::kSpoofedArpSpa, "spoofed_arp_spa", Table::kPortSecurity, 600, kSend, kPortOwned, DropReason::kSpoofedArpSpa,
             "ARP from another's IP address"},
    RuleSpec{Rule::kSpoofedArpSha, "spoofed_arp_sha", Table::kPortSecurity, 500, kSend, kPortOwned, DropReason::kSpoofedArpSha,
             "ARP from another's MAC address"},
    RuleSpec{Rule::kSpoofedIpSource, "spoofed_ip_source", Table::kPortSecurity, 500, kSend, kPortOwned, DropReason::kSpoofedIpSource,
             "IPv4 from another's address"},
    RuleSpec{Rule::kIpv6NotCarried, "ipv6_not_carried", Table::kPortSecurity, 500, kSend, kPortOwned, DropReason::kIpv6NotCarried,
             "IPv6 has no mapping keys yet"},
    RuleSpec{Rule::kEtherTypeNotCarried, "ether_type_not_carried", Table::kPortSecurity, 400, kSend, kPortOwned,
             DropReason::kEtherTypeNotCarried, "only IP and ARP are carried (paper section 3.8)"},
    RuleSpec{Rule::kSpoofedEthSource, "spoofed_eth_source", Table::kPortSecurity, 300, kSend, kPortOwned, DropReason::kSpoofedEthSource,
             "a frame from another's MAC address"},
    RuleSpec{Rule::kUnsecuredIp, "unsecured_ip", Table::kPortSecurity, 200, kSend, kPortOwned, kNone, "port security off: IPv4 from any source"},
    RuleSpec{Rule::kUnsecuredArp, "unsecured_arp", Table::kPortSecurity, 200, kSend, kPortOwned, kNone,
             "port security off: ARP requests from any source; attached: any ARP"},
    RuleSpec{Rule::kUnsecuredOther, "unsecured_other", Table::kPortSecurity, 100, kSend, kPortOwned, DropReason::kEtherTypeNotCarried,
             "port security off: what is not carried"},

    RuleSpec{Rule::kResponderMiss, "responder_miss", Table::kResponder, 0, kSend, kHostOwned, kArpUnknownTarget,
             "no such address in the network"},
    RuleSpec{Rule::kArpOwnAddress, "arp_own_address", Table::kResponder, 200, kSend, kPortOwned, kArpForOwnAddress,
             "a VM that asks for its own address is looking for duplicates: silence says there is none"},
    RuleSpec{Rule::kArpReply, "arp_reply", Table::kResponder, 100, kSend, kPortOwned, kNone, "the answer, built in the switch",
             kNever},

    RuleSpec{Rule::kForwardMiss, "forward_miss", Table::kForward, 0, kSend, kHostOwned, kUnknownDestination,
             "no such destination in the network"},
    RuleSpec{Rule::kGroupNotCarried, "group_not_carried", Table::kForward, 195, kSend, kHostOwned, DropReason::kGroupNotCarried,
             "a group MAC address with an IP address that is not its group's"},
    RuleSpec{Rule::kForwardLocal, "forward_local", Table::kForward, 300, kSend, kPortOwned, kNone, "to a VM on this host, unchanged",
             kOnDemand},
    RuleSpec{Rule::kForwardRemote, "forward_remote", Table::kForward, 300, kSend, kPortOwned, kNone,
             "to a VM on another host: its host MAC and key", kOnDemand},
    RuleSpec{Rule::kForwardUnsecured, "forward_unsecured", Table::kForward, 200, kSend, kPortOwned, kNone,
             "to a VM on this host without port security: any IP address"},

    RuleSpec{Rule::kRewriteMiss, "rewrite_miss", Table::kRewriteSource, 0, kSend, kHostOwned, kSourceHasNoKey,
             "a source address that has no mapping key cannot cross the wire"},
    RuleSpec{Rule::kRewriteSource, "rewrite_source", Table::kRewriteSource, 100, kSend, kPortOwned, kNone,
             "own host MAC and the port's key, out of the uplink"},

    RuleSpec{Rule::kRestoreSourceMiss, "restore_source_miss", Table::kRestoreSource, 0, kReceive, kHostOwned, kUnknownWireSource,
             "not even IPv4"},
    RuleSpec{Rule::kRestoreSource, "restore_source", Table::kRestoreSource, 100, kReceive, kPortOwned, kNone,
             "the sender's MAC, IP and network back", kOnDemand},
    RuleSpec{Rule::kRestoreDestinationMiss, "restore_destination_miss", Table::kRestoreDestination, 0, kReceive, kHostOwned,
             kForeignWireDestination, "no such key in the sender's network"},
    RuleSpec{Rule::kRestoreDestination, "restore_destination", Table::kRestoreDestination, 100, kReceive, kPortOwned, kNone,
             "the receiver's MAC and IP back, to its port"},

    RuleSpec{Rule::kForgedDhcpServer, "forged_dhcp_server", Table::kPortSecurity, 850, kSend, kPortOwned, DropReason::kForgedDhcpServer,
             "DHCP answers come from the network's DHCP servers only"},
    RuleSpec{Rule::kRouterSourceIsAKey, "router_source_is_a_key", Table::kPortSecurity, 820, kSend, kPortOwned, kSourceIsAKey,
             "a router: nobody outside has a mapping key for an address"},
    RuleSpec{Rule::kRouterSource, "router_source", Table::kPortSecurity, 750, kSend, kPortOwned, kNone, "a router: IPv4 from any address outside"},
    RuleSpec{Rule::kRouterArp, "router_arp", Table::kPortSecurity, 650, kSend, kPortOwned, kNone,
             "a router: an ARP request from whichever of its addresses; attached: any ARP"},

    RuleSpec{Rule::kArpUnknownTarget, "arp_unknown_target", Table::kResponder, 10, kSend, kPortOwned, DropReason::kArpUnknownTarget,
             "no such address in the network"},
    RuleSpec{Rule::kAskArp, "ask_arp", Table::kResponder, 10, kSend, kPortOwned, kNone, "reactive: the controller answers ARP (paper 3.7.1)"},

    RuleSpec{Rule::kDestinationIsAKey, "destination_is_a_key", Table::kForward, 190, kSend, kHostOwned, DropReason::kDestinationIsAKey,
             "a VM must not name a mapping key"},
    RuleSpec{Rule::kGroupToOne, "group_to_one", Table::kForward, 250, kSend, kHostOwned, DropReason::kGroupNotCarried,
             "a group's IP address in a frame to one MAC address"},
    RuleSpec{Rule::kFlood, "flood", Table::kForward, 200, kSend, kNetworkOwned, kNone, "limited broadcast and multicast"},
    RuleSpec{Rule::kFloodDirected, "flood_directed", Table::kForward, 200, kSend, kNetworkOwned, kNone,
             "the broadcast address of the sender's subnet"},
    RuleSpec{Rule::kForwardRouterLocal, "forward_router_local", Table::kForward, 150, kSend, kPortOwned, kNone,
             "to a router on this host, whatever IP address is beyond it", kOnDemand},
    RuleSpec{Rule::kForwardRouterRemote, "forward_router_remote", Table::kForward, 150, kSend, kPortOwned, kNone,
             "to a router on another host; the outside IP address stays (paper 3.7.5)", kOnDemand},
    RuleSpec{Rule::kUnknownDestination, "unknown_destination", Table::kForward, 10, kSend, kPortOwned, DropReason::kUnknownDestination,
             "no such destination in the network"},
    RuleSpec{Rule::kAskForward, "ask_forward", Table::kForward, 10, kSend, kPortOwned, kNone, "reactive: the controller decides"},

    RuleSpec{Rule::kRewriteDirected, "rewrite_directed", Table::kRewriteSource, 300, kSend, kPortOwned, kNone,
             "a directed broadcast: local copies, and remote ones to the broadcast key", kOnDemand},
    RuleSpec{Rule::kRewriteFlood, "rewrite_flood", Table::kRewriteSource, 200, kSend, kPortOwned, kNone,
             "a broadcast or multicast: local copies, and one to each host with members", kOnDemand},
    RuleSpec{Rule::kRewriteUnspecified, "rewrite_unspecified", Table::kRewriteSource, 200, kSend, kPortOwned, kNone,
             "a DHCP client's broadcast: the key of an address to come, to the key that says so", kOnDemand},
    RuleSpec{Rule::kFloodUnsecured, "flood_unsecured", Table::kRewriteSource, 150, kSend, kPortOwned, kNone,
             "port security off: local copies of a broadcast from any source"},
    RuleSpec{Rule::kRewriteRouter, "rewrite_router", Table::kRewriteSource, 50, kSend, kPortOwned, kNone,
             "a router's frame from outside: the outside IP address stays (paper 3.7.5)"},
    RuleSpec{Rule::kSourceHasNoKey, "source_has_no_key", Table::kRewriteSource, 10, kSend, kPortOwned, DropReason::kSourceHasNoKey,
             "a source address that has no mapping key cannot cross the wire"},
    RuleSpec{Rule::kAskFlood, "ask_flood", Table::kRewriteSource, 20, kSend, kPortOwned, kNone, "reactive: the controller decides"},

    RuleSpec{Rule::kUnknownWireSource, "unknown_wire_source", Table::kRestoreSource, 50, kReceive, kHostOwned, DropReason::kUnknownWireSource,
             "no such pair of host MAC and key"},
    RuleSpec{Rule::kAskWire, "ask_wire", Table::kRestoreSource, 50, kReceive, kHostOwned, kNone, "a reactive network is here: the controller decides"},
    RuleSpec{Rule::kWireExternal, "wire_external", Table::kRestoreSource, 10, kReceive, kHostOwned, kNone, "a source that is no key"},

    RuleSpec{Rule::kRestoreExternalMiss, "restore_external_miss", Table::kRestoreExternal, 0, kReceive, kHostOwned, kForeignWireDestination,
             "no such key here"},
    RuleSpec{Rule::kRestoreExternal, "restore_external", Table::kRestoreExternal, 100, kReceive, kPortOwned, kNone, "the receiver's network"},
    RuleSpec{Rule::kRestoreRouterMiss, "restore_router_miss", Table::kRestoreRouter, 0, kReceive, kHostOwned, DropReason::kUnknownWireSource,
             "no router of the receiver's network is there"},
    RuleSpec{Rule::kRestoreRouter, "restore_router", Table::kRestoreRouter, 100, kReceive, kPortOwned, kNone, "the router's MAC address back"},

    RuleSpec{Rule::kDeliverFlood, "deliver_flood", Table::kRestoreDestination, 90, kReceive, kNetworkOwned, kNone, "limited broadcast"},
    RuleSpec{Rule::kDeliverMulticast, "deliver_multicast", Table::kRestoreDestination, 90, kReceive, kNetworkOwned, kNone,
             "multicast: its group's MAC address back (RFC 1112 section 6.4)"},
    RuleSpec{Rule::kDeliverDirected, "deliver_directed", Table::kRestoreDestination, 90, kReceive, kNetworkOwned, kNone,
             "directed broadcast: the address of the sender's subnet back"},
    RuleSpec{Rule::kDeliverUnspecified, "deliver_unspecified", Table::kRestoreDestination, 90, kReceive, kNetworkOwned, kNone,
             "a DHCP client's broadcast: source 0.0.0.0 back"},
    RuleSpec{Rule::kForeignWireDestination, "foreign_wire_destination", Table::kRestoreDestination, 60, kReceive, kHostOwned,
             DropReason::kForeignWireDestination, "no such key in the sender's network"},
    RuleSpec{Rule::kDeliverRouterByMac, "deliver_router_by_mac", Table::kRestoreDestination, 50, kReceive, kPortOwned, kNone,
             "to another router of the network on this host"},
    RuleSpec{Rule::kDeliverRouter, "deliver_router", Table::kRestoreDestination, 40, kReceive, kPortOwned, kNone,
             "to the network's router on this host: the outside IP address stays"},

    RuleSpec{Rule::kWireFrameOfRouter, "wire_frame_of_router", Table::kClassify, 300, kReceive, kPortOwned, kNone,
             "IP from the wire to a router that the host's MAC does not stand for"},
    RuleSpec{Rule::kAskOwnFlood, "ask_own_flood", Table::kRewriteSource, 160, kSend, kPortOwned, kNone,
             "reactive, port security off: a broadcast from an address of the port's own"},

    RuleSpec{Rule::kAttachmentFrame, "attachment_frame", Table::kClassify, 300, kReceive, kNetworkOwned, kNone,
             "untagged IPv4 and ARP of a physical network that is attached here; tells the network (metadata)"},
    RuleSpec{Rule::kAttachmentNotCarried, "attachment_not_carried", Table::kClassify, 250, kReceive, kNetworkOwned,
             DropReason::kEtherTypeNotCarried, "only IPv4 and ARP are carried"},
    RuleSpec{Rule::kAttachmentTagged, "attachment_tagged", Table::kClassify, 200, kReceive, kNetworkOwned, kVlanTagged,
             "flat: the physical network's VLANs are not the network's"},
    RuleSpec{Rule::kFromAttachmentMiss, "from_attachment_miss", Table::kFromAttachment, 0, kReceive, kHostOwned, kNoMemberHere,
             "to a MAC address that no port of the network has here"},
    RuleSpec{Rule::kSourceIsAMember, "source_is_a_member", Table::kFromAttachment, 300, kReceive, kPortOwned,
             DropReason::kSourceIsAMember, "nobody outside has the MAC address of a port of the network"},
    RuleSpec{Rule::kSourceIsAPairsMac, "source_is_a_pairs_mac", Table::kFromAttachment, 300, kReceive, kNetworkOwned,
             DropReason::kSourceIsAMember, "likewise one of the ports' allowed address pairs"},
    RuleSpec{Rule::kDeliverToMember, "deliver_to_member", Table::kFromAttachment, 200, kReceive, kPortOwned, kNone,
             "to the port on this host that has the MAC address"},
    RuleSpec{Rule::kDeliverToPairsMac, "deliver_to_pairs_mac", Table::kFromAttachment, 200, kReceive, kNetworkOwned, kNone,
             "to the ports on this host that share the MAC address by allowed address pairs"},
    RuleSpec{Rule::kFloodFromAttachment, "flood_from_attachment", Table::kFromAttachment, 100, kReceive, kNetworkOwned, kNone,
             "ARP requests, broadcast and multicast: to all ports of the network on this host"},
    RuleSpec{Rule::kArpOfOwnAddress, "arp_of_own_address", Table::kResponder, 200, kSend, kPortOwned, kNone,
             "attached: a port announces its address outside, or looks for duplicates there"},
    RuleSpec{Rule::kArpToAttachment, "arp_to_attachment", Table::kResponder, 50, kSend, kNetworkOwned, kNone,
             "attached: requests for an address that no port of the network has, and answers to the outside"},
    RuleSpec{Rule::kMemberAtNoAddress, "member_at_no_address", Table::kForward, 20, kSend, kPortOwned, DropReason::kUnknownDestination,
             "attached: to a port of the network at an IP address that it has not; not for the outside"},
    RuleSpec{Rule::kPairsMacAtNoAddress, "pairs_mac_at_no_address", Table::kForward, 20, kSend, kNetworkOwned,
             DropReason::kUnknownDestination, "attached: likewise to a MAC address of allowed address pairs"},
    RuleSpec{Rule::kToAttachment, "to_attachment", Table::kForward, 15, kSend, kNetworkOwned, kNone,
             "attached: to a MAC address that no port of the network has, unchanged"},
};

constexpr std::array kDropReasons{
    DropReasonSpec{kNone, "none", "not dropped"},
    DropReasonSpec{kUnknownPort, "unknown_port",
                   "the OpenFlow port is neither an uplink, nor a wired Neutron port, nor the attachment of a network with ports here"},
    DropReasonSpec{kAdminDown, "admin_down", "the port's admin_state_up is false"},
    DropReasonSpec{kVlanTagged, "vlan_tagged", "a VM, or a physical network that is attached here, sent a VLAN tag"},
    DropReasonSpec{kNotForThisHost, "not_for_this_host", "a frame of the physical network that is not for this host, or not IPv4"},
    DropReasonSpec{kIpProtocolZero, "ip_protocol_zero", "IP protocol 0, which Open vSwitch does not rewrite"},
    DropReasonSpec{DropReason::kSpoofedEthSource, "spoofed_eth_source", "the source MAC is not the port's"},
    DropReasonSpec{DropReason::kSpoofedIpSource, "spoofed_ip_source", "the source IP is not the port's"},
    DropReasonSpec{DropReason::kSpoofedArpSha, "spoofed_arp_sha", "the ARP sender MAC is not the port's"},
    DropReasonSpec{DropReason::kSpoofedArpSpa, "spoofed_arp_spa", "the ARP sender IP is not the port's"},
    DropReasonSpec{DropReason::kArpNotARequest, "arp_not_a_request", "an ARP reply or announcement, which the edge answers itself"},
    DropReasonSpec{DropReason::kArpForOwnAddress, "arp_for_own_address", "an ARP request for the asking port's own address"},
    DropReasonSpec{kArpUnknownTarget, "arp_unknown_target", "nobody in the network has the address asked for"},
    DropReasonSpec{DropReason::kIpv6NotCarried, "ipv6_not_carried", "IPv6 is not carried"},
    DropReasonSpec{DropReason::kEtherTypeNotCarried, "ether_type_not_carried", "neither IPv4 nor ARP"},
    DropReasonSpec{DropReason::kGroupNotCarried, "group_not_carried", "a group's MAC and IP address do not go together"},
    DropReasonSpec{kUnknownDestination, "unknown_destination", "nobody in the network has this MAC and IP"},
    DropReasonSpec{kSourceHasNoKey, "source_has_no_key", "the source address has no mapping key on this host"},
    DropReasonSpec{kUnknownWireSource, "unknown_wire_source", "no known port has this host MAC and mapping key"},
    DropReasonSpec{kForeignWireDestination, "foreign_wire_destination", "the destination key is not in the sender's network"},
    DropReasonSpec{DropReason::kForgedDhcpServer, "forged_dhcp_server", "a DHCP answer from a port that is no DHCP server's"},
    DropReasonSpec{kSourceIsAKey, "source_is_a_key", "a router forwards from an address that is a mapping key"},
    DropReasonSpec{DropReason::kDestinationIsAKey, "destination_is_a_key", "a VM sends to a mapping key"},
    DropReasonSpec{DropReason::kSourceIsAMember, "source_is_a_member",
                   "a frame from outside has the source MAC of one of the network's ports: forged, or the port's own come back"},
    DropReasonSpec{kNoMemberHere, "no_member_here", "a frame from outside is for a MAC address that no port of the network has on this host"},
};

// The declarations must agree with the enumerations and with each other; checked when this file compiles.
consteval bool consistent() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
  }
  for (std::size_t i = 0; i < kDropReasons.size(); ++i) {
    if (static_cast<std::size_t>(kDropReasons[i].reason) != i) return false;
  }
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    const TableSpec& t = kTables[i];
    const RuleSpec& miss = kRules[static_cast<std::size_t>(t.miss)];
    if (miss.table != t.table || miss.priority != 0 || miss.drop == DropReason::kNone) return false;
    if (i > 0 && kTables[i - 1].table >= t.table) return false;
    for (const TableSpec& o : kTables) {
      if (t.next.contains(o.table) && o.table <= t.table) return false;  // goto only goes forward (section 5.9)
    }
  }
  for (const RuleSpec& r : kRules) {
    const bool known = std::any_of(kTables.begin(), kTables.end(), [&](const TableSpec& t) { return t.table == r.table; });
    if (!known) return false;
    for (const RuleSpec& o : kRules) {
      if (&o != &r && o.name == r.name) return false;
    }
  }
  return true;
}
static_assert(consistent());
static_assert(kRules.size() == static_cast<std::size_t>(Rule::kToAttachment) + 1);
static_assert(kDropReasons.size() == static_cast<std::size_t>(DropReason::kNoMemberHere) + 1);

}  // namespace

std::span<const TableSpec> tables() { return kTables; }
std::span<const RuleSpec> rules() { return kRules; }
std::span<const DropReasonSpec> drop_reasons() { return kDropReasons; }

const TableSpec& spec(Table table) {
  return *std::find_if(kTables.begin(), kTables.end(), [&](const TableSpec& t) { return t.table == table; });
}
const RuleSpec& spec(Rule rule) { return kRules[static_cast<std::size_t>(rule)]; }
const DropReasonSpec& spec(DropReason reason) { return kDropReasons[static_cast<std::size_t>(reason)]; }

const TableSpec* find_table(openflow::TableId id) {
  const auto found = std::find_if(kTables.begin(), kTables.end(), [&](const TableSpec& t) { return table_id(t.table) == id; });
  return found == kTables.end() ? nullptr : &*found;
}

}  // namespace dcportals::pipeline
