"""What the switches tell the controller: how many messages, and how many of them are packets (OpenFlow PACKET_IN). Used by load.py.

Messages are Open vSwitch's own count (`coverage/read-counter rconn_sent`), cheap at any rate. Packets are counted on the wire, in a capture
of the management network, independently of switch and controller; that is for a test that says that there are none.
"""

import struct
from collections.abc import Iterable

from dcplab import Lab, LabError
from dcplab.capture import Frame
from dcplab.daemon import OPENFLOW_PORT

PACKET_IN = 10
TCP = 6
_HEADER = struct.Struct("!BBHI")


def messages(lab: Lab) -> int:
    """From all switches, so far."""
    return sum(int(lab.appctl(name, "coverage/read-counter", "rconn_sent")) for name in lab.topology.hypervisors)


def decisions(lab: Lab) -> int:
    """Of dcportald about packets, so far."""
    return sum(lab.rpc("system.info")["decisions"].values())


def count_packet_ins(frames: Iterable[Frame]) -> int:
    """Among what the controller received. The capture begins between messages. LabError: these are no OpenFlow messages."""
    return sum(kind == PACKET_IN for stream in _streams(frames) for kind in _kinds(stream))


def _streams(frames: Iterable[Frame]) -> list[bytes]:
    """What came by each connection, put together, repetitions left out."""
    begins: dict[bytes, int] = {}
    data: dict[bytes, bytearray] = {}
    for frame in frames:
        if frame.outgoing or frame.data[12:14] != b"\x08\x00" or frame.data[23] != TCP:
            continue
        tcp = 14 + (frame.data[14] & 15) * 4
        _, port, sequence = struct.unpack_from("!HHI", frame.data, tcp)
        body = frame.data[tcp + (frame.data[tcp + 12] >> 4) * 4:14 + struct.unpack_from("!H", frame.data, 16)[0]]
        if port != OPENFLOW_PORT or not body:
            continue
        connection = frame.data[26:30] + frame.data[tcp:tcp + 2]
        begin = begins.setdefault(connection, sequence)
        stream = data.setdefault(connection, bytearray())
        offset = (sequence - begin) % (1 << 32)
        if offset > 1 << 31:
            continue  # from before the capture
        if offset > len(stream):
            raise LabError("the capture of the management network has a hole")
        stream[offset:offset + len(body)] = body
    return [bytes(stream) for stream in data.values()]


def _kinds(stream: bytes) -> list[int]:
    kinds = []
    at = 0
    while at + _HEADER.size <= len(stream):
        version, kind, length, _ = _HEADER.unpack_from(stream, at)
        if not 1 <= version <= 6 or length < _HEADER.size:
            raise LabError("what the controller received is not OpenFlow")
        kinds.append(kind)
        at += length
    return kinds
