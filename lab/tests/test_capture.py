"""Does a capture show each frame once, whole, in order, from the first to the last?"""

from collections.abc import Iterator

import pytest
from conftest import new_name, pair_of
from dcplab import Lab, LabError
from dcplab.frames import mac_bytes

BROADCAST = bytes.fromhex("ffffffffffff")
VM1 = bytes.fromhex("fa163e000001")
EXPERIMENTAL = bytes.fromhex("88b5")


def numbered(number: int, ethertype: bytes = EXPERIMENTAL) -> bytes:
    return BROADCAST + VM1 + ethertype + number.to_bytes(4, "big") + bytes(42)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab(pair_of(new_name()), "ovs") as lab:
        yield lab


def test_no_frame_is_missed_or_doubled(lab: Lab) -> None:
    """In portions that Open vSwitch can take: its own receive buffer holds about a thousand small frames."""
    wanted = [numbered(number) for number in range(3000)]
    with lab.capture("vm1") as sender, lab.capture("core") as core, lab.capture("vm2") as receiver:
        for sent in range(0, len(wanted), 200):
            lab.inject("vm1", *wanted[sent:sent + 200])
            receiver.wait_for(lambda frame: True, count=sent + 200)
    for seen in (sender, core, receiver):
        assert [frame.data for frame in seen.frames] == wanted
    assert all(frame.outgoing for frame in sender.frames)
    assert not any(frame.outgoing for frame in receiver.frames)
    assert {frame.interface for frame in core.frames} == {"hv1"}


def test_a_burst_is_captured_whole(lab: Lab) -> None:
    """By what sees them leave. On a busy machine the kernel's own queue behind that holds a thousand frames, the cable takes no more."""
    wanted = [numbered(number) for number in range(20000)]
    with lab.capture("hv1") as sender:
        lab.inject("hv1", *wanted)
    assert [frame.data for frame in sender.frames] == wanted
    with lab.capture("core") as core:
        for sent in range(0, len(wanted), 500):
            lab.inject("hv1", *wanted[sent:sent + 500])
            core.wait_for(lambda frame: True, count=sent + 500)
    assert [frame.data for frame in core.frames] == wanted


def test_times_follow_the_frame(lab: Lab) -> None:
    with lab.capture("vm1") as sender, lab.capture("core") as core, lab.capture("vm2") as receiver:
        lab.inject("vm1", numbered(1))
        receiver.wait_for(lambda frame: True)
    assert sender.frames[0].time < core.frames[0].time < receiver.frames[0].time


def test_vlan_tag_is_put_back(lab: Lab) -> None:
    tagged = numbered(7, bytes.fromhex("81002005") + EXPERIMENTAL)
    with lab.capture("vm2") as receiver:
        lab.inject("vm1", tagged)
        assert receiver.wait_for(lambda frame: True)[0].data == tagged


def test_foreign_machine_on_the_data_switch(lab: Lab) -> None:
    with lab.capture("core") as core, lab.capture("vm2") as receiver:
        lab.inject("core", numbered(9))
        receiver.wait_for(lambda frame: frame.data == numbered(9))
    assert [(frame.interface, frame.data) for frame in core.frames] == [("outside", numbered(9))]


def test_frame_that_the_bridge_keeps_to_itself(lab: Lab) -> None:
    """A bridge does not forward link-local groups, but such a frame was on the wire all the same."""
    lldp = bytes.fromhex("0180c200000e") + VM1 + bytes.fromhex("88cc") + bytes(46)
    with lab.capture("core") as core:
        lab.inject("hv1", lldp)
        assert core.wait_for(lambda frame: frame.data == lldp)[0].interface == "hv1"


def test_a_hypervisors_own_network_does_not_see_what_its_switch_takes(lab: Lab) -> None:
    """A packet to the host's MAC is captured, and no IP stack has counted it."""
    packet = mac_bytes(lab.topology.host_mac("hv1")) + VM1 + bytes.fromhex("0800" "4500002800000000401100000a0000020a000001") + bytes(20)
    before = ip_packets_received(lab, "hv1")
    with lab.capture("hv1") as arriving:
        lab.inject("core", packet)
        arriving.wait_for(lambda frame: frame.data == packet)
    assert ip_packets_received(lab, "hv1") == before


def ip_packets_received(lab: Lab, place: str) -> int:
    names, values = (line.split() for line in lab.run(place, ["grep", "^Ip:", "/proc/net/snmp"]).stdout.splitlines())
    return int(values[names.index("InReceives")])


def test_waiting_in_vain_is_an_error(lab: Lab) -> None:
    with lab.capture("vm2") as receiver, pytest.raises(LabError, match="0 of 1 awaited frames"):
        receiver.wait_for(lambda frame: True, seconds=0.1)


def test_nothing_of_its_own_on_the_wire(lab: Lab) -> None:
    with lab.capture("core") as core, pytest.raises(LabError):
        core.wait_for(lambda frame: True, seconds=1.0)
    assert core.frames == []
