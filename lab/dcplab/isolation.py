"""The paper's isolation experiment (section 4.4): `fping -g` from every VM, and who received what.

Twins of different tenants share IP and MAC, so no address tells who sent a frame. An echo request is known by its size,
which is the sender's alone. Any other frame is known by its bytes: its sender is the VM whose own capture shows the same
frame leaving shortly before. VMs take turns, so that twins never send at the same time; also the kernel's neighbour table,
which all namespaces share, holds only about a thousand unanswered addresses. A busy machine loses packets, so where something did not
come that should have come, all is done again; what should not have come is never forgiven, for all tries count. Used by demo.py, by the
evaluation and by tests.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from . import frames
from .capture import Frame
from .frames import Headers
from .lab import Lab
from .topology import Topology

Pairs = set[tuple[str, str]]

SMALLEST_PAYLOAD = 100
SECONDS_UNDERWAY = 30.0  # far longer than a frame waits for a processor on a busy machine
TRIES = 3
# One packet each 2 ms; a second try for those that did not answer: about 2 s for 254 addresses.
FPING = ("fping", "-q", "-i", "2", "-r", "1", "-t", "500")


@dataclass
class Reception:
    """(sender, receiver) pairs. `strange` frames were sent by no VM: a switch's ARP answers are not among them."""

    echo_requests: Pairs = field(default_factory=set)
    anything: Pairs = field(default_factory=set)
    strange: list[tuple[str, Frame]] = field(default_factory=list)


def everyone(topology: Topology) -> Pairs:
    """The paper's Table 5: all VMs receive all packets."""
    return {(sender, receiver) for sender in topology.vms for receiver in topology.vms if sender != receiver}


def same_network(topology: Topology) -> Pairs:
    """The paper's Table 4: the machines of the same network, and no other."""
    return {(sender, receiver) for sender, receiver in everyone(topology)
            if topology.vms[sender].network == topology.vms[receiver].network}


def complete(topology: Topology, isolated: bool, reception: Reception) -> bool:
    """Did all come that should: with isolation the echo requests of the same network, without it something of everyone?"""
    return reception.echo_requests >= same_network(topology) if isolated else reception.anything >= everyone(topology)


def run(lab: Lab, isolated: bool, progress: Callable[[str], None] = lambda step: None) -> Reception:
    """`isolated`: what is to be expected, up to TRIES times. The captures run all the while: what comes late is nobody's riddle."""
    vms = lab.topology.vms
    payloads = {name: SMALLEST_PAYLOAD + position for position, name in enumerate(vms)}
    with ExitStack() as stack:
        captures = {name: stack.enter_context(lab.capture(name)) for name in vms}

        def received(end: float) -> Reception:
            # The captures close one after another, but what counts must be what all of them could see.
            seen = {name: [frame for frame in captures[name].frames if frame.time <= end] for name in vms}
            return attribute(lab.topology, seen, {payload: name for name, payload in payloads.items()})

        for number in range(1, TRIES + 1):
            for name, vm in vms.items():
                progress(f"fping -g from {name}" + (f", try {number}" if number > 1 else ""))
                cidr = str(lab.topology.networks[vm.network].cidr)
                # fping fails when an address does not answer, and most of the network is empty.
                lab.run(name, [*FPING, "-b", str(payloads[name]), "-g", cidr], check=False)
            end = time.time()
            if complete(lab.topology, isolated, received(end)):
                break
    return received(end)


def attribute(topology: Topology, seen: dict[str, list[Frame]], sender_of_payload: dict[int, str]) -> Reception:
    """Who received whose frames, given what each VM's interface saw in both directions."""
    sent: dict[bytes, list[tuple[float, str]]] = {}
    for name, captured in seen.items():
        for frame in captured:
            if frame.outgoing:
                sent.setdefault(frame.data, []).append((frame.time, name))
    reception = Reception()
    for receiver, captured in seen.items():
        for frame in captured:
            if not frame.outgoing:
                _attribute_one(topology, receiver, frame, sent, sender_of_payload, reception)
    return reception


def _attribute_one(topology: Topology, receiver: str, frame: Frame, sent: dict[bytes, list[tuple[float, str]]],
                   sender_of_payload: dict[int, str], reception: Reception) -> None:
    headers = frames.headers(frame.data)
    senders = [(sent_at, name) for sent_at, name in sent.get(frame.data, ())
               if 0 <= frame.time - sent_at <= SECONDS_UNDERWAY and name != receiver]
    if headers.echo_payload in sender_of_payload:
        sender = sender_of_payload[headers.echo_payload]
        reception.echo_requests.add((sender, receiver))
        reception.anything.add((sender, receiver))
    elif senders:
        reception.anything.add((max(senders)[1], receiver))
    elif not _answer_of_switch(topology, receiver, headers):
        reception.strange.append((receiver, frame))


def _answer_of_switch(topology: Topology, receiver: str, headers: Headers) -> bool:
    """An ARP answer about a VM of the receiver's own network, as a switch makes it in that VM's place."""
    own = topology.vms[receiver]
    known = {(str(vm.ip), vm.mac) for vm in topology.vms.values() if vm.network == own.network}
    return (headers.eth_type == frames.ARP and headers.eth_dst == own.mac
            and (headers.ip_src, headers.eth_src) in known)
