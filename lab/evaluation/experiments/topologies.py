"""The paper's virtual networks: which VM is in which network and on which server. The figures themselves are not in its text."""

from ipaddress import IPv4Address, IPv4Network

from dcplab import Network, Topology, Vm


def topology(networks: dict[str, dict[str, str]]) -> Topology:
    """{network: {VM: hypervisor}}; each network is another client's, 10.0.N.0/24, and a VM's number is the last of its address."""
    made = Topology("", sorted({hypervisor for members in networks.values() for hypervisor in members.values()}))
    for place, (network, members) in enumerate(networks.items(), 1):
        made.networks[network] = Network(network, f"client{place}", IPv4Network(f"10.0.{place}.0/24"))
        for vm, hypervisor in members.items():
            number = int(vm.removeprefix("vm"))
            made.vms[vm] = Vm(vm, hypervisor, network, IPv4Address(f"10.0.{place}.{number}"), f"fa:16:3e:00:00:{number:02x}")
    return made


def configuration_time() -> Topology:
    """Figures 13 and 15: VM1, one on another host, one on its own. The text does not say which: VM3 shares VM1's host here, because its
    latency is the lower one in Table 2 and its bandwidth goes beyond what a cable carries in Table 3."""
    return topology({"net1": {"vm1": "hv1", "vm2": "hv2", "vm3": "hv1"}})


DESTINATIONS = {"another host": "vm2", "same host": "vm3"}  # of configuration_time


def place(destination: str) -> str:
    """In a sentence."""
    return f"the {destination}" if destination.startswith("same") else destination
