"""What the lab's own tests share: a lab name of their own, small topologies, and what a lab may not leave behind.

Run as root: /usr/bin/python3 -m pytest lab/tests
"""

import itertools
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dcplab import Lab, Network, Topology, Vm, load  # noqa: E402
from dcplab.lab import take_down  # noqa: E402
from dcplab.state import all_labs  # noqa: E402

LAB_COMMAND = Path(__file__).resolve().parents[1] / "lab"
PAPER_TOPOLOGY = Path(__file__).resolve().parents[1] / "topologies/paper-4.4.yaml"
PATIENCE_SECONDS = 60.0  # for what has to come, on the slowest machine
_numbers = itertools.count()


def pytest_sessionstart() -> None:
    """Labs of tests that were killed are removed, and these tests, when told to end, remove theirs."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: pytest.exit("told to end", 1))
    for lab in all_labs():
        made_by = re.fullmatch(r"t(\d+)x\d*[ab]?", lab)
        if made_by and (int(made_by[1]) == os.getpid() or not Path(f"/proc/{made_by[1]}").exists()):
            take_down(lab)


def new_name() -> str:
    return f"t{os.getpid()}x{next(_numbers)}"[:11]


@pytest.fixture
def name() -> str:
    return new_name()


def wait_until(true: Callable[[], bool]) -> None:
    """For what gives no event."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it does not become true"
        time.sleep(0.02)


def pings(lab: Lab, sender: str, address: str) -> bool:
    """Does the address answer, be the machine as busy as it may?"""
    return lab.run(sender, ["fping", "-q", "-t", "1000", "-B", "1", "-r", "30", address], check=False).returncode == 0


def answers_at_once(lab: Lab, sender: str, address: str) -> bool:
    """To be used where it must not."""
    return lab.run(sender, ["fping", "-q", "-r", "1", address], check=False).returncode == 0


@pytest.fixture
def paper(name: str) -> Topology:
    return load(PAPER_TOPOLOGY, name)


@pytest.fixture
def pair(name: str) -> Topology:
    """Two hypervisors, one network, vm1 and vm2 apart."""
    return pair_of(name)


def pair_of(name: str) -> Topology:
    topology = Topology(name, ["hv1", "hv2"])
    topology.networks["net1"] = Network("net1", "alpha", IPv4Network("10.0.0.0/24"))
    for number in (1, 2):
        topology.vms[f"vm{number}"] = vm(number, f"hv{number}")
    return topology


def vm(number: int, hypervisor: str) -> Vm:
    return Vm(f"vm{number}", hypervisor, "net1", IPv4Address(f"10.0.0.{number}"), f"fa:16:3e:00:00:{number:02x}")


def leftovers(lab: str) -> list[str]:
    """Namespaces, files and processes that name this lab."""
    found = [str(path) for path in Path("/run/netns").glob(f"dcp-{lab}-*")]
    found += [str(path) for path in [Path("/run/dcportals-lab") / lab] if path.exists()]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"dcportals-lab/{lab}/" in words or f"dcp-{lab}-" in words:
            found.append(words)
    return found
