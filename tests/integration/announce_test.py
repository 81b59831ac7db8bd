"""Does every host announce its MAC on the wire when it connects, when its link changes and every so often, so that physical switches know
where it is before anybody sends to it?

The announcement is a broadcast of EtherType 0x88b5 from the host's MAC; no VM ever gets it. Traps page: a silent host is aged out by
physical switches, then all its traffic is flooded.
"""

import time
from collections.abc import Callable

import pytest
import testbed
import wire
from dcplab import Lab
from dcplab.capture import Frame
from dcplab.frames import BROADCAST, headers

INTERVAL_SECONDS = 1


@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab]) -> Lab:
    """No VM says a word here."""
    topology = testbed.fabric(testbed.fresh_name())
    topology.uplinks = 2
    lab = start_lab(topology)
    testbed.mute(lab)
    return lab


def announces(lab: Lab, hypervisor: str, port: str) -> Callable[[Frame], bool]:
    def wanted(frame: Frame) -> bool:
        seen = headers(frame.data)
        return wire.is_announcement(frame.data) and frame.interface == port and (seen.eth_src, seen.eth_dst) == (
            lab.topology.host_mac(hypervisor), BROADCAST)
    return wanted


def test_on_connect(lab: Lab) -> None:
    with lab.capture("core") as core, lab.capture("a1") as at_vm:
        for name in lab.topology.hypervisors:
            lab.appctl(name, "bridge/reconnect", "br-int")
        for name in lab.topology.hypervisors:
            core.wait_for(announces(lab, name, name))
    assert lab.learned() == sorted((lab.topology.host_mac(name), name) for name in lab.topology.hypervisors), "nobody has sent anything else"
    assert wire.complaints(lab, core.frames) == []
    assert all(len(frame.data) <= 60 for frame in core.frames)
    assert at_vm.frames == []


def test_on_link_change(lab: Lab) -> None:
    with lab.capture("core") as core:
        lab.cut_uplink("hv1", 0)
        core.wait_for(announces(lab, "hv1", "hv1.1"))
        testbed.await_true(lambda: (lab.topology.host_mac("hv1"), "hv1.1") in lab.learned(), lab.learned)
        lab.mend_uplink("hv1", 0)
        core.wait_for(announces(lab, "hv1", "hv1"))
        testbed.await_true(lambda: (lab.topology.host_mac("hv1"), "hv1") in lab.learned(), lab.learned)


def test_every_so_often(lab: Lab) -> None:
    """Again and again, and not more often than that: on connect and once in each interval since, however late some of them are."""
    begin = time.monotonic()
    with lab.capture("core") as core:
        testbed.reconfigure(lab, "forwarding", announce_interval_seconds=INTERVAL_SECONDS)
        core.wait_for(announces(lab, "hv2", "hv2"), count=5)
    most = 2 + (time.monotonic() - begin) / INTERVAL_SECONDS
    assert sum(announces(lab, "hv2", "hv2")(frame) for frame in core.frames) <= most


@pytest.mark.parametrize("sender", ["a1", "core"])
def test_nobody_else_may_announce(lab: Lab, sender: str) -> None:
    """A VM's is dropped at its port; one from the wire reaches no VM and moves nobody."""
    frame = b"\xff" * 6 + bytes.fromhex(lab.topology.host_mac("hv1").replace(":", "")) + b"\x88\xb5" + b"forged".ljust(46, b"\0")
    place = "a1" if sender == "a1" else "core"
    with lab.capture("a2") as at_a2, lab.capture("a3") as at_a3, lab.capture("core") as core:
        lab.inject(place, *[frame] * 3, **({} if place == "a1" else {"interface": "hv2"}))
        for name in ("hv1", "hv2"):
            lab.appctl(name, "revalidator/wait")
    for capture in (at_a2, at_a3, core):
        assert not [seen for seen in capture.frames if b"forged" in seen.data]
