"""Latency of new flows: echo requests from one VM to another, each between a pair of addresses that has been silent for so long that no
switch has a flow of it any more. Used by load.py.

Times are the kernel's own, taken where the frame left the one VM and came in at the other: `latency` is the way of the request alone,
`round trip` what ping would say. The two differ by more than the network when the other VM's own cable is full of something else.
"""

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address

from dcplab import Lab, frames, netns
from dcplab.capture import ETH_P_ALL, SO_TIMESTAMPNS, attach_filter

ICMP, UDP = 1, 17
IDENTIFIER = 0x4C44
ECHO_REQUEST, ECHO_ANSWER = 8, 0
BUFFER_BYTES = 4 << 20
ANSWER_SECONDS = 1.0  # what comes later is lost, as for ping


@dataclass
class Probe:
    """Times in seconds since the epoch."""

    left: float
    arrived: float | None = None  # the request, at the other VM
    answered: float | None = None  # the answer, at the first VM


class Prober:
    """Probes from `start` until `stop`, in a thread of its own."""

    def __init__(self, lab: Lab, sender: str, receiver: str, pairs: list[tuple[IPv4Address, IPv4Address]], interval: float) -> None:
        self._lab, self._pairs, self._interval = lab, pairs, interval
        self._places = {name: (lab.namespace(name), lab.interface(name)) for name in (sender, receiver)}
        self._macs = lab.topology.vms[sender].mac, lab.topology.vms[receiver].mac
        self._sender, self._receiver = sender, receiver
        self._stop = threading.Event()
        self._probes: dict[int, Probe] = {}
        self._pool = ThreadPoolExecutor(1)
        self._running = self._pool.submit(self._run)

    def stop(self) -> list[Probe]:
        """In the order of their sending; the last ones have as long for their answer as any other that is not lost."""
        self._stop.set()
        self._pool.shutdown()
        self._running.result()
        return [self._probes[number] for number in sorted(self._probes)]

    def answered(self) -> int:
        """How many have been so far."""
        return sum(probe.answered is not None for probe in list(self._probes.values()))

    def _run(self) -> None:
        with ExitStack() as open_sockets:
            here, there = (open_sockets.enter_context(listen(*self._places[name], ICMP)) for name in (self._sender, self._receiver))
            with netns.entered(self._places[self._sender][0]):
                wire = open_sockets.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
            wire.bind((self._places[self._sender][1], 0))
            number, due = 0, time.monotonic()
            while not self._stop.is_set():
                wire.send(request(self._macs, self._pairs[number % len(self._pairs)], number))
                number, due = number + 1, due + self._interval
                self._listen(here, there, due)
            self._listen(here, there, time.monotonic() + ANSWER_SECONDS)

    def _listen(self, here: socket.socket, there: socket.socket, until: float) -> None:
        while (left := until - time.monotonic()) > 0:
            for ready in select.select([here, there], [], [], left)[0]:
                data, control, _, source = ready.recvmsg(128, 128)
                self._note(data, _time(control), source[2] == socket.PACKET_OUTGOING, ready is here)

    def _note(self, data: bytes, when: float, outgoing: bool, here: bool) -> None:
        kind, identifier, number = struct.unpack_from("!BxxxHH", data, 34)
        if identifier != IDENTIFIER:
            return
        if kind == ECHO_REQUEST and here and outgoing:
            self._probes[number] = Probe(when)
        elif kind == ECHO_REQUEST and not here and not outgoing and number in self._probes:
            self._probes[number].arrived = self._probes[number].arrived or when
        elif kind == ECHO_ANSWER and here and not outgoing and number in self._probes:
            self._probes[number].answered = self._probes[number].answered or when


def request(macs: tuple[str, str], addresses: tuple[IPv4Address, IPv4Address], number: int) -> bytes:
    """An Ethernet frame, macs and addresses being those of its sender and its receiver."""
    echo = struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, IDENTIFIER, number) + bytes(48)
    echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(echo), 0, 0, 64, ICMP, 0) + addresses[0].packed + addresses[1].packed
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return frames.mac_bytes(macs[1]) + frames.mac_bytes(macs[0]) + struct.pack("!H", frames.IPV4) + head + echo


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


@contextmanager
def listen(namespace: str, interface: str, protocol: int) -> Iterator[socket.socket]:
    """A socket that hears IPv4 packets of that protocol, both ways, with time stamps. The kernel chooses: a flood costs nobody's time."""
    code = [(0x28, 0, 0, 12), (0x15, 0, 3, frames.IPV4), (0x30, 0, 0, 23), (0x15, 0, 1, protocol), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0)]
    with netns.entered(namespace):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        attach_filter(wire, code)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        wire.bind((interface, ETH_P_ALL))
        yield wire
    finally:
        wire.close()


def _time(control: list[tuple[int, int, bytes]]) -> float:
    for level, kind, value in control:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("qq", value)
            return seconds + nanoseconds / 1e9
    return time.time()
