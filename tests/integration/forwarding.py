"""Cases of the paper's section 3.7 as tables: a frame that a VM sends, what arrives where, what the wire shows, what is counted.

A case says every outcome in words of its own; `check` sends it in a lab and compares, and also asks prediction.py and wire.py.
Used by the tests that have a section's number, each in both modes.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import craft
import exchange
import testbed
import wire
from dcplab import Lab
from dcplab.capture import Frame
from dcplab.frames import headers

MODES = ("proactive", "reactive")
IDLE_SECONDS = 2
TCP = 6
COPIES = 3  # the first may ask the controller, the others find its flows
Drop = tuple[str | None, str]  # whose counter, reason


def settings(mode: str) -> dict:
    """Of the daemon's configuration. Proactive is the default."""
    return {} if mode == "proactive" else {"forwarding": {"mode": mode, "idle_timeout_seconds": IDLE_SECONDS}}


@dataclass(frozen=True)
class Case:
    """`arrives`: VM -> what it gets, from what was sent (`same`: that). `wire`: each frame on the data switch as (from host, to host,
    source, destination), where the addresses are a VM's name for its key, or what they are. `dropped`: whose counter, and reason."""

    sender: str
    frame: bytes
    arrives: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    wire: tuple[tuple[str, str, str, str], ...] = ()
    dropped: Drop | None = None


def same(frame: bytes) -> bytes:
    return frame


def check(lab: Lab, case: Case, copies: int = COPIES) -> None:
    before = {name: testbed.drops_counted(lab, name) for name in lab.topology.hypervisors}
    seen = exchange.observe(lab, [(case.sender, case.frame)] * copies)
    received = {vm: Counter(frames) for vm, frames in seen.received.items()}
    for vm, frames in fenced(seen).items():
        received[vm] -= frames
    assert {vm: frames for vm, frames in received.items() if frames} == {
        vm: Counter({how(case.frame): copies}) for vm, how in case.arrives.items()}
    assert Counter(crossed(lab, seen.core, payload(case.frame))) == Counter(resolved(lab, case.wire) * copies)
    assert seen.complaints() == []
    assert wire.complaints(lab, seen.core) == []
    risen = Counter()
    for name in lab.topology.hypervisors:
        risen += testbed.drops(lab, name) - before[name]
    del risen[None, "not_for_this_host"]  # announcements, and what the data switch floods until it has learned a MAC
    assert risen == (Counter({case.dropped: copies}) if case.dropped else Counter())


def fenced(seen: exchange.Observation) -> dict[str, Counter[bytes]]:
    """What arrived of the fences."""
    found: dict[str, Counter[bytes]] = {vm: Counter() for vm in seen.received}
    for sender, frame in seen.fences:
        for arrival in seen.prediction.of_frame(sender, frame):
            found[arrival.vm][arrival.frame] += 1
    return found


def payload(frame: bytes) -> bytes:
    """What no switch changes, without headers and checksums: tells one test's frames on the wire."""
    return frame[54 if frame[23] == TCP else 42:]


def crossed(lab: Lab, core: Iterable[Frame], token: bytes) -> list[tuple[str, str, str, str, str]]:
    """(data switch's port, source MAC, destination MAC, source IP, destination IP) of each frame with this payload."""
    found = []
    for frame in core if token else ():
        if frame.data.endswith(token):
            seen = headers(frame.data)
            found.append((lab.topology.data_ports()[frame.interface], seen.eth_src, seen.eth_dst, seen.ip_src, seen.ip_dst))
    return found


def resolved(lab: Lab, expected: Iterable[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str, str]]:
    """The same of what a case expects."""
    pool = wire.KeyPool.of(lab)
    special = {"broadcast key": pool.broadcast_key, "unspecified key": pool.unspecified_key}

    def address(word: str) -> str:
        return special.get(word) or (testbed.key_of(lab, word) if word in lab.topology.vms else word)

    return [(at, lab.topology.host_mac(at), lab.topology.host_mac(to), address(source), address(destination))
            for at, to, source, destination in expected]


def on_demand(lab: Lab, hypervisor: str) -> list[str]:
    """The flows there that a packet asked for."""
    return [flow for flow in lab.flows(hypervisor) if "idle_timeout=" in flow]


def asked_for(lab: Lab, case: Case, hypervisor: str, words: str) -> list[str]:
    """The flows there with these words, which the case's packet asks for. On a slow machine they may have left again before anybody looks, so
    it is sent until they are seen; none is on its way any more then."""
    found: list[str] = []

    def seen() -> bool:
        for receiver in case.arrives:
            with lab.capture(receiver) as arriving:
                lab.inject(case.sender, case.frame)
                arriving.wait_for(lambda frame: not frame.outgoing and frame.data == case.frame)
        found[:] = [flow for flow in on_demand(lab, hypervisor) if words in flow]
        return bool(found)

    testbed.await_true(seen, lambda: on_demand(lab, hypervisor))
    return found


def await_idle(lab: Lab) -> None:
    """Until no switch has a flow that a packet asked for."""
    testbed.await_true(lambda: not any(on_demand(lab, name) for name in lab.topology.hypervisors),
                       lambda: {name: on_demand(lab, name) for name in lab.topology.hypervisors})


def forget(lab: Lab, mode: str) -> None:
    """So that the next packets are first ones."""
    if mode == "reactive":
        await_idle(lab)


def own(number: int) -> tuple[str, str]:
    """MAC and IP of everybody with this number (testbed.vm)."""
    return f"fa:16:3e:00:00:{number:02x}", f"10.0.0.{number}"


def unicast(source: int, destination: int, words: str, build: Callable[..., bytes] = craft.udp) -> bytes:
    (src_mac, src_ip), (dst_mac, dst_ip) = own(source), own(destination)
    return build(src_mac, dst_mac, src_ip, dst_ip, words)
