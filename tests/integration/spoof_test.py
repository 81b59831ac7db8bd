"""Does nothing arrive that a VM, or a machine on the physical network, must not send, and does a counter say why?

Each field wrong in turn, from a VM and from the wire. Every case: nothing reaches any VM or the wire, and exactly the counter of
its reason rises (host.get's `drops`) by the number of frames. Two tenants with the same addresses; see testbed.twins. Traps
page, parts A and C; CVE-2015-5240 for device_owner.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import craft
import pytest
import testbed
from dcplab import Lab, Topology
from exchange import observe
from prediction import Prediction
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_RA, IPv6, IPv6ExtHdrHopByHop
from scapy.layers.l2 import Ether, LLC
from scapy.packet import Raw

A1, A2, A3 = [(f"fa:16:3e:00:00:0{number}", f"10.0.0.{number}") for number in (1, 2, 3)]
STRANGER = ("02:00:00:00:00:99", "10.0.0.99")
COPIES = 3


class Known:
    """What an attacker may have learned of the fabric: host MACs and keys."""

    def __init__(self, lab: Lab) -> None:
        self.hv1, self.hv2 = (lab.topology.host_mac(name) for name in ("hv1", "hv2"))
        self.a1, self.a2, self.b1, self.b2 = (testbed.key_of(lab, name) for name in ("a1", "a2", "b1", "b2"))


@pytest.fixture(scope="module")
def lab(start_lab: Callable[[Topology], Lab]) -> Lab:
    lab = start_lab(testbed.twins(testbed.fresh_name()))
    testbed.mute(lab)
    testbed.hurry_counters(lab)
    return lab


@pytest.fixture(scope="module")
def known(lab: Lab) -> Known:
    return Known(lab)


# (reason, whether the VM's own counter rises, the frame), all sent by a1
FROM_A_VM: dict[str, tuple[str, bool, Callable[[Known], bytes]]] = {
    "eth_src": ("spoofed_eth_source", True, lambda k: craft.udp(STRANGER[0], A2[0], A1[1], A2[1])),
    "eth_src of a neighbour": ("spoofed_eth_source", True, lambda k: craft.udp(A3[0], A2[0], A3[1], A2[1])),
    "eth_src, to a local VM": ("spoofed_eth_source", True, lambda k: craft.udp(STRANGER[0], A3[0], A1[1], A3[1])),
    "ip_src": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A2[0], STRANGER[1], A2[1])),
    "ip_src of a neighbour": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A2[0], A3[1], A2[1])),
    "ip_src, to a local VM": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A3[0], A2[1], A3[1])),
    "ip_src 0.0.0.0": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A2[0], "0.0.0.0", A2[1])),
    "ip_src broadcast": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A2[0], "255.255.255.255", A2[1])),
    "ARP sha": ("spoofed_arp_sha", True, lambda k: craft.arp_request(A1[0], A2[0], A1[1], A3[1])),
    "ARP spa": ("spoofed_arp_spa", True, lambda k: craft.arp_request(A1[0], A1[0], A2[1], A3[1])),
    "ARP eth_src": ("spoofed_eth_source", True, lambda k: craft.arp_request(A2[0], A1[0], A1[1], A3[1])),
    "ARP sha and spa": ("spoofed_arp_sha", True, lambda k: craft.arp_request(A1[0], *A2, A3[1])),
    "gratuitous ARP": ("arp_for_own_address", True, lambda k: craft.arp_request(A1[0], *A1, A1[1])),
    "gratuitous ARP for another": ("spoofed_arp_spa", True, lambda k: craft.arp_request(A1[0], A1[0], A3[1], A3[1])),
    "ARP reply, true": ("arp_not_a_request", True, lambda k: craft.arp_reply(A1[0], A3[0], *A1, *A3)),
    "ARP reply, poisoned": ("spoofed_arp_spa", True, lambda k: craft.arp_reply(A1[0], A3[0], A1[0], A2[1], *A3)),
    "protocol 0": ("ip_protocol_zero", True, lambda k: craft.ipv4(A1[0], A2[0], A1[1], A2[1], 0)),
    "protocol 0, to a local VM": ("ip_protocol_zero", True, lambda k: craft.ipv4(A1[0], A3[0], A1[1], A3[1], 0)),
    "protocol 0 with keys": ("ip_protocol_zero", True, lambda k: craft.ipv4(A1[0], A2[0], k.b1, k.b2, 0)),
    # What Open vSwitch cannot parse has protocol 0 for it.
    "IPv4 cut short": ("ip_protocol_zero", True, lambda k: craft.udp(A1[0], A2[0], A1[1], A2[1])[:30]),
    "IPv4 longer than its frame": ("ip_protocol_zero", True, lambda k: craft.udp(A1[0], A2[0], A1[1], A2[1], "x" * 30)[:-20]),
    "IPv6 cut short": ("ip_protocol_zero", True, lambda k: bytes(Ether(src=A1[0], dst=A2[0]) / IPv6() / UDP())[:40]),
    "IPv6 hop by hop": ("ipv6_not_carried", True, lambda k: bytes(Ether(src=A1[0], dst=A2[0]) / IPv6() / IPv6ExtHdrHopByHop())),
    "IPv6": ("ipv6_not_carried", True, lambda k: bytes(Ether(src=A1[0], dst=A2[0]) / IPv6() / UDP())),
    "IPv6 neighbour advertisement": ("ipv6_not_carried", True, lambda k: bytes(Ether(src=A1[0], dst=A3[0]) / IPv6() / ICMPv6ND_NA())),
    "IPv6 router advertisement": ("ipv6_not_carried", True,
                                  lambda k: bytes(Ether(src=A1[0], dst="33:33:00:00:00:01") / IPv6() / ICMPv6ND_RA())),
    "another ethertype": ("ether_type_not_carried", True, lambda k: bytes(Ether(src=A1[0], dst=A2[0], type=0x88B5) / Raw(b"x" * 46))),
    "LLDP": ("ether_type_not_carried", True,
             lambda k: bytes(Ether(src=A1[0], dst="01:80:c2:00:00:0e", type=0x88CC) / Raw(b"\x02\x07\x04" + b"x" * 43))),
    "spanning tree": ("ether_type_not_carried", True, lambda k: bytes(Ether(src=A1[0], dst="01:80:c2:00:00:00", type=38) / LLC() / Raw(b"x" * 43))),
    "VLAN": ("vlan_tagged", True, lambda k: craft.tagged(craft.udp(A1[0], A2[0], A1[1], A2[1]), 5)),
    "VLAN 0": ("vlan_tagged", True, lambda k: craft.tagged(craft.udp(A1[0], A2[0], A1[1], A2[1]), 0)),
    "two VLANs": ("vlan_tagged", True, lambda k: craft.tagged(craft.tagged(craft.udp(A1[0], A2[0], A1[1], A2[1]), 5), 6)),
    "DHCP server": ("forged_dhcp_server", True, lambda k: bytes(
        Ether(src=A1[0], dst=craft.BROADCAST) / IP(src=A1[1], dst="255.255.255.255") / UDP(sport=67, dport=68) / Raw(b"offer"))),
    "host MAC as source": ("spoofed_eth_source", True, lambda k: craft.udp(k.hv1, A2[0], A1[1], A2[1])),
    "key as source": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A2[0], k.a1, A2[1])),
    "another tenant's key as source": ("spoofed_ip_source", True, lambda k: craft.udp(A1[0], A2[0], k.b1, A2[1])),
    "host MAC and key as source": ("spoofed_eth_source", True, lambda k: craft.udp(k.hv1, A2[0], k.a1, A2[1])),
    "host MAC and key as destination": ("destination_is_a_key", False, lambda k: craft.udp(A1[0], k.hv2, A1[1], k.a2)),
    "another tenant's host MAC and key as destination": ("destination_is_a_key", False, lambda k: craft.udp(A1[0], k.hv2, A1[1], k.b2)),
    "MAC of a peer, key of another tenant": ("destination_is_a_key", False, lambda k: craft.udp(A1[0], A2[0], A1[1], k.b2)),
    "a frame as on the wire": ("spoofed_eth_source", True, lambda k: craft.udp(k.hv1, k.hv2, k.a1, k.a2)),
    "a frame as on the wire, another tenant's": ("spoofed_eth_source", True, lambda k: craft.udp(k.hv1, k.hv2, k.b1, k.b2)),
    "nobody's address": ("unknown_destination", True, lambda k: craft.udp(A1[0], STRANGER[0], A1[1], STRANGER[1])),
    "the right IP with the wrong MAC": ("unknown_destination", True, lambda k: craft.udp(A1[0], A3[0], A1[1], A2[1])),
    "ARP for nobody": ("arp_unknown_target", True, lambda k: craft.arp_request(A1[0], *A1, STRANGER[1])),
    "multicast to the broadcast MAC": ("group_not_carried", False, lambda k: craft.udp(A1[0], craft.BROADCAST, A1[1], "224.0.0.5")),
    "multicast to one MAC": ("group_not_carried", False, lambda k: craft.udp(A1[0], A2[0], A1[1], "224.0.0.5")),
    "broadcast MAC, unicast IP": ("group_not_carried", False, lambda k: craft.udp(A1[0], craft.BROADCAST, A1[1], A2[1])),
}


@pytest.mark.parametrize("case", FROM_A_VM)
def test_what_a_vm_must_not_send_is_dropped_for_its_reason(lab: Lab, known: Known, case: str) -> None:
    reason, own_counter, build = FROM_A_VM[case]
    expect_drop(lab, "a1", build(known), "a1" if own_counter else None, reason)


def expect_drop(lab: Lab, sender: str, frame: bytes, counter: str | None, reason: str) -> None:
    """Nothing arrives anywhere, and this counter of the sender's switch rises, and no other of any switch."""
    prediction = Prediction.of(lab.topology)
    assert prediction.of_frame(sender, frame) == [], "this frame is allowed"
    before = {name: testbed.drops_counted(lab, name) for name in lab.topology.hypervisors}
    result = observe(lab, [(sender, frame)] * COPIES)
    assert [each for each in result.sent if each[1] == frame] == [(sender, frame)] * COPIES
    assert result.complaints() == []
    after = {name: testbed.drops(lab, name) for name in lab.topology.hypervisors}
    risen = {name: after[name] - before[name] for name in after}
    expected = {name: Counter() for name in after}
    expected[lab.topology.vms[sender].hypervisor][counter, reason] = COPIES
    assert risen == expected


# From the physical network. Frames are put straight into hv2's cable, so that no switch has a say.

FROM_THE_WIRE: dict[str, tuple[str, Callable[[Known], bytes]]] = {
    "protocol 0": ("ip_protocol_zero", lambda k: craft.ipv4(k.hv1, k.hv2, k.a1, k.a2, 0)),
    "VLAN": ("not_for_this_host", lambda k: craft.tagged(craft.udp(k.hv1, k.hv2, k.a1, k.a2), 5)),
    "VLAN 0": ("not_for_this_host", lambda k: craft.tagged(craft.udp(k.hv1, k.hv2, k.a1, k.a2), 0)),
    "ARP request for a VM": ("not_for_this_host", lambda k: craft.arp_request(k.hv1, k.hv1, A1[1], A2[1])),
    "ARP to the host MAC": ("not_for_this_host", lambda k: craft.arp_reply(k.hv1, k.hv2, k.hv1, A1[1], k.hv2, A2[1])),
    "IPv6": ("not_for_this_host", lambda k: bytes(Ether(src=k.hv1, dst=k.hv2) / IPv6() / UDP())),
    "IPv6 hop by hop": ("not_for_this_host", lambda k: bytes(Ether(src=k.hv1, dst=k.hv2) / IPv6() / IPv6ExtHdrHopByHop())),
    "IPv4 cut short": ("ip_protocol_zero", lambda k: craft.udp(k.hv1, k.hv2, k.a1, k.a2)[:30]),
    "LLDP": ("not_for_this_host", lambda k: bytes(Ether(src=k.hv1, dst="01:80:c2:00:00:0e", type=0x88CC) / Raw(b"x" * 46))),
    "broadcast": ("not_for_this_host", lambda k: craft.udp(k.hv1, craft.BROADCAST, k.a1, k.a2)),
    "to a VM's own addresses": ("not_for_this_host", lambda k: craft.udp(*craft_order(A1, A2))),
    "to a VM's IP at the host MAC": ("foreign_wire_destination", lambda k: craft.udp(k.hv1, k.hv2, A1[1], A2[1])),
    "known source, a VM's IP": ("foreign_wire_destination", lambda k: craft.udp(k.hv1, k.hv2, k.a1, A2[1])),
    "to another host": ("not_for_this_host", lambda k: craft.udp(k.hv1, k.hv1, k.a1, k.a2)),
    "a key with a stranger's MAC": ("unknown_wire_source", lambda k: craft.udp(STRANGER[0], k.hv2, k.a1, k.a2)),
    "a key with the MAC of the host itself": ("unknown_wire_source", lambda k: craft.udp(k.hv2, k.hv2, k.a1, k.a2)),
    "own key as source": ("unknown_wire_source", lambda k: craft.udp(k.hv2, k.hv2, k.a2, k.a2)),
    "from one network to another": ("foreign_wire_destination", lambda k: craft.udp(k.hv1, k.hv2, k.a1, k.b2)),
    "and the other way": ("foreign_wire_destination", lambda k: craft.udp(k.hv1, k.hv2, k.b1, k.a2)),
    "to a key of a third host": ("foreign_wire_destination", lambda k: craft.udp(k.hv1, k.hv2, k.a1, k.a1)),
    "a key that nobody has": ("unknown_wire_source", lambda k: craft.udp(k.hv1, k.hv2, "250.0.0.1", k.a2)),
    "to a key that nobody has": ("foreign_wire_destination", lambda k: craft.udp(k.hv1, k.hv2, k.a1, "250.0.0.1")),
}


def craft_order(source: tuple[str, str], destination: tuple[str, str]) -> tuple[str, str, str, str]:
    return source[0], destination[0], source[1], destination[1]


@pytest.mark.parametrize("case", FROM_THE_WIRE)
def test_what_comes_forged_from_the_wire_is_dropped_for_its_reason(lab: Lab, known: Known, case: str) -> None:
    reason, build = FROM_THE_WIRE[case]
    frame = build(known)
    before = testbed.drops_counted(lab, "hv2")
    assert from_the_wire(lab, known, [frame] * COPIES) == {}
    assert testbed.drops(lab, "hv2") - before == Counter({(None, reason): COPIES})


def test_every_forged_pair_reaches_at_most_the_pairs_own_network(lab: Lab, known: Known) -> None:
    """All combinations of what there is: of hundreds exactly those arrive that hv1 could have sent."""
    addresses = [*testbed.keys(lab), A1[1], A2[1], "255.255.255.255", "0.0.0.0"]
    macs = [known.hv1, known.hv2, STRANGER[0]]
    frames = {(mac, source, to): craft.udp(mac, known.hv2, source, to, f"{mac[-2:]} {source} {to}")
              for mac in macs for source in addresses for to in addresses}
    a3 = testbed.key_of(lab, "a3")
    allowed = {(known.hv1, known.a1, known.a2): "a2", (known.hv1, a3, known.a2): "a2", (known.hv1, known.b1, known.b2): "b2"}
    allowed |= {(known.hv1, source, "255.255.255.255"): vm for (_, source, _), vm in allowed.items()}
    arrived = from_the_wire(lab, known, list(frames.values()))
    payload_of = {pair: frame[42:] for pair, frame in frames.items()}
    assert arrived == dict(Counter((vm, payload_of[pair]) for pair, vm in allowed.items()))
    assert testbed.drops(lab, "hv2")[None, "unknown_wire_source"] > len(frames) / 2


def from_the_wire(lab: Lab, known: Known, frames: list[bytes]) -> dict[tuple[str, bytes], int]:
    """What arrived in which VM, by payload, and left any switch, until the fences of a1 and b1 have come through."""
    fences = {"a2": craft.udp(known.hv1, known.hv2, known.a1, known.a2, "fence"),
              "b2": craft.udp(known.hv1, known.hv2, known.b1, known.b2, "fence")}
    testbed.empty_caches(lab)
    with ExitStack() as stack:
        core = stack.enter_context(lab.capture("core"))
        captures = {name: stack.enter_context(lab.capture(name)) for name in lab.topology.vms}
        for start in range(0, len(frames), 50):
            lab.inject("core", *frames[start:start + 50], *fences.values(), interface="hv2")
            for name in fences:
                captures[name].wait_for(lambda frame: frame.data.endswith(b"fence"), count=start // 50 + 1)
    assert core.frames == [], "what comes from the wire never goes back to it"
    return dict(Counter((name, frame.data[42:]) for name, capture in captures.items() for frame in capture.frames
                        if not frame.data.endswith(b"fence")))


# Ports with other settings. Each test leaves the port as it was.

@pytest.fixture
def change_a1(lab: Lab) -> Iterator[Callable[..., None]]:
    """Put a1's port again with some fields different."""
    kept = testbed.port(lab, "a1")
    del kept["computed"]

    def change(**fields: object) -> None:
        lab.rpc("port.put", {**kept, **fields})
        lab.wait_synced()
        assert testbed.differences(lab) == {}
        testbed.edit_vm(lab, "a1", port_security=fields.get("port_security_enabled", True))

    yield change
    change()


def test_a_tenants_port_that_says_it_is_a_router_is_not_trusted(lab: Lab, known: Known, change_a1: Callable[..., None]) -> None:
    flows = lab.flows("hv1")
    change_a1(device_owner="network:router_interface", device_id="12345678-1234-1234-1234-123456789abc")
    assert lab.flows("hv1") == flows
    for case in ("ip_src", "eth_src", "ARP spa", "ip_src, to a local VM"):
        reason, _, build = FROM_A_VM[case]
        expect_drop(lab, "a1", build(known), "a1", reason)


def test_a_port_that_is_down_sends_and_receives_nothing(lab: Lab, change_a1: Callable[..., None]) -> None:
    change_a1(admin_state_up=False)
    before = testbed.drops(lab, "hv1")
    result = observe(lab, [("a1", craft.udp(A1[0], A2[0], A1[1], A2[1])), ("a2", craft.udp(A2[0], A1[0], A2[1], A1[1])),
                           ("a2", craft.arp_request(A2[0], *A2, A1[1]))], down=["a1"])
    assert result.complaints() == []
    assert (testbed.drops(lab, "hv1") - before)["a1", "admin_down"] == 1


def test_without_port_security_any_source_reaches_local_vms_but_only_keys_cross(
        lab: Lab, known: Known, change_a1: Callable[..., None]) -> None:
    change_a1(port_security_enabled=False)
    before = testbed.drops(lab, "hv1")
    result = observe(lab, [
        ("a1", craft.udp(STRANGER[0], A3[0], STRANGER[1], A3[1])),  # reaches: a3 is on the same host
        ("a1", craft.udp(A1[0], A2[0], A1[1], A2[1])),  # reaches: a1's own address has a key
        ("a1", craft.udp(STRANGER[0], A2[0], STRANGER[1], A2[1])),
        ("a1", craft.udp(known.hv1, A2[0], known.a1, A2[1])),
        ("a1", craft.arp_request(STRANGER[0], *STRANGER, A3[1])),  # answered
        ("a3", craft.udp(A3[0], A1[0], A3[1], "192.168.7.7")),  # reaches: a1 may be a gateway for others
        ("a2", craft.udp(A2[0], A1[0], A2[1], "192.168.7.7")),
        ("a1", craft.ipv4(A1[0], A3[0], A1[1], A3[1], 0)),
        ("a1", craft.tagged(craft.udp(A1[0], A3[0], A1[1], A3[1]), 5)),
        ("a1", craft.udp(known.hv1, known.hv2, known.b1, known.b2)),
    ])
    assert result.complaints() == []
    assert sum(frames.total() for frames in result.expected.values()) - len(result.fences) == 4
    risen = testbed.drops(lab, "hv1") - before
    assert risen == Counter({("a1", "ip_protocol_zero"): 1, ("a1", "vlan_tagged"): 1, ("a1", "source_has_no_key"): 2,
                             (None, "destination_is_a_key"): 1})


def test_a_leak_is_noticed(lab: Lab, known: Known) -> None:
    """The tests above would see it: hv1 lets VLAN-tagged frames of a1 through."""
    tap, other = (lab.ovs["hv1"].ofport(lab.topology.tap(name)) for name in ("a1", "a3"))
    with testbed.foreign_flow(lab, "hv1", f"table=0,priority=999,in_port={tap},dl_vlan=5,actions=strip_vlan,output:{other}"):
        with pytest.raises(AssertionError, match="a3 received 3 too many"):
            expect_drop(lab, "a1", FROM_A_VM["VLAN"][2](known), "a1", "vlan_tagged")
