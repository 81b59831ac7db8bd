"""Background processes of a lab: recorded before they run, found again by any later command, ended for certain.

A process writes its own pid and start time into the lab's record and only then becomes the program it is to be. So there
is no moment at which a crash of the lab leaves a process that nobody knows. A recorded pid counts only while the start
time still matches, hence a reused pid is never signalled. Used by everything that starts something in the background.
"""

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import LabError

# argv: record file, then the command. Word 20 after the closing parenthesis of /proc/PID/stat is the start time.
# If `lab down` has closed the record, mv fails and the program never starts.
_RECORD_THEN_RUN = """
start_time() { echo "${20}"; }
read -r stat </proc/$$/stat
echo "$$ $(start_time ${stat##*) })" >"$0.new" && mv "$0.new" "$0" && exec "$@"
"""

TERM_SECONDS = 20.0  # to end in peace
KILL_SECONDS = 60.0

# Children of this very process have to be waited for, or they stay as zombies.
_children: dict[int, subprocess.Popen] = {}


@dataclass(frozen=True)
class Process:
    name: str
    pid: int
    start_time: int

    def alive(self) -> bool:
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return False
        fields = stat.rpartition(")")[2].split()
        return fields[0] not in "ZX" and int(fields[19]) == self.start_time

    def signal(self, number: int) -> None:
        """Send a signal if the process is still the one we started."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            if self.alive():  # read while the pidfd holds the pid, so it cannot be another's
                signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)

    def wait(self, seconds: float) -> bool:
        """Has it ended within this time?"""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            ended = not self.alive() or bool(select.select([handle], [], [], max(0.0, seconds))[0])
        finally:
            os.close(handle)
        if ended and self.pid in _children:
            _children.pop(self.pid).wait()
        return ended


class Record:
    """The directory in which a lab's background processes write themselves down, one file each."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._closed = directory.with_name(directory.name + ".closed")

    def spawn(self, name: str, command: list[str], **options: Any) -> subprocess.Popen:
        """Start a command as a session of its own. `options` are Popen's."""
        shim = ["/bin/sh", "-c", _RECORD_THEN_RUN, str(self._directory / name), *command]
        child = subprocess.Popen(shim, start_new_session=True, **options)
        _children[child.pid] = child
        return child

    def spawn_daemon(self, name: str, command: list[str], log: Path, **options: Any) -> subprocess.Popen:
        with log.open("ab") as output:
            return self.spawn(name, command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options)

    def find(self, name: str) -> Process | None:
        return next((process for process in self.all() if process.name == name), None)

    def all(self) -> list[Process]:
        found = []
        for directory in (self._directory, self._closed):
            for path in sorted(directory.glob("*")):
                words = _words(path) if path.suffix != ".new" else []
                if len(words) == 2:
                    found.append(Process(path.name, int(words[0]), int(words[1])))
        return found

    def close(self) -> None:
        """From now on no process can be started; those that were are all in the record."""
        if self._directory.exists():
            self._directory.rename(self._closed)


def stop(processes: list[Process]) -> None:
    """SIGTERM to all, then SIGKILL to those that did not listen."""
    for number, seconds in ((signal.SIGTERM, TERM_SECONDS), (signal.SIGKILL, KILL_SECONDS)):
        for process in processes:
            process.signal(number)
        deadline = time.monotonic() + seconds
        processes = [p for p in processes if not p.wait(deadline - time.monotonic())]
    if processes:
        raise LabError("these would not end: " + ", ".join(f"{p.name} (pid {p.pid})" for p in processes))


def _words(path: Path) -> list[str]:
    """None of a file that is gone: somebody else takes the lab down."""
    try:
        return path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def log_tail(path: Path, lines: int = 8) -> str:
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
