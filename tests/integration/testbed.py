"""Labs for the integration tests, and what the tests ask the daemon and the switches again and again.

The programs under test come from $DCPORTALS_BUILD (a CMake build directory; default build/dev). Every lab has a name of its
own, so several runs do not meet. Used by all tests of this folder; `lab` is dcplab's Lab throughout.
"""

import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "lab"))

from dcplab import Lab, Network, Topology, Vm  # noqa: E402
from dcplab.daemon import Configuration, port_operation  # noqa: E402, F401

BUILD = Path(os.environ.get("DCPORTALS_BUILD", ROOT / "build" / "dev")).absolute()
DAEMON = str(BUILD / "src/daemon/dcportald")
CTL = str(BUILD / "src/ctl/dcportalctl")

# Whether a test meets what happens once a minute would be chance: tests that are about such things ask for them. Announcements when a switch
# connects, and the comparison then, are left.
UNDISTURBED: Configuration = {"forwarding": {"announce_interval_seconds": 0, "reconcile_interval_seconds": 0}}
PATIENCE = 120.0  # for what takes a moment where all is well: a machine may be paused or starved

live_labs: list[Lab] = []
_numbers = itertools.count()


def fresh_name() -> str:
    """A lab's name that no other run of the tests uses: at most 12 letters and digits."""
    return f"i{os.getpid()}n{next(_numbers)}"


@contextmanager
def running(topology: Topology, settings: Configuration | None = None) -> Iterator[Lab]:
    """A lab with the real daemon, UNDISTURBED and `settings` in its configuration. Its log is shown when a test fails (conftest.py)."""
    merged = {section: UNDISTURBED.get(section, {}) | (settings or {}).get(section, {}) for section in {**UNDISTURBED, **(settings or {})}}
    lab = Lab(topology, "dcportals", daemon=DAEMON, settings=merged)
    live_labs.append(lab)
    try:
        with lab:
            yield lab
    finally:
        live_labs.remove(lab)


# Topologies

def network(topology: Topology, name: str, tenant: str, cidr: str = "10.0.0.0/24") -> None:
    topology.networks[name] = Network(name, tenant, IPv4Network(cidr))


def vm(name: str, hypervisor: str, network_name: str, number: int, **more) -> Vm:
    """10.0.0.`number`, with the MAC that everybody with that number has: tenants overlap in both."""
    return Vm(name, hypervisor, network_name, IPv4Address(f"10.0.0.{number}"), f"fa:16:3e:00:00:{number:02x}", **more)


def twins(name: str) -> Topology:
    """Two tenants alike in every address: a1, b1 on hv1 and a2, b2 on hv2; a3 shares hv1 with a1."""
    topology = Topology(name, ["hv1", "hv2"])
    for tenant in ("a", "b"):
        network(topology, f"net-{tenant}", f"tenant-{tenant}")
        for number in (1, 2):
            vm_name = f"{tenant}{number}"
            topology.vms[vm_name] = vm(vm_name, f"hv{number}", f"net-{tenant}", number)
    topology.vms["a3"] = vm("a3", "hv1", "net-a", 3)
    return topology


def fabric(name: str) -> Topology:
    """Three hosts for the cases of the paper's section 3.7. Tenant a: a1, a3 on hv1, a2 on hv2, a4 on hv3; tenant b, alike in every
    address: b1 on hv1, b2 on hv2, nobody on hv3; c1 on hv1 is alone in its network."""
    topology = Topology(name, ["hv1", "hv2", "hv3"])
    for tenant in ("a", "b", "c"):
        network(topology, f"net-{tenant}", f"tenant-{tenant}")
    for vm_name, hypervisor in {"a1": "hv1", "a2": "hv2", "a3": "hv1", "a4": "hv3", "b1": "hv1", "b2": "hv2", "c1": "hv1"}.items():
        topology.vms[vm_name] = vm(vm_name, hypervisor, f"net-{vm_name[0]}", int(vm_name[1]))
    return topology


def reconfigure(lab: Lab, section: str, **values: object) -> None:
    """Restart the daemon with these keys of its configuration changed or added."""
    lab.daemon.configure({section: values})
    lab.daemon.restart()
    synced(lab)


# Virtual machines

def mute(lab: Lab, *names: str) -> None:
    """Take the addresses away from the VMs' own stacks (all of them, if none is named): they only send what a test injects."""
    for name in names or tuple(lab.topology.vms):
        lab.run(name, ["ip", "address", "flush", "dev", "eth0"])


def ping(lab: Lab, sender: str, address: str) -> None:
    """One echo request, and its answer however late: for tests that count frames."""
    lab.run(sender, ["fping", "-q", "-c1", f"-t{PATIENCE * 1000:.0f}", address], timeout=2 * PATIENCE)


def reach(lab: Lab, sender: str, address: str) -> None:
    """Echo requests until one is answered."""
    lab.run(sender, ["fping", "-q", "-B1", "-t1000", f"-r{PATIENCE:.0f}", address], timeout=2 * PATIENCE)


def edit_vm(lab: Lab, name: str, **fields: object) -> None:
    """What the lab, and so the prediction, thinks of a VM. The daemon is not told."""
    lab.topology.vms[name] = replace(lab.topology.vms[name], **fields)


# The daemon's view

def hosts(lab: Lab) -> dict[str, dict]:
    return {name: lab.rpc("host.get", {"name": name}) for name in lab.topology.hypervisors}


def await_true(question: Callable[[], bool], what: object, seconds: float = PATIENCE) -> None:
    """Not everything gives an event; this asks until it is so. `what` is for the failure."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, f"not so after {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.01)


def await_host(lab: Lab, name: str, wanted: Callable[[dict], bool]) -> None:
    def host() -> dict:
        return lab.rpc("host.get", {"name": name})

    await_true(lambda: wanted(host()), host)


def await_state(lab: Lab, name: str, state: str) -> None:
    """Asks only the daemon: host.get would ask the switch, which may not answer."""
    def states() -> dict[str, str]:
        return {host["name"]: host["state"] for host in lab.rpc("host.list")}

    await_true(lambda: states()[name] == state, states)


def await_port(lab: Lab, vm_name: str, wanted: Callable[[dict], bool]) -> None:
    """Until the `computed` part of the VM's port is so."""
    await_true(lambda: wanted(port(lab, vm_name)["computed"]), lambda: port(lab, vm_name))


def port(lab: Lab, vm_name: str) -> dict:
    return lab.rpc("port.get", {"id": lab.topology.port_id(vm_name)})


def keys(lab: Lab) -> dict[str, dict]:
    """Every mapping key in use: {key: {"host": ..., "network": ..., "ip": ..., "mac": ...}}."""
    found = {}
    for each in lab.rpc("port.list"):
        for key in each["computed"]["mapping_keys"]:
            assert key["key"] not in found, f"{key['key']} is given twice"
            found[key["key"]] = {"host": key["host"], "network": each["network_id"], "port": each["id"],
                                 "ip": key["ip_address"], "mac": key["mac_address"]}
    return found


def key_of(lab: Lab, vm_name: str) -> str:
    """The key of the VM's one address."""
    (key,) = port(lab, vm_name)["computed"]["mapping_keys"]
    return key["key"]


def differences(lab: Lab) -> dict[str, list[str]]:
    """What each switch has and should not have, or the other way round; empty when all are right."""
    found = {}
    for name in lab.topology.hypervisors:
        if flows := lab.rpc("flows.list", {"host": name, "view": "diff"})["flows"]:
            found[name] = flows
    return found


@contextmanager
def foreign_flow(lab: Lab, hypervisor: str, flow: str) -> Iterator[None]:
    """A flow that is not dcportald's, as long as the block runs: a fault made on purpose."""
    lab.ofctl(hypervisor, "add-flow", flow)
    try:
        yield
    finally:
        delete_flow(lab, hypervisor, flow)


@contextmanager
def without_flow(lab: Lab, hypervisor: str, flow: str) -> Iterator[None]:
    """One of dcportald's flows, as Lab.flows has it, is missing as long as the block runs."""
    delete_flow(lab, hypervisor, flow)
    try:
        yield
    finally:
        lab.ofctl(hypervisor, "add-flow", flow)


def delete_flow(lab: Lab, hypervisor: str, flow: str) -> None:
    words = flow.split(" actions=")[0].split(",actions=")[0].replace(" ", "").split(",")
    match = ",".join(word for word in words if not word.startswith("cookie="))
    lab.ovs[hypervisor].ofctl("--strict", "del-flows", "br-int", match)


def empty_caches(lab: Lab) -> None:
    """What is sent from now on meets the switches' tables as they are. For a moment after a change, which no barrier waits for, Open vSwitch
    still carries or drops by its cache of earlier packets like it; so a test that sends a single packet after a change has to."""
    for switch in lab.ovs.values():
        switch.appctl("revalidator/purge")


def synced(lab: Lab) -> None:
    """Every switch has acknowledged everything, and goes by it."""
    lab.wait_synced()
    empty_caches(lab)


def hurry_counters(lab: Lab) -> None:
    """Flow counters are at most 0.1 s old from now on instead of 0.5 s, and up to date when this returns."""
    for name in lab.topology.hypervisors:
        lab.vsctl(name, "set", "open_vswitch", ".", "other_config:max-revalidator=100")
    for name in lab.topology.hypervisors:
        count(lab, name)


def count(lab: Lab, hypervisor: str) -> None:
    """The switch's flow counters have all that it has done so far."""
    for _ in range(2):  # the first to end may have begun before the packets that are to be counted
        lab.appctl(hypervisor, "revalidator/wait")


def drops(lab: Lab, hypervisor: str) -> Counter[tuple[str | None, str]]:
    """(VM or None, reason) -> packets that the hypervisor's switch has dropped, counters brought up to date before."""
    count(lab, hypervisor)
    return drops_counted(lab, hypervisor)


OVERLOAD = ("rate_limited", "queue_full", "held_full")


def overloaded(lab: Lab) -> int:
    """How many packets the daemon has dropped because they came faster than it and the switches could decide on them. It bounds what waits
    for a decision: 16 packets of a pair, a sixth of a second of 100 pings a second, and a starved machine may take longer."""
    return sum(drop["packets"] for name in lab.topology.hypervisors for drop in lab.rpc("host.get", {"name": name})["drops"]
               if drop["where"] == "controller" and drop["reason"] in OVERLOAD)


def drops_counted(lab: Lab, hypervisor: str) -> Counter[tuple[str | None, str]]:
    """The same as far as the switch has counted: enough when nothing was dropped since the last time."""
    vm_of = {lab.topology.port_id(name): name for name in lab.topology.vms}
    counters: Counter[tuple[str | None, str]] = Counter()
    for drop in lab.rpc("host.get", {"name": hypervisor})["drops"]:
        counters[vm_of.get(drop["port_id"]), drop["reason"]] += drop["packets"]
    return counters
