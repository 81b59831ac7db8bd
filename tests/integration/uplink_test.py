"""With two uplinks, does traffic go on by the other when one fails, and come back?

Each hypervisor has two cables to the data switch. The active uplink is the first whose link is up; frames are taken from either; the
host's MAC is one and the same on both. A cut costs what the switch needs to notice it and the data switch to hear of it; mending costs nothing.
"""

import time
from collections.abc import Callable

import forwarding
import pytest
import testbed
import wire
from background import pinging
from dcplab import Lab
from dcplab.capture import Frame
from exchange import observe
from pings import PINGS_PER_SECOND, REQUEST, await_replies, echo, unanswered

@pytest.fixture(scope="module")
def lab(start_lab: Callable[..., Lab], mode: str) -> Lab:
    topology = testbed.fabric(testbed.fresh_name())
    topology.uplinks = 2
    return start_lab(topology, forwarding.settings(mode))


def place_of(lab: Lab, hypervisor: str) -> list[str]:
    """The data switch's ports where it has learned the host's MAC."""
    return [port for mac, port in lab.learned() if mac == lab.topology.host_mac(hypervisor)]


def test_first_uplink_is_used_and_one_mac_is_learned(lab: Lab) -> None:
    testbed.reach(lab, "a1", "10.0.0.2")
    assert (place_of(lab, "hv1"), place_of(lab, "hv2")) == (["hv1"], ["hv2"])
    own = {lab.topology.host_mac(name) for name in lab.topology.hypervisors}
    assert {mac for mac, _ in lab.learned()} <= own


@pytest.mark.parametrize("cut", ["hv1", "hv2"], ids=["the sender's", "the receiver's"])
def test_fail_over_and_back(lab: Lab, cut: str) -> None:
    with lab.capture("a1") as at_a1:
        with pinging(lab, "a1", "10.0.0.2", PINGS_PER_SECOND):
            await_replies(at_a1, since=time.time())
            lab.cut_uplink(cut, 0)
            testbed.await_true(lambda: place_of(lab, cut) == [f"{cut}.1"], lambda: lab.learned())
            for name in lab.topology.hypervisors:
                testbed.count(lab, name)  # no switch goes by its cache of packets before the cut
            moved = time.time()
            await_replies(at_a1, since=moved)
            assert place_of(lab, cut) == [f"{cut}.1"]
            cut_off = time.time()
            lab.mend_uplink(cut, 0)
            testbed.await_true(lambda: place_of(lab, cut) == [cut], lambda: lab.learned())
            await_replies(at_a1, since=time.time())
        lost, sent = unanswered(at_a1)
    times = {number: frame.time for frame in at_a1.frames for number in [request_number(frame)] if number is not None}
    late = [number for number in lost if times[number] > cut_off]
    print(f"{sent} pings, {len(lost)} lost at the cut ({len(lost) / PINGS_PER_SECOND * 1000:.0f} ms), {len(late)} at the mending")
    assert [number for number in lost if moved < times[number] <= cut_off] == [], "once the data switch knows the new place, nothing is lost"
    assert len(late) <= 2, "frames on their way while the data switch learns the new place"
    assert testbed.differences(lab) == {}


def request_number(frame: Frame) -> int | None:
    return echo(frame, REQUEST)


def test_everything_works_by_the_second_uplink(lab: Lab) -> None:
    """Unicast, broadcast, all networks; the wire shows the same addresses."""
    testbed.mute(lab)
    for name in lab.topology.hypervisors:
        lab.cut_uplink(name, 0)
    try:
        for name in lab.topology.hypervisors:
            testbed.await_true(lambda name=name: place_of(lab, name) == [f"{name}.1"], lambda: lab.learned())
        lab.wait_synced()
        forwarding.check(lab, forwarding.Case("a1", forwarding.unicast(1, 2, "by the second"), {"a2": forwarding.same},
                                              (("hv1", "hv2", "a1", "a2"),)))
        result = observe(lab, [])
        assert result.complaints() == [] and wire.complaints(lab, result.core) == []
        assert {frame.interface for frame in result.core} <= {f"{name}.1" for name in lab.topology.hypervisors}
    finally:
        for name in lab.topology.hypervisors:
            lab.mend_uplink(name, 0)
    lab.wait_synced()


def test_no_uplink_left(lab: Lab) -> None:
    """The host goes on by itself, and comes back."""
    for number in (0, 1):
        lab.cut_uplink("hv3", number)
    try:
        forwarding.await_idle(lab)
        result = observe(lab, [], down=["a4"])
        assert not result.received["a4"]
    finally:
        for number in (0, 1):
            lab.mend_uplink("hv3", number)
    testbed.await_true(lambda: place_of(lab, "hv3") == ["hv3"], lambda: lab.learned())
    lab.wait_synced()
    assert observe(lab, []).complaints() == []
