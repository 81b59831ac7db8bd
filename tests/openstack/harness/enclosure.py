"""Background programs that start more programs (Neutron's agents, RabbitMQ), so that all of them end together and nothing of them stays.

Each runs in a place of the lab, in a process namespace of its own: when its first process dies, the kernel ends all the others. Its mount
namespace is private too, with an empty /run/netns, so that qdhcp- and qrouter- namespaces are seen by nobody else and go when it goes.
The lab's record knows the first process, hence `lab down` finds it after a crash. Used by the other files of this folder.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from dcplab import Lab, commands
from dcplab.errors import LabError
from dcplab.processes import Process, log_tail

from .waiting import await_true

# The shell stays, as the first process: it reaps what its program's children leave.
_PRIVATE_NAMESPACES = 'mount -t tmpfs tmpfs /run/netns && "$@"'


class Enclosure:
    def __init__(self, lab: Lab, name: str, place: str, environment: dict[str, str] | None = None) -> None:
        """Nothing runs yet. `name` is that of the record and the log; `environment` is added to a clean one."""
        self._lab = lab
        self._place = place
        self._environment = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C.UTF-8", **(environment or {})}
        self.name = name
        self.log = lab.state.log(name)

    def start(self, command: Sequence[str]) -> None:
        shell = ["unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child", "sh", "-c", _PRIVATE_NAMESPACES, "sh"]
        inside = self._lab.command(self._place, [*shell, *command])
        child = self._lab.state.record.spawn_daemon(self.name, inside, self.log, env=self._environment)
        await_true(lambda: self._is_recorded(child.pid) or child.poll() is not None, f"{self.name} is in the lab's record", every=0.005)

    def kill(self) -> None:
        """SIGKILL to all of it, as in a crash, and wait until it is gone."""
        process = self._process()
        if process is None or not process.alive():
            return
        for first in _children(process.pid):  # it ends only when all the others have
            os.kill(first, signal.SIGKILL)
        if not process.wait(10):
            raise LabError(f"{self.name} would not end")

    def terminate(self, seconds: float = 60) -> None:
        """SIGTERM to the program itself, which ends its children in its own way."""
        process = self._process()
        if process is None or not process.alive():
            raise LabError(f"{self.name} does not run")
        (shell,) = _children(process.pid)
        for program in _children(shell):
            os.kill(program, signal.SIGTERM)
        if not process.wait(seconds):
            raise LabError(f"{self.name} would not end")

    def alive(self) -> bool:
        process = self._process()
        return process is not None and process.alive()

    def run(self, command: Sequence[str], check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end inside: it sees these namespaces of /run/netns."""
        process = self._process()
        if process is None:
            raise LabError(f"{self.name} does not run")
        (shell,) = _children(process.pid)
        return commands.run(["nsenter", f"--target={shell}", "--mount", "--net", "--pid", "--", *command], check)

    def last_words(self, lines: int = 12) -> str:
        return log_tail(self.log, lines)

    def _is_recorded(self, pid: int) -> bool:
        process = self._process()
        return process is not None and process.pid == pid

    def _process(self) -> Process | None:
        return self._lab.state.record.find(self.name)


def _children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
