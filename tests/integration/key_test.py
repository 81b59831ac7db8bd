"""Are mapping keys safe to give again, and is it visible when there are none left?

A small pool is used up by ports that come and go while another tenant keeps sending to the address they had. Traps page:
a stale rule must not deliver to a key's next owner; exhaustion is an error one sees, never a wildcard. architecture.md, "Mapping
keys".
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network

import craft
import exchange
import pytest
import testbed
import wire
from dcplab import Lab, Topology
from plugging_test import delete, plug, put

A1, A2 = ("fa:16:3e:00:00:01", "10.0.0.1"), ("fa:16:3e:00:00:02", "10.0.0.2")
POOL, KEYS_PER_HOST = "240.0.0.0/28", 7  # two hosts with eight keys, of which each host's first is reserved
ROUNDS = 14


@pytest.fixture(scope="module")
def lab(start_lab: Callable[[Topology], Lab]) -> Lab:
    """hv2 has a2 and b2, so five keys are left there."""
    lab = start_lab(testbed.twins(testbed.fresh_name()))
    testbed.mute(lab)
    testbed.reconfigure(lab, "fabric", key_pool=POOL, key_host_bits=1, key_rest_seconds=1)
    return lab


def test_changed_pool_gives_everybody_a_new_key(lab: Lab) -> None:
    assert all(IPv4Network(POOL).supernet_of(IPv4Network(key)) for key in testbed.keys(lab))
    assert exchange.observe(lab, []).complaints() == []


def test_a_key_given_again_never_brings_its_new_owner_what_was_meant_for_the_old(lab: Lab) -> None:
    """a2 is deleted and created again, by turns in tenant b's network (with the same addresses) and in its own, while a1
    sends to it without pause. In b's network it gets nothing of that; in its own it does. Every key is used several times."""
    used: list[str] = []
    b2 = lab.topology.vms["b2"]
    lab.topology.vms["b2"] = testbed.vm("b2", "hv2", "net-b", 9)  # makes room for the addresses
    put(lab, "b2")
    with flood(lab, "a1", craft.udp(A1[0], A2[0], A1[1], A2[1], "for a2")):
        for number in range(ROUNDS):
            network = ("net-b", "net-a")[number % 2]
            delete(lab, "a2")
            lab.unplug("a2")
            testbed.edit_vm(lab, "a2", network=network, port_id=lab.topology.derived_id("port", f"round{number}"))
            put(lab, "a2")
            plug(lab, "a2")
            with lab.capture("a2") as at_a2:
                await_key(lab, "a2")
                used.append(testbed.key_of(lab, "a2"))
                meant = lambda frame: b"for a2" in frame.data and not frame.outgoing  # noqa: E731
                if network == "net-a":
                    at_a2.wait_for(meant, count=5)
                else:
                    neighbour = craft.udp(*between("b2", "a2", lab))
                    testbed.empty_caches(lab)
                    lab.inject("b2", neighbour)
                    at_a2.wait_for(lambda frame: frame.data == neighbour)
            if network == "net-b":
                assert not [frame for frame in at_a2.frames if meant(frame)], f"round {number}"
    print(f"keys in the order of their use: {used}")
    assert len(set(used)) < len(used), "no key was given again"
    assert all(first != second for first, second in zip(used, used[1:], strict=False)), "a key did not rest"
    lab.topology.vms["b2"] = b2
    put(lab, "b2")
    await_key(lab, "b2")


def test_exhaustion_is_seen_at_the_port_and_heals(lab: Lab) -> None:
    """With all keys of hv2 given, a port more there is named as without key, carries nothing across the wire, and gets a key
    as soon as another port goes."""
    given = sum(key["host"] == "hv2" for key in testbed.keys(lab).values())
    more = [f"10.0.0.{100 + number}" for number in range(KEYS_PER_HOST - given)]
    put(lab, "b2", allowed_address_pairs=[{"ip_address": ip} for ip in more])
    await_key(lab, "b2")
    delete(lab, "a3")
    put(lab, "a3")
    lab.unplug("a3")
    plug(lab, "a3", "hv2")
    testbed.await_port(lab, "a3", lambda computed: computed["hosts"] == ["hv2"])
    computed = testbed.port(lab, "a3")["computed"]
    assert computed["mapping_keys"] == [] and computed["without_key"] and not computed["wired"], computed
    lab.daemon.wait_synced(list(lab.topology.hypervisors), [])  # the port itself is not wired
    assert testbed.differences(lab) == {}
    testbed.empty_caches(lab)
    with lab.capture("core") as core, lab.capture("a2") as at_a2:
        across, beside = craft.udp(*between("a3", "a1", lab)), craft.udp(*between("a3", "a2", lab))
        lab.inject("a3", across, beside)
        at_a2.wait_for(lambda frame: frame.data == beside)
    assert core.frames == []
    testbed.await_true(lambda: testbed.drops(lab, "hv2")["a3", "source_has_no_key"] > 0, lambda: testbed.drops(lab, "hv2"))
    put(lab, "b2")
    await_key(lab, "a3")
    result = exchange.observe(lab, [])
    assert result.complaints() == [] and wire.complaints(lab, result.core) == []


def between(sender: str, receiver: str, lab: Lab) -> tuple[str, str, str, str]:
    vms = lab.topology.vms
    return vms[sender].mac, vms[receiver].mac, str(vms[sender].ip), str(vms[receiver].ip)


def await_key(lab: Lab, name: str) -> None:
    """All keys may be resting: one is given when it has rested, without anybody asking again."""
    testbed.await_port(lab, name, lambda computed: computed["mapping_keys"] and not computed["without_key"])
    lab.wait_synced()


@contextmanager
def flood(lab: Lab, sender: str, frame: bytes) -> Iterator[None]:
    """The same frame without pause, from a thread of its own."""
    over = threading.Event()

    def send() -> None:
        while not over.wait(0.001):
            lab.inject(sender, frame)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
