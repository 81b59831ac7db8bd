"""What the switches tell the controller: how many messages, and how many of them are packets; and what is new to the switches. Used by
load.py.

Messages are Open vSwitch's own count (`coverage/read-counter rconn_sent`), cheap at any rate. Packets are counted on the wire, in a capture
of the management network, independently of switch and controller; that is for a test that says that there are none.
"""

import re
import struct
from collections.abc import Iterable, Iterator

from dcplab import Lab, LabError
from dcplab.capture import Frame
from dcplab.daemon import OPENFLOW_PORT

TCP = 6
PACKET_IN, EXPERIMENTER = 10, 4
NXT_PACKET_IN2 = struct.pack("!II", 0x2320, 30)  # Open vSwitch's own form of it, for which dcportald asks
_HEADER = struct.Struct("!BBHI")


def messages(lab: Lab) -> int:
    """From all switches, so far."""
    return _counted(lab, "rconn_sent")


def translations(lab: Lab) -> int:
    """How often all switches worked out what their tables do with a packet: for one that is new to their cache, and again for each entry of
    the cache when a flow was added or went. So far."""
    return _counted(lab, "xlate_actions")


def _counted(lab: Lab, event: str) -> int:
    return sum(int(lab.appctl(name, "coverage/read-counter", event)) for name in lab.topology.hypervisors)


def misses(lab: Lab, hypervisor: str) -> int:
    """Packets that were new to this switch's cache, so far."""
    found = re.search(r"miss with success upcall: *(\d+)", lab.appctl(hypervisor, "dpif-netdev/pmd-stats-show"))
    if not found:
        raise LabError("ovs-vswitchd does not count the packets that are new to it")
    return int(found[1])


def decisions(lab: Lab) -> int:
    """Of dcportald about packets, so far."""
    return sum(lab.rpc("system.info")["decisions"].values())


def count_packet_ins(frames: Iterable[Frame]) -> int:
    """Among what the controller received, in both forms. The capture begins between messages. LabError: these are no OpenFlow messages."""
    return sum(_is_packet_in(message) for stream in _streams(frames) for message in _messages(stream))


def _is_packet_in(message: bytes) -> bool:
    return message[1] == PACKET_IN or message[1] == EXPERIMENTER and message[8:16] == NXT_PACKET_IN2


def _streams(frames: Iterable[Frame]) -> list[bytes]:
    """What came by each connection, put together."""
    segments: dict[bytes, list[tuple[int, bytes]]] = {}
    for frame in frames:
        if frame.outgoing or frame.data[12:14] != b"\x08\x00" or frame.data[23] != TCP:
            continue
        tcp = 14 + (frame.data[14] & 15) * 4
        _, port, sequence = struct.unpack_from("!HHI", frame.data, tcp)
        body = frame.data[tcp + (frame.data[tcp + 12] >> 4) * 4:14 + struct.unpack_from("!H", frame.data, 16)[0]]
        if port != OPENFLOW_PORT or not body:
            continue
        segments.setdefault(frame.data[26:30] + frame.data[tcp:tcp + 2], []).append((sequence, body))
    return [_joined(each) for each in segments.values()]


def _joined(segments: list[tuple[int, bytes]]) -> bytes:
    """By their sequence numbers, which go on from 2^32 with 0: segments overtake each other, and some come twice."""
    begin = segments[0][0]
    placed = sorted(((sequence - begin + (1 << 31)) % (1 << 32) - (1 << 31), body) for sequence, body in segments)
    first, stream = placed[0][0], bytearray()
    for place, body in placed:
        if place - first > len(stream):
            raise LabError("the capture of the management network has a hole")
        stream += body[len(stream) - (place - first):]
    return bytes(stream)


def _messages(stream: bytes) -> Iterator[bytes]:
    """The beginning of each is enough."""
    at = 0
    while at + _HEADER.size <= len(stream):
        version, _, length, _ = _HEADER.unpack_from(stream, at)
        if not 1 <= version <= 6 or length < _HEADER.size:
            raise LabError("what the controller received is not OpenFlow")
        yield stream[at:at + 16]
        at += length
