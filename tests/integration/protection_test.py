"""Does a VM's flood stay within its limits, cost others nothing, and show in the counters?

Broadcast and multicast of one port pass a meter of its own in every mode; in reactive mode, so does everything that asks the
controller. Rates are small here, so that the bounds are told apart from a machine's limits; bench/flood_bench.py has the figures.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import craft
import forwarding
import pytest
import testbed
from dcplab import Lab, RpcError
from dcplab.frames import ARP, headers
from forwarding import own

RATE = 100  # broadcasts a second
BURST_SECONDS = 2  # src/flowgen: a port may send two seconds' worth at once
FLOOD_SECONDS = 3.0


def configure(lab: Lab, network: str, **fields: object) -> None:
    lab.rpc("network.configure", {"id": lab.topology.network_id(network), **fields})
    testbed.synced(lab)


@contextmanager
def flood(lab: Lab, sender: str, frame: bytes, burst: int = 20) -> Iterator[list[int]]:
    """As fast as one thread can. The list's one number is how many were sent."""
    over, sent = threading.Event(), [0]

    def send() -> None:
        while not over.is_set():
            lab.inject(sender, *[frame] * burst)
            sent[0] += burst

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()


def most(begin: float) -> float:
    """How many broadcasts a port may have sent since then, with a little room for Open vSwitch's arithmetic."""
    return RATE * (time.monotonic() - begin + BURST_SECONDS) * 1.2


FLOODS = {
    "limited": craft.udp(own(1)[0], craft.BROADCAST, own(1)[1], "255.255.255.255", "flood"),
    "directed": craft.udp(own(1)[0], craft.BROADCAST, own(1)[1], "10.0.0.255", "flood"),
    "multicast": craft.udp(own(1)[0], craft.multicast_mac("224.0.0.251"), own(1)[1], "224.0.0.251", "flood"),
    "DHCP discover": craft.dhcp_discover(own(1)[0]),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_broadcasts_of_one_port_are_limited(lab: Lab, kind: str) -> None:
    """Before the copies are made: local and remote members get the same, and the wire carries no more."""
    configure(lab, "net-a", broadcast_rate=RATE)
    token = FLOODS[kind][42:]
    with lab.capture("a3") as local, lab.capture("a2") as remote, lab.capture("core") as core:
        begin = time.monotonic()
        with flood(lab, "a1", FLOODS[kind]) as sent:
            time.sleep(FLOOD_SECONDS)  # the measure is frames in a time
            testbed.await_true(lambda: sent[0] > 4 * most(begin), "enough of a flood")
        for capture in (local, remote):
            capture.wait_for(lambda frame: frame.data.endswith(token), count=RATE + 1)
        for name in lab.topology.hypervisors:
            lab.appctl(name, "revalidator/wait")
    seconds = time.monotonic() - begin  # of the captures too: what the switches had to catch up with is in them
    counts = [sum(frame.data.endswith(token) for frame in capture.frames) for capture in (local, remote, core)]
    print(f"{kind}: {sent[0]} sent in {seconds:.1f} s; local {counts[0]}, remote {counts[1]}, wire {counts[2]}, at most {most(begin):.0f} allowed")
    assert RATE < counts[0] <= most(begin) and RATE < counts[1] <= most(begin) and counts[2] <= 2 * most(begin)
    configure(lab, "net-a", broadcast_rate=None)


def test_neighbours_broadcasts_have_their_own_limit(lab: Lab) -> None:
    """While a1 floods, a single broadcast of a3, beside it, and of b1 arrives."""
    configure(lab, "net-a", broadcast_rate=RATE)
    with flood(lab, "a1", FLOODS["limited"]):
        for sender, receiver, number in (("a3", "a2", 3), ("b1", "b2", 1), ("a2", "a1", 2)):
            frame = craft.udp(own(number)[0], craft.BROADCAST, own(number)[1], "255.255.255.255", f"single of {sender}")
            with lab.capture(receiver) as arriving:
                for _ in range(5):
                    lab.inject(sender, frame)
                arriving.wait_for(lambda seen, frame=frame: seen.data == frame, count=5)
    configure(lab, "net-a", broadcast_rate=None)


def test_rate_is_shown_and_checked(lab: Lab) -> None:
    configure(lab, "net-a", broadcast_rate=RATE)
    assert lab.rpc("network.get", {"id": lab.topology.network_id("net-a")})["broadcast_rate"] == RATE
    for wrong in (-1, "many", 1 << 40):
        with pytest.raises(RpcError):
            lab.rpc("network.configure", {"id": lab.topology.network_id("net-a"), "broadcast_rate": wrong})
    configure(lab, "net-a", broadcast_rate=None)


QUESTIONS = {
    "ARP for nobody": craft.arp_request(own(1)[0], *own(1), "10.0.0.99"),
    "ARP for somebody": craft.arp_request(own(1)[0], *own(1), "10.0.0.2"),
    "unknown destination": craft.udp(own(1)[0], "02:00:00:00:00:99", own(1)[1], "10.0.0.99", "flood"),
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_flood_of_questions_leaves_others_their_answers(lab: Lab, mode: str, kind: str) -> None:
    """a3 on the same host and b1, on the same host in another network, have every single question answered meanwhile."""
    with flood(lab, "a1", QUESTIONS[kind]) as sent:
        for asker, number, target in (("a3", 3, "10.0.0.1"), ("a3", 3, "10.0.0.2"), ("b1", 1, "10.0.0.2")):
            request = craft.arp_request(own(number)[0], *own(number), target)
            with lab.capture(asker) as answers:
                lab.inject(asker, request)
                answers.wait_for(lambda frame: not frame.outgoing and headers(frame.data).eth_type == ARP)
        frame = forwarding.unicast(3, 4, f"first packet under {kind}")
        with lab.capture("a4") as arriving:
            lab.inject("a3", frame)
            arriving.wait_for(lambda seen: seen.data == frame)
        testbed.await_true(lambda: sent[0] > 20000, "enough of a flood")
    assert testbed.differences(lab) == {}
    if kind != "ARP for somebody":
        reason = "arp_unknown_target" if kind.startswith("ARP") else "unknown_destination"
        counted = [drop for drop in lab.rpc("port.drops", {"id": lab.topology.port_id("a1")}) if drop["reason"] == reason]
        assert counted and {drop["where"] for drop in counted} == {"controller" if mode == "reactive" else "switch"}
    if mode == "reactive":
        forwarding.await_idle(lab)


def test_meters_are_there(lab: Lab, mode: str) -> None:
    """Every flow that asks the controller passes a meter that exists before it does."""
    for name in lab.topology.hypervisors:
        meters = lab.ofctl(name, "dump-meters")
        asks = [flow for flow in lab.flows(name) if "controller(" in flow.lower()]
        assert bool(asks) == (mode == "reactive")
        for flow in asks:
            number = flow.split("actions=meter:")[1].split(",")[0]
            assert f"meter={number} " in meters.replace(":", " ") + " ", (number, meters)
