"""One Open vSwitch of its own: an ovsdb-server and an ovs-vswitchd inside a hypervisor's namespace, bridge br-int.

Nothing is shared with another instance or with a system's own Open vSwitch: run directory, database, sockets and pidfiles
are private, and only the userspace datapath (netdev) is used. Lab makes one per hypervisor and tests reach it as
`lab.ovs["hv1"]`.
"""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import commands, processes
from .errors import LabError
from .processes import Record

BRIDGE = "br-int"
UPLINK = "uplink0"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
OPENFLOW = "OpenFlow13"
START_SECONDS = 60.0


@dataclass(frozen=True)
class Bridge:
    """How br-int is set up. `controller` is an OVS target, or None for a switch that is on its own."""

    fail_mode: str
    datapath_id: str
    description: str
    controller: str | None
    uplinks: tuple[str, ...] = (UPLINK,)  # and what else is a port of the bridge from the start
    own_queues: bool = False  # the queues of these ports are not Open vSwitch's, Ovs leaves them alone


class Ovs:
    def __init__(self, name: str, namespace: str, directory: Path, record: Record) -> None:
        self.name = name
        self._namespace = namespace
        self._directory = directory
        self._record = record
        self._socket = directory / "db.sock"
        # Clean, apart from what the tools need, so that a user's own OVS_* settings do not leak in.
        self._environment = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")} | {
            key: str(directory) for key in ("OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR")}

    def create(self, bridge: Bridge) -> None:
        self._directory.mkdir()
        commands.run(["ovsdb-tool", "create", str(self._directory / "conf.db"), SCHEMA], env=self._environment)
        self.start()
        self.vsctl("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev",
                   f"fail_mode={bridge.fail_mode}", f"protocols={OPENFLOW}", "other-config:disable-in-band=true",
                   f"other-config:datapath-id={bridge.datapath_id}", f"other-config:dp-desc={bridge.description}",
                   *(word for uplink in bridge.uplinks
                     for word in ("--", "add-port", BRIDGE, uplink, *_queues(uplink, bridge.own_queues))))
        if bridge.controller:
            # 1 s is the shortest back-off there is: a daemon that restarts is found again at once.
            self.vsctl("set-controller", BRIDGE, bridge.controller, "--",
                       "set", "controller", BRIDGE, "max_backoff=1000")

    def start(self) -> None:
        """Both processes, on the database that is there."""
        database = self._directory / "conf.db"
        server = self._spawn("ovsdb-server", str(database), f"--remote=punix:{self._socket}",
                             "--remote=db:Open_vSwitch,Open_vSwitch,manager_options")
        self._await_database(server)
        self.vsctl("--no-wait", "init")
        self._spawn("ovs-vswitchd", f"unix:{self._socket}", "--disable-system")
        # ovs-vsctl waits for ovs-vswitchd only when it changed something, so this changes something.
        self.vsctl("set", "open_vswitch", ".", f"external_ids:lab-started={time.time_ns()}")

    def stop(self, kill: bool = False) -> None:
        """`kill`: SIGKILL, as in a crash."""
        found = self.processes()
        if kill:
            for process in found:
                process.signal(signal.SIGKILL)
        processes.stop(found)

    def restart(self, kill: bool = False) -> None:
        self.stop(kill)
        self.start()

    def processes(self) -> list[processes.Process]:
        names = (f"{self.name}.ovsdb-server", f"{self.name}.ovs-vswitchd")
        return [found for name in names if (found := self._record.find(name))]

    def alive(self) -> bool:
        found = self.processes()
        return len(found) == 2 and all(process.alive() for process in found)

    def vsctl(self, *arguments: str) -> str:
        return commands.run(self.command("ovs-vsctl", *arguments), env=self._environment).stdout

    def ofctl(self, command: str, *arguments: str, stdin: str | None = None) -> str:
        """`ofctl("dump-flows", "br-int")`; always OpenFlow 1.3."""
        return commands.run(self.command("ovs-ofctl", command, *arguments), env=self._environment, stdin=stdin).stdout

    def appctl(self, *arguments: str) -> str:
        return commands.run(self.command("ovs-appctl", *arguments), env=self._environment).stdout

    def command(self, tool: str, *arguments: str) -> list[str]:
        """The tool's command line, bound to this instance. Without a command of its own it shows what there is."""
        bound = {"ovs-vsctl": ["--timeout=60", f"--db=unix:{self._socket}"], "ovs-ofctl": [f"--protocols={OPENFLOW}"],
                 "ovs-appctl": [f"--target={self._control_socket()}"] if tool == "ovs-appctl" else []}
        return [tool, *bound[tool], *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return dict(self._environment)

    def add_port(self, port: str, port_id: str, mac: str, own_queues: bool = False) -> None:
        """Plug an interface, with the external ids that Nova sets. `own_queues`: see Bridge."""
        self.vsctl("add-port", BRIDGE, port, "--", "set", "interface", port, f"external_ids:iface-id={port_id}",
                   f'external_ids:attached-mac="{mac}"', "external_ids:iface-status=active", *_queues(port, own_queues))

    def remove_port(self, port: str) -> None:
        self.vsctl("--if-exists", "del-port", BRIDGE, port)

    def ofport(self, port: str) -> int:
        return int(self.vsctl("get", "interface", port, "ofport"))

    def connected(self) -> bool:
        return "true" in self.vsctl("--columns=is_connected", "--bare", "list", "controller")

    def flows(self) -> list[str]:
        """Installed flows in ofctl's syntax, without counters and ages, sorted: two dumps compare equal when the
        tables do."""
        dump = self.ofctl("dump-flows", BRIDGE, "--no-stats", "--no-names")
        return sorted(line.strip() for line in dump.splitlines() if "actions=" in line)

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen:
        command = [program, *arguments, "--no-chdir", f"--pidfile={self._directory / program}.pid",
                   f"--log-file={self._directory / program}.log", "-vconsole:off", "-vsyslog:off", "-vfile:info"]
        return self._record.spawn_daemon(f"{self.name}.{program}", commands.in_namespace(self._namespace, command),
                                         self._directory / f"{program}.out", env=self._environment)

    def _control_socket(self) -> Path:
        pidfile = self._directory / "ovs-vswitchd.pid"
        try:
            pid = pidfile.read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise LabError(f"{self.name}: ovs-vswitchd does not run") from error
        return self._directory / f"ovs-vswitchd.{pid}.ctl"

    def _await_database(self, server: subprocess.Popen) -> None:
        """A socket that begins to listen gives no event, so this asks again until it does."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self._socket)) == 0:
                    return
            if server.poll() is not None or time.monotonic() > deadline:
                raise LabError(f"{self.name}: ovsdb-server does not answer\n" +
                               processes.log_tail(self._directory / "ovsdb-server.log"))
            time.sleep(0.005)


def _queues(port: str, own: bool) -> list[str]:
    """Without this Open vSwitch removes a queueing discipline that it did not make."""
    return ["--", "--id=@none", "create", "qos", "type=linux-noop", "--", "set", "port", port, "qos=@none"] if own else []
