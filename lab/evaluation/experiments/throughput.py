"""TCP throughput between two VMs with iperf3, interval by interval as it comes, and what it costs the switches.

    with Stream(lab, "vm1", "vm2") as stream:
        for mbits in stream.intervals(10): ...      # Mbit/s that arrived in each of the next 10 intervals
    stream.retransmits()                            # once it has ended

What counts is what arrives: what the sender says includes what only went into its own buffers. A stream that breaks gives zeros and
never hangs. Used by bandwidth and flood; one thread.
"""

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from dcplab import Lab, LabError

from ..interrupt import interrupt
from .processor_time import process_seconds

INTERVAL_SECONDS = 0.5
PATIENCE_SECONDS = 6.0  # an interval that is later than this will not come: an idle connection has intervals too, of zero
END_SECONDS = 2.0
START_SECONDS = 30.0  # until the receiver listens
CONNECT_SECONDS = 5.0
_INTERVAL = re.compile(r"^\[ *\d+\] +(?P<begin>[\d.]+)-(?P<end>[\d.]+) +sec .*?(?P<kbits>[\d.]+) Kbits/sec"
                       r"(?: +(?P<retransmits>\d+) .*)?\s*$")  # the sender's have retransmits


class Stream:
    def __init__(self, lab: Lab, sender: str, receiver: str) -> None:
        """Sends as much as TCP can until the stream ends."""
        self._processes: list[subprocess.Popen] = []
        self._broken = False
        try:
            self._server = self._start(lab, receiver, ["-s", "-1"])
            self._heard = Lines(self._server)
            self._await_listening()
            target = str(lab.topology.vms[receiver].ip)
            self._client = self._start(lab, sender, ["-c", target, "-t", "0", "--connect-timeout", f"{CONNECT_SECONDS * 1000:.0f}"])
        except BaseException:
            self.end()
            raise
        self._said = Lines(self._client)

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def intervals(self, count: int) -> Iterator[float]:
        for _ in range(count):
            yield self._next_interval()

    def retransmits(self) -> list[int]:
        """Segments sent again, by interval from the stream's first on. Only when it has ended."""
        found = (_INTERVAL.match(line) for line in self._said.rest())
        return [int(match["retransmits"]) for match in found if match and match["retransmits"] and _whole(match)]

    def end(self) -> None:
        """The sender first: then the receiver ends by itself, if what it is told arrives."""
        for process in reversed(self._processes):
            interrupt(process, END_SECONDS)

    def _start(self, lab: Lab, place: str, words: list[str]) -> subprocess.Popen:
        process = lab.popen(place, ["iperf3", *words, "-i", str(INTERVAL_SECONDS), "-f", "k", "--forceflush"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._processes.append(process)
        return process

    def _await_listening(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while (line := self._heard.next(deadline)) is not None:
            if line.startswith("Server listening"):
                return
        raise LabError("iperf3 does not listen")

    def _next_interval(self) -> float:
        if self._broken:
            return 0.0
        deadline = time.monotonic() + INTERVAL_SECONDS + PATIENCE_SECONDS
        while (line := self._heard.next(deadline)) is not None:
            match = _INTERVAL.match(line)
            if match and _whole(match):
                return float(match["kbits"]) / 1000
        self._broken = True
        return 0.0


def _whole(match: re.Match) -> bool:
    """An interval, not what is left at the end, nor the sum of all."""
    return abs(float(match["end"]) - float(match["begin"]) - INTERVAL_SECONDS) < INTERVAL_SECONDS / 4


class Lines:
    """Of what a process writes, as they come."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._pipe = process.stdout
        self._begun = b""
        self._lines: list[str] = []

    def next(self, deadline: float) -> str | None:
        """None: the deadline (time.monotonic) has passed, or there will be no more."""
        while not self._lines:
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready or not self._read():
                return None
        return self._lines.pop(0)

    def rest(self) -> list[str]:
        """Of a process that has ended."""
        while self._read():
            pass
        return self._lines

    def _read(self) -> bool:
        data = os.read(self._pipe.fileno(), 1 << 16)
        *whole, self._begun = (self._begun + data).split(b"\n")
        self._lines += [line.decode(errors="replace") for line in whole]
        return bool(data)


def switch_seconds(lab: Lab) -> dict[str, float]:
    """Processor time that each hypervisor's ovs-vswitchd has used so far."""
    used = {}
    for process in lab.processes():
        hypervisor, _, program = process.name.partition(".")
        if program == "ovs-vswitchd":
            used[hypervisor] = process_seconds(Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace"))
    return used
