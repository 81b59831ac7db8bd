"""The generator of the load test: bursts of packets of which each is a new flow, from one VM, at an even rate. Used by load.py.

Every packet has a destination MAC and IP of its own that nobody has, and random UDP ports: so it is new to switches that look at MACs
only, to those that look at addresses, and to flows that match all of it. The source is the VM's own: dcportals would drop any other in the
first table, without any work.

Sent by tcpreplay from a file that is made before. The paper used packit, which (0.7, here) sends each second's packets in one heap, takes a
new random destination only some ten times a second, and does not get beyond 15,000 packets/s. trafgen 0.6.8 sends each second's in one heap
too. tcpreplay's are spread evenly to the millisecond, its rate is exact up to 100,000/s and more, for less than half a core.

Why addresses that nobody has: a switch's cache matches destination MACs, with dcportals as without, so each such packet costs a look at the
tables; dcportals reactive and the learning controller are asked about each besides. Packets to the other VMs' addresses from ever other
ports would be harder for the learning controller alone: dcportals' flows do not look at ports, nor do plain switches.
"""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

import numpy

from dcplab import Lab, LabError, frames

from .load_probe import UDP, listen

TOOL = "tcpreplay"
FRAME_BYTES = 60
MOST_FRAMES = 400_000  # of one file; a longer burst begins again with the first
NOBODY = IPv4Address("10.128.0.0"), 1 << 23  # the first of the addresses that no VM has, and how many there are
NOBODYS_MAC = 0x06  # locally administered, and no host's: theirs begin with 02
START_SECONDS = 60.0
TICKS = 1000  # a second: as often as packets are sent, if there are more than so many


@dataclass(frozen=True)
class Sender:
    lab: Lab
    vm: str

    def sent(self) -> int:
        """Packets that left the VM so far, whatever was asked for."""
        return int(self.lab.run(self.vm, ["cat", f"/sys/class/net/{self.lab.interface(self.vm)}/statistics/tx_packets"]).stdout)

    @contextmanager
    def burst(self, rate: int, seconds: int, seed: int) -> Iterator[subprocess.Popen]:
        """A burst that begins as the block does; its process ends when the burst does."""
        vm = self.lab.topology.vms[self.vm]
        interface = self.lab.interface(self.vm)
        with tempfile.NamedTemporaryFile(suffix=".pcap") as file, listen(self.lab.namespace(self.vm), interface, UDP) as first:
            write(Path(file.name), new_flows(min(MOST_FRAMES, rate * seconds), vm.mac, vm.ip, seed))
            process = self.lab.popen(self.vm, command(file.name, interface, rate, seconds), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            try:
                _await_first(first, process)
                yield process
            finally:
                process.terminate()
                process.wait()


def command(path: str, interface: str, rate: int, seconds: int) -> list[str]:
    return [TOOL, "--intf1", interface, "--preload-pcap", f"--pps={rate}", f"--pps-multi={max(1, rate // TICKS)}", "--timer=nano",
            "--loop=0", f"--limit={rate * seconds}", f"--duration={seconds}", path]


def new_flows(count: int, source_mac: str, source_ip: IPv4Address, seed: int) -> numpy.ndarray:
    """One frame a row."""
    random = numpy.random.default_rng(seed)
    out = numpy.zeros((count, FRAME_BYTES), dtype=numpy.uint8)
    out[:, 0] = NOBODYS_MAC
    out[:, 1:6] = random.integers(0, 256, (count, 5))
    out[:, 6:12] = list(frames.mac_bytes(source_mac))
    out[:, 12:14] = 0x08, 0x00
    out[:, 14:34] = [0x45, 0, 0, FRAME_BYTES - 14, 0, 0, 0, 0, 64, 17, 0, 0, *source_ip.packed, 0, 0, 0, 0]
    first, addresses = NOBODY
    _put(out, 30, int(first) + random.integers(0, addresses, count), 4)
    _put(out, 24, _checksums(out[:, 14:34]), 2)
    out[:, 34:38] = random.integers(0, 256, (count, 4))  # ports
    out[:, 34] |= 0x80  # none of those that mean something to switches, as DHCP's do
    out[:, 36] |= 0x80
    out[:, 38:40] = 0, FRAME_BYTES - 34
    return out


def write(path: Path, rows: numpy.ndarray) -> None:
    """As a pcap file of Ethernet frames."""
    records = numpy.zeros((len(rows), 16 + FRAME_BYTES), dtype=numpy.uint8)
    records[:, 8] = records[:, 12] = FRAME_BYTES
    records[:, 16:] = rows
    header = numpy.array([0xA1B2C3D4, 4 << 16 | 2, 0, 0, 65535, 1], dtype="<u4")
    path.write_bytes(header.tobytes() + records.tobytes())


def _put(out: numpy.ndarray, place: int, numbers: numpy.ndarray, width: int) -> None:
    for byte in range(width):
        out[:, place + byte] = numbers >> 8 * (width - 1 - byte) & 0xFF


def _checksums(headers: numpy.ndarray) -> numpy.ndarray:
    total = headers.astype(numpy.uint32).reshape(len(headers), 10, 2) @ numpy.array([256, 1], dtype=numpy.uint32)
    total = total.sum(axis=1)
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def _await_first(wire: socket.socket, process: subprocess.Popen) -> None:
    wire.settimeout(0.2)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            wire.recv(1)
            return
        except TimeoutError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"{TOOL} sends nothing") from None
