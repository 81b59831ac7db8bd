"""Programs that run in the background of a test, read line by line with a deadline. Used by the tests that need traffic or the
switches' own reports while something else happens.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from dcplab import Lab, LabError

PATIENCE = 120.0  # a machine may be paused or starved


class Program:
    """Its standard output and error, together. Ended by the context managers below."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.lines: list[str] = []
        self._rest = b""

    def await_line(self, word: str, seconds: float = PATIENCE) -> str:
        """The next line with this word that has not been read yet; the others are in `lines` too."""
        deadline = time.monotonic() + seconds
        while (line := self._next_line(deadline)) is not None:
            self.lines.append(line)
            if word in line:
                return line
        raise LabError(f"no line with {word!r}, but:\n" + "\n".join(self.lines[-20:]))

    def end(self, number: int = signal.SIGTERM) -> str:
        """All that it wrote, when it has ended."""
        self.process.send_signal(number)
        return self.finish()

    def finish(self) -> str:
        try:
            rest = self.process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            rest = self.process.communicate()[0]
        self.lines += (self._rest + rest).decode(errors="replace").splitlines()
        self._rest = b""
        return "\n".join(self.lines)

    def _next_line(self, deadline: float) -> str | None:
        """None: it has ended, or the time is over."""
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode(errors="replace")


@contextmanager
def running(lab: Lab, place: str, *command: str, end: int = signal.SIGTERM) -> Iterator[Program]:
    """`command` in a place of the lab, for as long as the block runs. It must not end before."""
    program = Program(lab.popen(place, list(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    try:
        yield program
        if program.process.poll() is not None:
            raise LabError(f"{command[0]} in {place} has ended:\n{program.finish()}")
    finally:
        program.end(end)


@contextmanager
def pinging(lab: Lab, sender: str, address: str, per_second: int) -> Iterator[None]:
    """Echo requests at a fixed rate, whatever comes back."""
    with running(lab, sender, "fping", "-l", "-q", f"-p{1000 // per_second}", address, end=signal.SIGINT):
        yield


@contextmanager
def serving(lab: Lab, place: str, port: int) -> Iterator[Program]:
    """An iperf3 server for one client. Use what `Program.finish` gives."""
    program = Program(lab.popen(place, ["iperf3", "-s", "-1", "-p", str(port), "--forceflush"], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT))
    try:
        program.await_line("listening")
        yield program
    finally:
        program.end()


@contextmanager
def watching_flows(lab: Lab, hypervisor: str) -> Iterator[list[str]]:
    """Every flow that anybody adds, changes or deletes, as the switch itself reports it. The list is filled when the block
    ends."""
    switch = lab.ovs[hypervisor]
    monitor = Program(lab.state.record.spawn(
        f"{hypervisor}.monitor", switch.command("ovs-ofctl", "monitor", "br-int", "watch:!initial"), env=switch.environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    changes: list[str] = []
    try:
        monitor.await_line("ONFST_FLOW_MONITOR reply")  # subscribed
        yield changes
        lab.ofctl(hypervisor, "add-flow", "table=200,priority=1,actions=drop")  # all changes before it have been reported then
        monitor.await_line("table=200")
        changes += [line.strip() for line in monitor.lines if "event=" in line and "table=200" not in line]
        lab.ofctl(hypervisor, "del-flows", "table=200")
    finally:
        monitor.end()
