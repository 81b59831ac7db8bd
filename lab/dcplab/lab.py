"""Lab: one test bed, from the first namespace to the last. The interface that tests, the demo and the commands use.

    with Lab(topology_file.load(path), "dcportals") as lab:
        with lab.capture("core") as wire:
            lab.run("vm1", ["fping", "-c1", "10.0.0.2"])

`up` builds everything and, when it fails, removes it again; `down` removes whatever there is, however it came about.
Four configurations: `dcportals` (the bridges obey dcportald), `ovs` (the paper's plain Open vSwitch: every bridge learns
and floods), `l2` (a controller that makes each bridge a learning switch, the paper's POX + L2) and `bare` (bridges without controller or
flows, for tests that install their own). One thread uses a Lab.
"""

import subprocess
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any

from . import capture, commands, frames, learning_controller, netns, signals, switches, topology_file
from .capture import Capture, View
from .daemon import CALL_SECONDS, OPENFLOW_PORT, SYNC_SECONDS, Configuration, Daemon, find_binary, port_operation, topology_operations
from .errors import LabError
from .learning_controller import LearningController
from .ovs import BRIDGE, UPLINK, Bridge, Ovs
from .processes import Process, stop
from .services import Services
from .state import Settings, State
from .topology import Topology, Vm
from .vms import INTERFACE, LEASE_TRIES, Vms

CONFIGS = ("dcportals", "ovs", "l2", "bare")
LEARNING = ("ovs", "l2")
CORE, MANAGEMENT, CONTROLLER = "core", "management", "controller"


class Lab:
    def __init__(self, topology: Topology, config: str = "dcportals", daemon: str | None = None,
                 progress: Callable[[str], None] = lambda step: None, settings: Configuration | None = None) -> None:
        """Nothing is built yet. `daemon` is the path of dcportald, `settings` are keys of its configuration other than a lab's
        own: {"forwarding": {"mode": "reactive"}}; `l2` obeys forwarding.idle_timeout_seconds too. `progress` is told each step of
        `up`."""
        if config not in CONFIGS:
            raise LabError(f"no such configuration: {config}; there are {', '.join(CONFIGS)}")
        if config in LEARNING and topology.uplinks > 1:
            raise LabError("switches that learn and flood, joined by two cables, are a loop")
        if config in LEARNING and any(len(network.attached) > 1 for network in topology.networks.values()):
            raise LabError("switches that learn and flood, joined by a physical network too, are a loop")
        self.topology = topology
        self.config = config
        self.name = topology.name
        self.state = State(self.name)
        self._progress = progress
        self._settings = settings or {}
        self.ovs = {name: Ovs(name, self.namespace(name), self.state.directory / name, self.state.record)
                    for name in topology.hypervisors}
        self._vms = Vms(topology, self.ovs)
        self.services = Services(topology, self.ovs, self.state)
        self._daemon = Daemon(self.namespace(CONTROLLER), self.state, find_binary(daemon)) \
            if config == "dcportals" else None
        idle_seconds = self._settings.get("forwarding", {}).get("idle_timeout_seconds", learning_controller.IDLE_SECONDS)
        self._learning_controller = LearningController(self.namespace(CONTROLLER), self.state, idle_seconds) if config == "l2" else None

    @classmethod
    def attach(cls, name: str) -> "Lab":
        """A lab that is up already, whoever started it."""
        topology, settings = State(name).load()
        return cls(topology, settings.config, settings.daemon)

    def __enter__(self) -> "Lab":
        self.up()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.down()

    # Life

    def up(self) -> None:
        ours = False  # not somebody's that is up already
        try:
            with signals.held():
                self.state.create(self.topology, Settings(self.config, self._daemon and self._daemon.binary))
                ours = True
            self._build()
        except BaseException:  # also Ctrl-C: a half-built lab is of no use to anyone
            if ours:
                self.down()
            raise

    def down(self) -> None:
        take_down(self.name)

    def _build(self) -> None:
        self._progress("namespaces and physical switches")
        for place in (CORE, MANAGEMENT, CONTROLLER, *self.topology.hypervisors):
            netns.create(self.namespace(place))
        switches.build_data_switch(self.topology, self.namespace(CORE))
        switches.build_management_switch(self.topology, self.namespace(MANAGEMENT), self.namespace(CONTROLLER))
        for name in self.topology.vms:
            self._vms.create(name)
            self._vms.cable(name)
        self.services.build()
        self._progress("one Open vSwitch per hypervisor")
        if self._daemon:
            if self.topology.physical_networks():
                self._daemon.configure({"fabric": {"physical_networks": self.topology.physical_networks()}})
            self._daemon.configure(self._settings)
            self._daemon.start()
        if self._learning_controller:
            self._learning_controller.start()
        self._each_hypervisor(self._start_hypervisor)
        if self._daemon:
            self._progress("dcportald takes over")
            self._daemon.apply(topology_operations(self.topology))
            self.wait_synced()
        for vm in self.topology.vms.values():
            if vm.dhcp and self.config != "bare":
                self.lease(vm.name)

    def _start_hypervisor(self, name: str) -> None:
        self.ovs[name].create(Bridge(
            fail_mode="standalone" if self.config == "ovs" else "secure",
            datapath_id=self.topology.datapath_id(name), description=name,
            controller=f"tcp:{switches.CONTROLLER_IP}:{OPENFLOW_PORT}" if self._daemon or self._learning_controller else None,
            uplinks=(*self.topology.uplink_names(), *self.topology.attachments_of(name)),
            own_queues=self.topology.link_mbits is not None))
        for vm in self.topology.vms.values():
            if vm.hypervisor == name:
                self._vms.plug(vm.name)
        self.services.plug(name)

    def _each_hypervisor(self, do: Callable[[str], None]) -> None:
        # Nothing stops the threads, so a signal waits for them anyway; a second one must not leave them behind with what they wait for.
        with signals.held(), ThreadPoolExecutor(len(self.ovs)) as pool:
            list(pool.map(do, self.ovs))

    # Places: a VM, a hypervisor, `core`, `management` or `controller`; dhcp-NETWORK, a router, `outside` or a machine there

    def namespace(self, place: str) -> str:
        return netns.name_of(self.name, place)

    def places(self) -> list[str]:
        return [*self.topology.vms, *self.topology.hypervisors, CORE, MANAGEMENT, CONTROLLER, *self.services.places()]

    def command(self, place: str, command: Sequence[str]) -> list[str]:
        """The command line that runs `command` in a place."""
        if place not in self.places():
            raise LabError(f"lab {self.name} has no {place}; it has {', '.join(self.places())}")
        return commands.in_namespace(self.namespace(place), command)

    def run(self, place: str, command: Sequence[str], check: bool = True, timeout: float = 120,
            stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command there to its end. CommandError if `check` and it failed, or when time is up."""
        return commands.run(self.command(place, command), check, timeout, stdin=stdin)

    def popen(self, place: str, command: Sequence[str], **options: Any) -> subprocess.Popen:
        """Start a command there in the background; `down` ends it if nobody else does. `options` are Popen's."""
        name = f"{place}.{uuid.uuid4().hex[:8]}"
        return self.state.record.spawn(name, self.command(place, command), **options)

    def capture(self, place: str, interface: str | None = None) -> Capture:
        """Record frames, beginning now. A VM's eth0, a hypervisor's uplink (or the interface named), both ways, or
        `core`: each frame once, as it enters the data switch; Frame.interface tells from which hypervisor (Topology.data_ports).
        A router has several interfaces: say which."""
        if place == CORE and interface is None:
            return Capture(View(self.namespace(CORE), (*self.topology.data_ports(), switches.OUTSIDE)))
        return Capture(View(self.namespace(place), (interface or self.interface(place),)))

    def inject(self, place: str, *raw: bytes, interface: str | None = None) -> None:
        """Send raw frames from a VM, out of a hypervisor's uplink, or, from `core`, as a foreign machine on the data
        switch would."""
        capture.inject(self.namespace(place), interface or self.interface(place), raw)

    def interface(self, place: str) -> str:
        """The interface that a capture of this place means."""
        if place in self.topology.vms or self.topology.outside and place in self.topology.outside.hosts:
            return INTERFACE
        if ports := [port.device for port in self.topology.service_ports() if port.place == place]:
            return ports[0]
        return UPLINK if place in self.topology.hypervisors else switches.OUTSIDE_WIRE

    # Virtual machines

    def add_vm(self, vm: Vm, describe: bool = True) -> None:
        """Build and plug a VM in and, with a controller, describe its port, unless somebody else does. See wait_synced."""
        topology_file.check_vm(self.topology, vm)
        self.topology.vms[vm.name] = vm
        self.state.save(self.topology)
        self._vms.create(vm.name)
        self.services.hosts_changed()
        if self._daemon and describe:
            self._daemon.apply([port_operation(self.topology, vm.name)])
        self.plug(vm.name)

    def remove_vm(self, name: str, describe: bool = True) -> None:
        """Unplug it, delete its port from the controller, unless somebody else does, and forget it."""
        self._vms.remove(name)
        if self._daemon and describe:
            self._daemon.call("port.delete", {"id": self.topology.port_id(name)})
        del self.topology.vms[name]
        self.state.save(self.topology)
        self.services.hosts_changed()

    def plug(self, name: str, hypervisor: str | None = None) -> None:
        """Plug an unplugged VM in, where it was or elsewhere, with a new eth0."""
        self.cable(name, hypervisor)
        self.connect(name)

    def cable(self, name: str, hypervisor: str | None = None) -> None:
        """The first half of `plug`: there is a new eth0, and no switch at the other end of it."""
        if hypervisor:
            self._place(name, hypervisor)
        self._vms.cable(name)

    def connect(self, name: str) -> None:
        """The other half."""
        self._vms.plug(name)

    def unplug(self, name: str) -> None:
        """Take the VM's interface away; the machine and its processes stay."""
        self._vms.unplug(name)

    def lease(self, name: str, tries: int = LEASE_TRIES) -> str:
        """The VM asks for its address by DHCP, once a second, and keeps it. Returns the client's words. CommandError when nobody gives
        one."""
        return self._vms.lease(name, tries)

    def move_vm(self, name: str, hypervisor: str) -> None:
        """Live migration as the network sees it: eth0 and its connections stay, the tap appears elsewhere, and, as QEMU
        does, the arrival is announced by a RARP, from which plain switches learn the new place."""
        self._vms.carry(name, hypervisor)
        self._place(name, hypervisor)
        self._vms.plug(name)
        self.inject(name, frames.rarp_announcement(self.topology.vms[name].mac))

    # Uplinks

    def cut_uplink(self, hypervisor: str, number: int) -> None:
        """As if the cable were pulled out of the data switch: the hypervisor's interface loses its link."""
        switches.set_uplink(self.topology, self.namespace(CORE), hypervisor, number, up=False)

    def mend_uplink(self, hypervisor: str, number: int) -> None:
        switches.set_uplink(self.topology, self.namespace(CORE), hypervisor, number, up=True)

    def _place(self, name: str, hypervisor: str) -> None:
        self.topology.vms[name] = replace(self.topology.vms[name], hypervisor=hypervisor)
        self.state.save(self.topology)

    # Controller

    @property
    def daemon(self) -> Daemon:
        if not self._daemon:
            raise LabError(f"lab {self.name} has configuration {self.config}: no dcportald")
        return self._daemon

    def rpc(self, method: str, params: Any = None, timeout: float = CALL_SECONDS) -> Any:
        return self.daemon.call(method, params, timeout)

    def wait_synced(self, seconds: int = SYNC_SECONDS) -> Any:
        """Every hypervisor has acknowledged everything, and every VM that is plugged in is wired."""
        ports = [self.topology.port_id(name) for name in self.topology.vms if self._vms.plugged(name)]
        ports += [port.port_id for port in self.topology.service_ports()]
        return self.daemon.wait_synced(list(self.topology.hypervisors), ports, seconds)

    # What the switches say

    def learned(self) -> list[tuple[str, str]]:
        """(MAC, hypervisor's port) pairs in the data switch's forwarding table."""
        return switches.learned(self.namespace(CORE))

    def ofctl(self, hypervisor: str, command: str, *arguments: str) -> str:
        """`lab.ofctl("hv1", "dump-flows")`: on br-int, in OpenFlow 1.3."""
        return self.ovs[hypervisor].ofctl(command, BRIDGE, *arguments)

    def appctl(self, hypervisor: str, *arguments: str) -> str:
        return self.ovs[hypervisor].appctl(*arguments)

    def vsctl(self, hypervisor: str, *arguments: str) -> str:
        return self.ovs[hypervisor].vsctl(*arguments)

    def flows(self, hypervisor: str) -> list[str]:
        return self.ovs[hypervisor].flows()

    def trace(self, hypervisor: str, flow: str) -> str:
        """What br-int would do with a packet: `lab.trace("hv1", "in_port=1,arp")`."""
        return self.appctl(hypervisor, "ofproto/trace", BRIDGE, flow)

    def restart_ovs(self, hypervisor: str, kill: bool = False) -> None:
        self.ovs[hypervisor].restart(kill)

    def processes(self) -> list[Process]:
        return self.state.record.all()


def take_down(name: str) -> None:
    """Remove all that is left of a lab, whole or half built; nothing left is fine too. A signal to end waits until that is done."""
    state = State(name)
    with signals.held():
        state.record.close()
        try:
            stop(state.record.all())
        finally:
            for namespace in netns.of_lab(name):
                with suppress(FileNotFoundError):  # another `down` was faster
                    netns.remove(namespace)
        state.remove()
