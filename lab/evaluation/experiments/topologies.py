"""The paper's virtual networks: which VM is in which network and on which server. The figures themselves are not in its text, so what the
text leaves open is decided here."""

from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from dcplab import Network, Topology, Vm, load

SIX_VMS = Path(__file__).resolve().parents[2] / "topologies" / "paper-4.4.yaml"


def topology(networks: dict[str, dict[str, str]]) -> Topology:
    """{network: {VM: hypervisor}}; each network is another client's, 10.0.N.0/24, and a VM's number is the last of its address."""
    made = Topology("", sorted({hypervisor for members in networks.values() for hypervisor in members.values()}))
    for place, (network, members) in enumerate(networks.items(), 1):
        made.networks[network] = Network(network, f"client{place}", IPv4Network(f"10.0.{place}.0/24"))
        for vm, hypervisor in members.items():
            number = int(vm.removeprefix("vm"))
            made.vms[vm] = Vm(vm, hypervisor, network, IPv4Address(f"10.0.{place}.{number}"), f"fa:16:3e:00:00:{number:02x}")
    return made


def three_vms() -> Topology:
    """Figures 13 and 15. VM1 and VM3 share a host, VM2 is on another. The text does not say so, but in the paper the latency to VM3 is the
    lower one (Table 2), and the bandwidth between VM1 and VM3 went beyond what a cable carries (Table 3)."""
    return topology({"net1": {"vm1": "hv1", "vm2": "hv2", "vm3": "hv1"}})


DESTINATIONS = {"another host": "vm2", "same host": "vm3"}  # of three_vms


def place(destination: str) -> str:
    """In a sentence."""
    return f"the {destination}" if destination.startswith("same") else destination


def six_vms() -> Topology:
    """Figure 18: VM1 to VM4 of one client, VM5 and VM6 of another, all in 10.0.0.0/24, on three hosts."""
    return load(SIX_VMS)
