"""Topologies that more than one experiment uses. The paper's figures are not in its text; what the text leaves open is decided here."""

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from dcplab import Network, Topology, Vm, load

SIX_VMS = Path(__file__).resolve().parents[2] / "topologies" / "paper-4.4.yaml"


def three_vms() -> Topology:
    """Figures 13 and 15. VM1 and VM3 share a host, VM2 is on another. The text does not say so, but in the paper the latency to VM3 is the
    lower one (Table 2), and the bandwidth between VM1 and VM3 went beyond what a cable carries (Table 3)."""
    topology = Topology("", ["hv1", "hv2"])
    topology.networks["net1"] = Network("net1", "alpha", IPv4Network("10.0.0.0/24"))
    for number, hypervisor in ((1, "hv1"), (2, "hv2"), (3, "hv1")):
        topology.vms[f"vm{number}"] = Vm(f"vm{number}", hypervisor, "net1", IPv4Address(f"10.0.0.{number}"), f"fa:16:3e:00:00:0{number}")
    return topology


def six_vms() -> Topology:
    """Figure 18: VM1 to VM4 of one client, VM5 and VM6 of another, all in 10.0.0.0/24, on three hosts."""
    return load(SIX_VMS)
