"""Captures and injects raw frames with AF_PACKET sockets opened inside a namespace.

A Capture records from the moment its constructor returns until `stop` has emptied the socket: each frame once, with the
kernel's time stamp, VLAN tag put back. If the kernel had to drop a frame for want of room, `stop` raises, so a test that
asserts absence never passes by accident. One thread per capture fills `frames`; waiting for a frame is an event.
Used through Lab.capture and Lab.inject.
"""

import ctypes
import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from . import netns
from .errors import LabError

# Absent from the socket module; values from linux/if_packet.h, asm-generic/socket.h and linux/if_ether.h.
SOL_PACKET, PACKET_STATISTICS, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 6, 8, 23
SO_TIMESTAMPNS, SO_RCVBUFFORCE, SO_ATTACH_FILTER, ETH_P_ALL = 35, 33, 26, 3
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 0x10, 0x40
BUFFER_BYTES = 64 << 20
LARGEST_FRAME = 1 << 17
PATIENCE_SECONDS = 60.0  # a machine may be paused or starved; where all is well nobody waits


@dataclass(frozen=True)
class Frame:
    time: float  # seconds since the epoch
    interface: str
    outgoing: bool  # sent by the place itself, not received
    data: bytes


@dataclass(frozen=True)
class View:
    """Where a capture looks. One interface: all that it receives and sends. Several: only what they receive, so that a
    frame that a bridge passes from one to another counts once."""

    namespace: str
    interfaces: tuple[str, ...]

    @property
    def only(self) -> str | None:
        return self.interfaces[0] if len(self.interfaces) == 1 else None


class Capture:
    def __init__(self, view: View) -> None:
        self._view = view
        self._frames: list[Frame] = []
        self._arrived = threading.Condition()
        self._socket = _open(view)
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Capture":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def frames(self) -> list[Frame]:
        """What arrived so far, in order of arrival."""
        with self._arrived:
            return list(self._frames)

    def wait_for(self, wanted: Callable[[Frame], bool], seconds: float = PATIENCE_SECONDS, count: int = 1) -> list[Frame]:
        """The first `count` frames that are wanted. LabError if they do not come in time."""
        found: list[Frame] = []
        seen = 0

        def enough() -> bool:
            nonlocal seen
            found.extend(frame for frame in self._frames[seen:] if wanted(frame))
            seen = len(self._frames)
            return len(found) >= count

        with self._arrived:
            if not self._arrived.wait_for(enough, seconds):
                raise LabError(f"{len(found)} of {count} awaited frames in {seconds} s; {seen} frames in all")
        return found[:count]

    def stop(self) -> list[Frame]:
        """Take in what the kernel holds already, close, and give all frames. May be called again."""
        if self._thread.is_alive():
            os.write(self._stop_write, b"x")
        self._thread.join()
        if self._socket.fileno() >= 0:
            dropped = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
            self._socket.close()
            os.close(self._stop_read)
            os.close(self._stop_write)
            if dropped:
                raise LabError(f"the capture in {self._view.namespace} lost {dropped} frames")
        return self.frames

    def _collect(self) -> None:
        stopping = False
        while not stopping:
            ready, _, _ = select.select([self._socket, self._stop_read], [], [])
            stopping = self._stop_read in ready
            self._drain()

    def _drain(self) -> None:
        while True:
            try:
                data, control, _, source = self._socket.recvmsg(LARGEST_FRAME, 256)
            except BlockingIOError:
                return
            except OSError:  # the interface went down or away; what came before is here
                continue
            frame = self._frame(data, control, source)
            if frame:
                with self._arrived:
                    self._frames.append(frame)
                    self._arrived.notify_all()

    def _frame(self, data: bytes, control: list[tuple[int, int, bytes]], source: tuple) -> Frame | None:
        name, outgoing = source[0], source[2] == socket.PACKET_OUTGOING
        if not self._view.only and (outgoing or name not in self._view.interfaces):
            return None
        time = 0.0
        for level, kind, value in control:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("qq", value)
                time = seconds + nanoseconds / 1e9
            elif (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
                data = _with_vlan_tag(data, value)
        return Frame(time, name, outgoing, data)


def inject(namespace: str, interface: str, frames: Sequence[bytes]) -> None:
    """Send frames out of an interface exactly as they are."""
    with netns.entered(namespace), socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as wire:
        wire.bind((interface, 0))
        for frame in frames:
            wire.send(frame)


def attach_filter(wire: socket.socket, program: Sequence[tuple[int, int, int, int]]) -> None:
    """The kernel hands over only what this classic BPF program (code, jump if true, jump if false, operand) lets through."""
    memory = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    wire.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(program), ctypes.addressof(memory)))


def _open(view: View) -> socket.socket:
    # Protocol 0 receives nothing until bind names both interface and protocol: no frame of elsewhere slips in before.
    # A socket for several interfaces has to hear all of the namespace; _frame chooses.
    protocol = 0 if view.only else socket.htons(ETH_P_ALL)
    with netns.entered(view.namespace):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, protocol)
    wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    wire.setblocking(False)
    if view.only:
        wire.bind((view.only, ETH_P_ALL))
    else:
        wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    return wire


def _with_vlan_tag(data: bytes, auxdata: bytes) -> bytes:
    """The kernel takes the tag out of the frame on its way to a packet socket."""
    status, _, _, _, _, tag, protocol = struct.unpack("=IIIHHHH", auxdata)
    if not status & TP_STATUS_VLAN_VALID:
        return data
    ethertype = protocol if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
    return data[:12] + struct.pack("!HH", ethertype, tag) + data[12:]
