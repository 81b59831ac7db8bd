"""What the lab's own tests share: a lab name of their own, small topologies, and what a lab may not leave behind.

Run as root: /usr/bin/python3 -m pytest lab/tests
"""

import itertools
import os
import sys
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dcplab import Network, Topology, Vm, load  # noqa: E402

LAB_COMMAND = Path(__file__).resolve().parents[1] / "lab"
PAPER_TOPOLOGY = Path(__file__).resolve().parents[1] / "topologies/paper-4.4.yaml"
_numbers = itertools.count()


@pytest.fixture
def name() -> str:
    return f"t{os.getpid()}x{next(_numbers)}"[:12]


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
    found += [str(path) for path in Path("/run/dcportals-lab").glob(f"{lab}*")]
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"dcportals-lab/{lab}/" in words or f"dcp-{lab}-" in words:
            found.append(words)
    return found
