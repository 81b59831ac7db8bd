"""The paper's comparison with a controller that knows no tenants: a learning switch, reactive, beside which dcportald is measured.

The paper used POX's; this is Open vSwitch's own example, ovs-testcontroller. It stands where dcportald would: in the controller's
namespace, at the same OpenFlow port. It learns from each packet that no flow matches and installs a flow for exactly such packets.
"""

import socket
import subprocess
import time

from . import commands, netns, processes
from .daemon import OPENFLOW_PORT
from .errors import LabError
from .state import State

NAME = "ovs-testcontroller"
START_SECONDS = 60.0
IDLE_SECONDS = 60  # its own default


class LearningController:
    def __init__(self, namespace: str, state: State, idle_seconds: int = IDLE_SECONDS) -> None:
        """`idle_seconds`: how long a flow stays that nothing uses."""
        self._namespace = namespace
        self._state = state
        self._idle_seconds = idle_seconds

    def start(self) -> None:
        """Returns when it listens."""
        directory = self._state.controller_directory
        command = [NAME, f"ptcp:{OPENFLOW_PORT}", f"--max-idle={self._idle_seconds}", f"--pidfile={directory / NAME}.pid",
                   f"--unixctl={directory / NAME}.ctl", "--no-chdir", "-vconsole:warn", "-vsyslog:off"]
        child = self._state.record.spawn_daemon(NAME, commands.in_namespace(self._namespace, command), self._state.log(NAME))
        self._await_port(child)

    def _await_port(self, child: subprocess.Popen) -> None:
        """A socket that begins to listen gives no event, so this asks again until it does."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with netns.entered(self._namespace), socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", OPENFLOW_PORT)) == 0:
                    return
            if child.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"{NAME} does not answer; its last words:\n{processes.log_tail(self._state.log(NAME))}")
            time.sleep(0.01)
