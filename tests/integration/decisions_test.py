"""The five decisions of the paper's section 3.7, counted: what a packet asked in a reactive network is seen in host.get, by kind.

What the packets look like is said in the forwarding tests, one file a section; what a trace shows of a decision, in trace_test.py.
"""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

import craft
import pytest
import testbed
from dcplab import Lab, Router, RouterInterface
from forwarding import own, unicast


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """With a router of tenant a on the other host. What a packet asked for stays, so that no second packet asks again, however slow the
    machine."""
    topology = testbed.twins(testbed.fresh_name())
    topology.routers["r1"] = Router("r1", "hv2", topology.networks["net-a"].tenant, (RouterInterface("net-a", IPv4Address("10.0.0.200")),))
    with testbed.running(topology, {"forwarding": {"mode": "reactive"}}) as running:
        testbed.mute(running)
        yield running


def decisions(lab: Lab, host: str) -> dict[str, int]:
    return lab.rpc("host.get", {"name": host})["decisions"]


def carry(lab: Lab, frame: bytes, receiver: str, arriving: bytes | None = None) -> None:
    """a1 sends, and the receiver gets it."""
    with lab.capture(receiver) as arrived:
        lab.inject("a1", frame)
        arrived.wait_for(lambda seen: seen.data == (arriving or frame) and not seen.outgoing)


def rises(lab: Lab, host: str, kind: str, act: Callable[[], None]) -> None:
    before = decisions(lab, host)
    act()
    after = decisions(lab, host)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {kind: 1}


def test_arp_is_answered(lab: Lab) -> None:
    mac, ip = own(1)
    request = craft.arp_request(mac, mac, ip, own(2)[1])
    with lab.capture("a1") as answered:
        rises(lab, "hv1", "arp_reply", lambda: (lab.inject("a1", request),
                                                answered.wait_for(lambda seen: not seen.outgoing and seen.data[20:22] == b"\0\2")))


def test_to_a_vm_of_the_same_host(lab: Lab) -> None:
    rises(lab, "hv1", "local", lambda: carry(lab, unicast(1, 3, "local"), "a3"))


def test_to_a_vm_of_another_host(lab: Lab) -> None:
    rises(lab, "hv1", "remote", lambda: carry(lab, unicast(1, 2, "remote"), "a2"))


def test_from_the_wire(lab: Lab) -> None:
    """The sender's flow is there still, the receiver's is not: its host asks whose key it is."""
    carry(lab, unicast(1, 2, "before"), "a2")
    lab.ofctl("hv2", "del-flows", f"table=50,ip,nw_src={testbed.key_of(lab, 'a1')}")
    testbed.empty_caches(lab)
    rises(lab, "hv2", "restore", lambda: carry(lab, unicast(1, 2, "restored"), "a2"))


def test_a_broadcast(lab: Lab) -> None:
    mac, ip = own(1)
    frame = craft.udp(mac, craft.BROADCAST, ip, "255.255.255.255", "to all")
    rises(lab, "hv1", "broadcast", lambda: carry(lab, frame, "a2"))


def test_through_a_router(lab: Lab) -> None:
    mac, ip = own(1)
    port = lab.topology.router_port("r1", "net-a")
    frame = craft.udp(mac, port.mac, ip, "203.0.113.9", "to the world")

    def act() -> None:
        with lab.capture("r1", port.device) as arrived:
            lab.inject("a1", frame)
            arrived.wait_for(lambda seen: seen.data == frame and not seen.outgoing)

    rises(lab, "hv1", "external", act)


def test_to_nobody(lab: Lab) -> None:
    before = decisions(lab, "hv1")["drop"]
    lab.inject("a1", unicast(1, 9, "nobody"))
    testbed.await_true(lambda: decisions(lab, "hv1")["drop"] > before, "a drop is counted")
    assert decisions(lab, "hv1")["drop"] == before + 1
    drops = lab.rpc("port.drops", {"id": lab.topology.port_id("a1")})
    assert [drop["packets"] for drop in drops if drop["where"] == "controller" and drop["reason"] == "unknown_destination"] == [1]
