"""Counts frames that carry a mark, where they pass: what a flood puts on a cable, however the switches rewrote its headers.

The kernel counts, in the packet sockets' own statistics, and keeps no frame, so that even a flood costs next to nothing to count.
`ping -p MARK` fills an echo request's payload with the mark; the answers to it carry it too. Floods with marks of their own are told apart.
"""

import socket
import struct
from collections.abc import Sequence
from types import TracebackType

from dcplab import netns
from dcplab.capture import ETH_P_ALL, PACKET_IGNORE_OUTGOING, PACKET_STATISTICS, SOL_PACKET, attach_filter

MARK = 0xDC04DC04
MARK_OFFSET = 14 + 20 + 8 + 16  # Ethernet, IP, ICMP, and ping's own time stamp
# linux/bpf_common.h: BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06


def ping_mark(mark: int) -> tuple[str, str]:
    """ping's options for it."""
    return "-p", f"{mark:08x}"


class MarkedFrames:
    """What interfaces of a namespace receive, from now on."""

    def __init__(self, namespace: str, interfaces: Sequence[str], mark: int = MARK) -> None:
        self._sockets = [_open(namespace, interface, mark) for interface in interfaces]
        self._count = 0

    def __enter__(self) -> "MarkedFrames":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for wire in self._sockets:
            wire.close()

    def count(self) -> int:
        """So far."""
        # The kernel begins at nought again whenever it is asked. Frames for which there is no room in the socket are counted too.
        for wire in self._sockets:
            self._count += struct.unpack("II", wire.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[0]
        return self._count


def _open(namespace: str, interface: str, mark: int) -> socket.socket:
    with netns.entered(namespace):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    attach_filter(wire, ((LOAD_WORD, 0, 0, MARK_OFFSET), (JUMP_IF_EQUAL, 0, 1, mark), (RETURN, 0, 0, 1), (RETURN, 0, 0, 0)))
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)  # the least there is
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    wire.bind((interface, ETH_P_ALL))
    return wire
